"""Which chunk to write next, what a finished write makes durable, and what it makes superfluous.

1. At most one put per document is in flight, and after it the disk rests for some times as long as it took:
   edits that arrive meanwhile form the next chunk, so the disk sets the pace.
2. Nothing is put while storage has not answered: an error is not a "no".
3. Saved heads advance only when the put is done; a failed one is tried again.
4. A chunk is only ever deleted when its changes were in the document as the put began, and are in what it
   made durable.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from jupyter_automerge.engine.after_save import AfterSave
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.effects import Delete, Put
from jupyter_automerge.engine.events import Event, PutDone, PutFailed
from jupyter_automerge.engine.foreign_writers import ForeignWriters
from jupyter_automerge.engine.increments import to_merge
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.notices import DocumentSaved, StorageTrouble
from jupyter_automerge.engine.record import DocumentRecord, Storage
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.keys import KeyKind, StorageKey, incremental_key, key_kind, snapshot_key
from jupyter_automerge.values.limits import (
    COMPACT_BELOW_BYTES,
    FOREIGN_IDLE_SECONDS,
    MERGE_INCREMENTS,
    PUT_REST_MOST_SECONDS,
    PUT_RETRY_FIRST_SECONDS,
    PUT_RETRY_MOST_SECONDS,
)


@dataclass(frozen=True, slots=True)
class _Write:
    """A put: the heads that it makes durable, after which, and the chunks that it takes the place of."""

    heads: Heads
    since: Heads
    before: Heads
    key: StorageKey
    data: bytes
    replaces: tuple[StorageKey, ...]
    merged: int = 0


class Saver:
    """Decides about puts; `saved` is called when a put has made new heads durable."""

    def __init__(
        self,
        local: LocalPeer,
        desk: Desk,
        after_save: AfterSave,
        saved: Callable[[DocumentRecord], None],
        rest: float,
        foreign: ForeignWriters,
    ) -> None:
        self._local = local
        self._desk = desk
        self._after_save = after_save
        self._saved = saved
        self._rest = rest
        self._foreign = foreign

    def unsaved(self, record: DocumentRecord) -> bool:
        return self._local.has_storage and record.has_data and record.saving.heads != record.heads

    def save(self, record: DocumentRecord) -> None:
        """Put what is not durable, if a put may start now. May raise DocumentBusy."""
        saving = record.saving
        if saving.put is not None or record.storage is not Storage.ANSWERED:
            return
        is_unsaved = self.unsaved(record)
        if not is_unsaved and not self._is_to_be_tidied(record):
            return
        if saving.retry_at is not None and self._desk.now < saving.retry_at:
            return
        if self._desk.now < saving.next_put_at:
            self._wait(record)
            return
        heads = self._after_save.put_begins(record)
        write = _snapshot(record, heads) if not is_unsaved or _must_compact(record) else _part(record, heads)
        saving.put = self._desk.ask(
            lambda token: Put(token, write.key, write.data), partial(self._answered, record, write)
        )
        saving.put_began = self._desk.now

    def joined(self, record: DocumentRecord) -> None:
        """What somebody else stored is in the document, which had nothing that is not durable."""
        record.saving.heads = record.heads
        self._tell(record)

    def _is_to_be_tidied(self, record: DocumentRecord) -> bool:
        """Where others write who may destroy single chunks, a document at rest becomes one (P69)."""
        saving = record.saving
        if not self._foreign.are_here or not record.has_data or len(saving.chunks) < 2:
            saving.tidy_at = None
            return False
        if saving.tidy_at is None:
            saving.tidy_at = self._desk.now + FOREIGN_IDLE_SECONDS
            self._desk.at(saving.tidy_at, lambda: self._desk.mark_document(record.id))
        return self._desk.now >= saving.tidy_at

    def _wait(self, record: DocumentRecord) -> None:
        saving = record.saving
        if not saving.is_waiting:
            saving.is_waiting = True
            self._desk.at(saving.next_put_at, lambda: self._go_on(record))

    def _go_on(self, record: DocumentRecord) -> None:
        record.saving.is_waiting = False
        self._desk.mark_document(record.id)

    def _answered(self, record: DocumentRecord, write: _Write, event: Event) -> None:
        saving = record.saving
        saving.put, saving.tidy_at = None, None
        took = self._desk.now - saving.put_began
        saving.next_put_at = self._desk.now + min(self._rest * took, PUT_REST_MOST_SECONDS)
        self._desk.mark_document(record.id)
        if isinstance(event, PutFailed):
            self._failed(record, event.error)
        else:
            assert isinstance(event, PutDone)
            self._done(record, write)
        # What it follows may have been destroyed meanwhile: then it is done, and does not make its heads durable.
        kept = isinstance(event, PutDone) and saving.heads == write.heads
        self._after_save.put_ended(record, kept=kept)

    def _failed(self, record: DocumentRecord, error: str) -> None:
        saving = record.saving
        saving.failures += 1
        wait = min(PUT_RETRY_FIRST_SECONDS * 2 ** min(saving.failures - 1, 16), PUT_RETRY_MOST_SECONDS)
        saving.retry_at = self._desk.now + wait
        self._desk.at(saving.retry_at, lambda: self._desk.mark_document(record.id))
        self._desk.emit(StorageTrouble(record.id, error, saving.retry_at))

    def _done(self, record: DocumentRecord, write: _Write) -> None:
        saving = record.saving
        saving.failures, saving.retry_at = 0, None
        superfluous = tuple(key for key in write.replaces if key in saving.chunks and key != write.key)
        saving.drop(superfluous)
        if key_kind(write.key) is KeyKind.SNAPSHOT:
            saving.wrote_snapshot(write.key, len(write.data), write.heads)
        else:
            saving.wrote(write.key, len(write.data), write.before, write.merged)
        if superfluous:
            # Whether they are really gone matters to nobody: their changes are in what was put, and load again.
            self._desk.ask(lambda token: Delete(token, superfluous), lambda event: None)
        # If not, what others stored joined meanwhile, or chunks were destroyed: the next put goes on from there.
        if saving.heads == write.since:
            saving.heads = write.heads
        self._tell(record)

    def _tell(self, record: DocumentRecord) -> None:
        self._desk.emit(DocumentSaved(record.id, record.saving.heads))
        self._saved(record)


def _snapshot(record: DocumentRecord, heads: Heads) -> _Write:
    """The whole document; what is stored of it by now is in it."""
    data, saving = record.document.save(), record.saving
    key = snapshot_key(record.id, heads)
    return _Write(heads, saving.heads, saving.heads, key, data, tuple(saving.chunks))


def _part(record: DocumentRecord, heads: Heads) -> _Write:
    """What is not durable, together with the increments whose place it is to take."""
    saving = record.saving
    merged = to_merge(saving.increments, MERGE_INCREMENTS)
    before = merged[0].before if merged else saving.heads
    data = record.document.save_since(before)
    key = incremental_key(record.id, data)
    size = merged[0].size + 1 if merged else 0
    return _Write(heads, saving.heads, before, key, data, tuple(one.key for one in merged), size)


def _must_compact(record: DocumentRecord) -> bool:
    """automerge-repo's rule (P44): small snapshots always, others once the increments weigh as much."""
    sizes = record.saving.chunks
    snapshots = sum(size for key, size in sizes.items() if key_kind(key) is KeyKind.SNAPSHOT)
    increments = sum(size for key, size in sizes.items() if key_kind(key) is KeyKind.INCREMENTAL)
    return snapshots < COMPACT_BELOW_BYTES or increments >= snapshots
