"""Reading a document from storage when it enters memory, and again when that failed.

Only chunks whose changes are in the document are listed as ours to delete; others are reported and left
alone, or put aside.
"""

from collections.abc import Callable
from contextlib import suppress

from jupyter_automerge.document import ChunkState, ChunkVerdict, Document, promised_by, torn_reason
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.effects import Load
from jupyter_automerge.engine.events import Event, Loaded, LoadFailed, StoredChunk
from jupyter_automerge.engine.evidence import Evidence
from jupyter_automerge.engine.notices import ChunkSetAside, StorageTrouble
from jupyter_automerge.engine.quarantine import Quarantine
from jupyter_automerge.engine.record import DocumentRecord, Storage, Waiting
from jupyter_automerge.engine.resume import Resumption
from jupyter_automerge.engine.store_files import SavedRow, read_row
from jupyter_automerge.errors import InvalidId
from jupyter_automerge.values.heads import NO_HEADS
from jupyter_automerge.values.ids import StorageId, parse_storage_id
from jupyter_automerge.values.keys import KeyKind, StorageKey, document_prefix, key_kind
from jupyter_automerge.values.limits import PUT_RETRY_FIRST_SECONDS, PUT_RETRY_MOST_SECONDS


class Loader:
    """Asks storage for documents and takes its answers; `actor` makes the actor ids of documents loaded
    here. Answers wait for `then`, until it is known what was deleted: nothing that was may come back. `saved`
    is called once it is known that heads are durable, for peers may have asked before.
    """

    def __init__(
        self,
        desk: Desk,
        resumption: Resumption,
        actor: Callable[[], bytes] | None,
        then: Callable[[Callable[[], None]], None],
        evidence: Evidence,
        quarantine: Quarantine,
        saved: Callable[[DocumentRecord], None],
    ) -> None:
        self._then = then
        self._saved = saved
        self._evidence = evidence
        self._quarantine = quarantine
        self.wait_for_missing: Callable[
            [DocumentRecord], None
        ]  # some of what is stored waits for other changes
        self._desk = desk
        self._resumption = resumption
        self._actor = actor

    def empty(self) -> Document:
        return Document(actor=self._new_actor())

    def load(self, record: DocumentRecord) -> None:
        """Read all that is stored of the document; one reading at a time."""
        if record.load is None:
            record.load = self._desk.ask(
                lambda token: Load(token, document_prefix(record.id)),
                lambda event: self._then(lambda: self._answered(record, event)),
            )

    def _answered(self, record: DocumentRecord, event: Event) -> None:
        record.load = None
        self._desk.mark_document(record.id)
        if isinstance(event, LoadFailed):
            self._failed(record, event.error)
            return
        assert isinstance(event, Loaded)
        record.load_failures, record.storage_error = 0, ""
        self._take(record, event.chunks)

    def _failed(self, record: DocumentRecord, error: str) -> None:
        record.load_failures += 1
        record.storage_error = error
        # A later failure of a document that was read before says nothing about what it has already.
        if record.storage is Storage.PENDING:
            record.storage = Storage.FAILED
        doublings = min(record.load_failures - 1, 16)
        retry_at = self._desk.now + min(PUT_RETRY_FIRST_SECONDS * 2**doublings, PUT_RETRY_MOST_SECONDS)
        self._desk.at(retry_at, lambda: self.load(record))
        self._desk.emit(StorageTrouble(record.id, error, retry_at))

    def _take(self, record: DocumentRecord, chunks: tuple[StoredChunk, ...]) -> None:
        first = record.storage is not Storage.ANSWERED
        record.storage = Storage.ANSWERED
        for chunk in chunks:
            if key_kind(chunk.key) is KeyKind.SYNC_STATE and first:
                self._take_sync_state(record, chunk)
        history = _history(record, chunks)
        if history and record.has_data:
            # The document is in use: what is new in storage joins it once no change is open.
            record.changes_waiting += tuple(
                Waiting(chunk.key, chunk.data) for chunk in history if self._is_whole(record, chunk)
            )
        elif history:
            self._fill(record, history)
            record.mark_all_dirty()
        if first:
            self._evidence.loaded(record, _rows(chunks))

    def _take_sync_state(self, record: DocumentRecord, chunk: StoredChunk) -> None:
        try:
            store = parse_storage_id(chunk.key[2])
        except InvalidId:
            return  # a foreign file; not ours to use or to delete
        self._resumption.loaded(record, store, chunk.data)

    def _fill(self, record: DocumentRecord, history: list[StoredChunk]) -> None:
        document, verdicts = Document.load([chunk.data for chunk in history], actor=self._new_actor())
        document.on_free = None if record.opened is None else record.opened.on_free
        record.opened = document
        self._list(record, history, verdicts)
        # The whole chunks of a torn entry are in the document, and will not be in the store for long.
        record.saving.heads = document.kept([chunk.data for chunk in history], NO_HEADS, document.heads)
        record.complete = record.has_data
        self._saved(record)

    def _list(
        self, record: DocumentRecord, history: list[StoredChunk], verdicts: tuple[ChunkVerdict, ...]
    ) -> None:
        judged = list(zip(history, verdicts, strict=True))
        applied = [chunk for chunk, verdict in judged if verdict.state is ChunkState.APPLIED]
        saving = record.saving
        for chunk in applied:
            if key_kind(chunk.key) is KeyKind.SNAPSHOT:
                saving.wrote_snapshot(chunk.key, len(chunk.data), promised_by(chunk.data))
        base = NO_HEADS.union(*saving.snapshots.values())
        for chunk in applied:
            if key_kind(chunk.key) is not KeyKind.SNAPSHOT:
                saving.wrote(chunk.key, len(chunk.data), base)
        for chunk, verdict in judged:
            if verdict.state is not ChunkState.APPLIED and self._is_whole(record, chunk):
                self._left(record, chunk, verdict)

    def _is_whole(self, record: DocumentRecord, chunk: StoredChunk) -> bool:
        reason = torn_reason(chunk.data)
        if reason:
            self._desk.emit(ChunkSetAside(record.id, chunk.key, f"torn: {reason}"))
            self._quarantine.found(record, chunk, reason)
        return not reason

    def _left(self, record: DocumentRecord, chunk: StoredChunk, verdict: ChunkVerdict) -> None:
        self._desk.emit(ChunkSetAside(record.id, chunk.key, f"{verdict.state.value}: {verdict.reason}"))
        if verdict.state is ChunkState.QUEUED:
            self.wait_for_missing(record)

    def _new_actor(self) -> bytes | None:
        return None if self._actor is None else self._actor()


def _history(record: DocumentRecord, chunks: tuple[StoredChunk, ...]) -> list[StoredChunk]:
    """Snapshots before increments, as automerge-repo feeds them; chunks that are in the document already are
    not.
    """
    fresh = [chunk for chunk in chunks if chunk.key not in record.saving.chunks]
    snapshots = [chunk for chunk in fresh if key_kind(chunk.key) is KeyKind.SNAPSHOT]
    increments = [chunk for chunk in fresh if key_kind(chunk.key) is KeyKind.INCREMENTAL]
    return [*sorted(snapshots, key=_by_key), *sorted(increments, key=_by_key)]


def _by_key(chunk: StoredChunk) -> StorageKey:
    return chunk.key


def _rows(chunks: tuple[StoredChunk, ...]) -> dict[StorageId, SavedRow | None]:
    """What is kept of other stores; None: a file that does not read."""
    rows: dict[StorageId, SavedRow | None] = {}
    for chunk in chunks:
        if key_kind(chunk.key) is KeyKind.REMOTE_HEADS:
            with suppress(InvalidId):  # a foreign file; not ours to use or to delete
                rows[parse_storage_id(chunk.key[2])] = read_row(chunk.data)
    return rows
