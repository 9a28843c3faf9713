"""What others do to the stored entries of a document that is in memory, seen while it is in use (P62).

Only what is new is read. Where something of ours is gone, all is read, to see whether what replaced it holds it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.effects import Effect, List, Read
from jupyter_automerge.engine.events import Event, Listed, Loaded, LoadFailed, StoredChunk, Token
from jupyter_automerge.engine.foreign_writers import ForeignWriters
from jupyter_automerge.engine.loading import Loader
from jupyter_automerge.engine.newcomers import Newcomers, may_join
from jupyter_automerge.engine.quarantine import Quarantine
from jupyter_automerge.engine.record import DocumentRecord, Storage
from jupyter_automerge.engine.removal import Graveyard
from jupyter_automerge.errors import DocumentBusy
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import StorageKey, document_prefix, is_chunk
from jupyter_automerge.values.limits import (
    LOOKS_AT_ONCE,
    OWN_WRITE_SECONDS,
    REREAD_FIRST_SECONDS,
    REREAD_KEYS,
    REREAD_MOST_SECONDS,
    REREAD_TRIES,
)


@dataclass(frozen=True, slots=True)
class _Missing:
    """Chunks of ours that were not in a listing, and what was believed to be durable then."""

    keys: tuple[StorageKey, ...]
    believed: Heads


class Rereader:
    """One look at a document's entries at a time, and a bounded number of documents at a time."""

    def __init__(
        self,
        desk: Desk,
        documents: dict[DocumentId, DocumentRecord],
        loader: Loader,
        quarantine: Quarantine,
        foreign: ForeignWriters,
        graveyard: Graveyard,
    ) -> None:
        self._desk = desk
        self._documents = documents
        self._loader = loader
        self._newcomers = Newcomers(desk, quarantine, foreign)
        self._foreign = foreign
        self._graveyard = graveyard
        self.lost: Callable[[DocumentRecord], None]  # less of it is durable than was told
        self._looking: set[DocumentId] = set()
        self._queued: dict[DocumentId, None] = {}

    @property
    def looks(self) -> int:
        """Documents that are being looked at."""
        return len(self._looking)

    def news(self, record: DocumentRecord, key: StorageKey) -> None:
        """This entry was written or removed by somebody else."""
        record.rereading.left.pop(key, None)
        record.rereading.keys[key] = None
        self._desk.mark_document(record.id)

    def look(self, record: DocumentRecord) -> None:
        """Anything may have happened to the document's entries."""
        record.rereading.all = True
        self._desk.mark_document(record.id)

    def look_later(self, record: DocumentRecord) -> None:
        """Stored changes wait for others, which may be on their way here; or have vanished into a snapshot."""
        news = record.rereading
        if news.again_at is None and news.tries < REREAD_TRIES:
            delay = min(REREAD_FIRST_SECONDS * 2**news.tries, REREAD_MOST_SECONDS)
            news.tries += 1
            news.again_at = self._desk.now + delay
            self._desk.at(news.again_at, lambda: self._again(record))

    def go_on(self, record: DocumentRecord) -> None:
        """Look at what there is to be looked at, if nothing is being read of the document."""
        if record.reread is None or not record.reread.due:
            return
        if record.load is not None or record.storage is Storage.PENDING:
            return
        if len(self._looking) >= LOOKS_AT_ONCE:
            self._queued[record.id] = None
        else:
            self._start(record)

    def _again(self, record: DocumentRecord) -> None:
        if self._documents.get(record.id) is record:
            record.rereading.again_at = None
            self.look(record)

    def _start(self, record: DocumentRecord) -> None:
        news = record.rereading
        keys, is_all = tuple(news.keys), news.all or news.whole
        news.keys, news.all, news.whole = {}, False, False
        prefix = document_prefix(record.id)
        if record.storage is not Storage.ANSWERED or not (record.has_data or record.changes_waiting):
            self._loader.load(record)
        elif is_all or len(keys) > REREAD_KEYS:
            self._ask(record, lambda token: List(token, prefix), partial(self._listed, self._desk.now))
        else:
            self._ask(record, lambda token: Read(token, keys), partial(self._read, keys))

    def _ask(
        self,
        record: DocumentRecord,
        question: Callable[[Token], Effect],
        take: Callable[[DocumentRecord, Event], None],
    ) -> None:
        def answered(event: Event) -> None:
            record.load = None
            if not isinstance(event, LoadFailed):
                record.rereading.failures = 0
            self._looking.discard(record.id)
            self._desk.mark_document(record.id)
            for document_id in self._queued:
                self._desk.mark_document(document_id)
            self._queued.clear()
            if self._documents.get(record.id) is record:
                take(record, event)

        self._looking.add(record.id)
        record.load = self._desk.ask(question, answered)

    def _listed(self, asked_at: float, record: DocumentRecord, event: Event) -> None:
        if not isinstance(event, Listed):
            self._pause(record, all_=True)
            return
        present = [entry.key for entry in event.entries if is_chunk(entry.key)]
        if gone := self._gone(record, present, asked_at):
            keys = tuple(key for key in present if key not in record.saving.snapshots)
            self._ask(
                record,
                lambda token: Read(token, keys),
                partial(self._read_rest, _Missing(gone, record.saving.heads), keys),
            )
            return
        record.rereading.keys.update(dict.fromkeys(self._newcomers.among(record, present)))

    def _read(self, keys: tuple[StorageKey, ...], record: DocumentRecord, event: Event) -> None:
        if not isinstance(event, Loaded):
            self._pause(record, keys)
            return
        gone = set(keys).difference(chunk.key for chunk in event.chunks)
        for key in gone:
            record.rereading.suspects.pop(key, None)
        if any(key in record.saving.chunks for key in gone):
            record.rereading.whole = True
        elif gone:
            # What it held may be in a chunk that nobody told of yet.
            self.look_later(record)
        self._newcomers.judge(record, event.chunks)

    def _read_rest(
        self, missing: _Missing, keys: tuple[StorageKey, ...], record: DocumentRecord, event: Event
    ) -> None:
        """What is left of the document, but for the snapshots that are known."""
        if not isinstance(event, Loaded):
            self._pause(record, whole=True)
        elif len(event.chunks) < len(keys):
            # More vanished meanwhile: what it held is in what came then.
            self._pause(record, whole=True)
            self._newcomers.judge(record, event.chunks)
        else:
            # Whoever deletes a document leaves its tombstone first.
            self._graveyard.look(record.id, lambda: self._missed(record, missing, event.chunks))

    def _missed(self, record: DocumentRecord, missing: _Missing, chunks: tuple[StoredChunk, ...]) -> None:
        """Chunks of ours were removed: by whoever made one of them, as all of ours do, or by somebody who destroys."""
        if self._documents.get(record.id) is not record:
            return
        if any(may_join(record, chunk) for chunk in chunks):
            # What a snapshot with changes unknown here holds of ours shows only once it has joined.
            self._newcomers.judge(record, chunks)
            self._pause(record, whole=True)
            return
        saving = record.saving
        snapshots = [heads for key, heads in saving.snapshots.items() if key not in missing.keys]
        entries = [chunk.data for chunk in chunks]
        try:
            kept = record.document.kept(entries, NO_HEADS.union(*snapshots), missing.believed)
        except DocumentBusy:
            self._pause(record, whole=True)
            return
        saving.drop(missing.keys)
        if kept != missing.believed:
            # Increments say nothing any more of what came before them.
            saving.heads, saving.increments = kept, ()
            record.rows_moved = True
            self.lost(record)
        self._foreign.moved()
        self._newcomers.judge(record, chunks)

    def _gone(
        self, record: DocumentRecord, present: list[StorageKey], asked_at: float
    ) -> tuple[StorageKey, ...]:
        now, there, own = self._desk.now, frozenset(present), self._desk.own_writes
        absent = [key for key in record.saving.chunks if key not in there]
        gone = tuple(key for key in absent if not own.cover(key, now) or own.had_ended(key, asked_at))
        if len(gone) < len(absent) and record.rereading.again_at is None:
            # What we have just written may not have been there yet, or may be lost: a store that loses something
            # loses the last of it.
            record.rereading.again_at = now + OWN_WRITE_SECONDS
            self._desk.at(record.rereading.again_at, lambda: self._again(record))
        return gone

    def _pause(
        self,
        record: DocumentRecord,
        keys: tuple[StorageKey, ...] = (),
        *,
        all_: bool = False,
        whole: bool = False,
    ) -> None:
        """The look did not succeed: there is another after a while, longer each time."""
        news = record.rereading
        delay = min(REREAD_FIRST_SECONDS * 2 ** min(news.failures, 16), REREAD_MOST_SECONDS)
        news.failures += 1

        def resume() -> None:
            if self._documents.get(record.id) is record:
                news.keys.update(dict.fromkeys(keys))
                news.all, news.whole = news.all or all_, news.whole or whole
                self._desk.mark_document(record.id)

        self._desk.at(self._desk.now + delay, resume)
