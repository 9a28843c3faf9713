"""Which chunk to write next, what a finished write makes durable, and what it makes superfluous.

1. At most one put per document is in flight, and after it the disk rests for some times as long as it took:
   edits that arrive meanwhile form the next chunk, so the disk sets the pace.
2. Nothing is put while storage has not answered: an error is not a "no".
3. Saved heads advance only when the put is done; a failed one is tried again.
4. Only chunks whose changes are in the document, and in a snapshot that is durable, are ever deleted.
"""

from collections.abc import Callable

from jupyter_automerge.engine.after_save import AfterSave
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.effects import Delete, Put
from jupyter_automerge.engine.events import Event, PutDone, PutFailed
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.notices import DocumentSaved, StorageTrouble
from jupyter_automerge.engine.record import DocumentRecord, Storage
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.keys import KeyKind, StorageKey, incremental_key, key_kind, snapshot_key
from jupyter_automerge.values.limits import (
    COMPACT_BELOW_BYTES,
    PUT_REST_MOST_SECONDS,
    PUT_RETRY_FIRST_SECONDS,
    PUT_RETRY_MOST_SECONDS,
)


class Saver:
    """Decides about puts; `saved` is called when a put has made new heads durable."""

    def __init__(
        self,
        local: LocalPeer,
        desk: Desk,
        after_save: AfterSave,
        saved: Callable[[DocumentRecord], None],
        rest: float,
    ) -> None:
        self._local = local
        self._desk = desk
        self._after_save = after_save
        self._saved = saved
        self._rest = rest

    def unsaved(self, record: DocumentRecord) -> bool:
        return self._local.has_storage and record.has_data and record.saving.heads != record.heads

    def save(self, record: DocumentRecord) -> None:
        """Put what is not durable, if a put may start now. May raise DocumentBusy."""
        saving = record.saving
        if not self.unsaved(record) or saving.put is not None or record.storage is not Storage.ANSWERED:
            return
        if saving.retry_at is not None and self._desk.now < saving.retry_at:
            return
        if self._desk.now < saving.next_put_at:
            self._wait(record)
            return
        heads = self._after_save.put_begins(record)
        whole = _must_compact(record)
        data = record.document.save() if whole else record.document.save_since(saving.heads)
        key = snapshot_key(record.id, heads) if whole else incremental_key(record.id, data)
        saving.put = self._desk.ask(
            lambda token: Put(token, key, data),
            lambda event: self._answered(record, heads, key, len(data), event),
        )
        saving.put_began = self._desk.now

    def _wait(self, record: DocumentRecord) -> None:
        saving = record.saving
        if not saving.is_waiting:
            saving.is_waiting = True
            self._desk.at(saving.next_put_at, lambda: self._go_on(record))

    def _go_on(self, record: DocumentRecord) -> None:
        record.saving.is_waiting = False
        self._desk.mark_document(record.id)

    def _answered(
        self, record: DocumentRecord, heads: Heads, key: StorageKey, size: int, event: Event
    ) -> None:
        saving = record.saving
        saving.put = None
        took = self._desk.now - saving.put_began
        saving.next_put_at = self._desk.now + min(self._rest * took, PUT_REST_MOST_SECONDS)
        self._desk.mark_document(record.id)
        self._after_save.put_ended(record, isinstance(event, PutDone))
        if isinstance(event, PutFailed):
            self._failed(record, event.error)
            return
        assert isinstance(event, PutDone)
        self._done(record, heads, key, size)

    def _failed(self, record: DocumentRecord, error: str) -> None:
        saving = record.saving
        saving.failures += 1
        wait = min(PUT_RETRY_FIRST_SECONDS * 2 ** min(saving.failures - 1, 16), PUT_RETRY_MOST_SECONDS)
        saving.retry_at = self._desk.now + wait
        self._desk.at(saving.retry_at, lambda: self._desk.mark_document(record.id))
        self._desk.emit(StorageTrouble(record.id, error, saving.retry_at))

    def _done(self, record: DocumentRecord, heads: Heads, key: StorageKey, size: int) -> None:
        saving = record.saving
        saving.failures, saving.retry_at = 0, None
        superfluous = (
            tuple(chunk for chunk in saving.chunks if chunk != key)
            if key_kind(key) is KeyKind.SNAPSHOT
            else ()
        )
        saving.heads = heads
        for chunk in superfluous:
            del saving.chunks[chunk]
        saving.chunks[key] = size
        if superfluous:
            # Whether they are really gone matters to nobody: their changes are in the snapshot, and load
            # again.
            self._desk.ask(lambda token: Delete(token, superfluous), lambda event: None)
        self._desk.emit(DocumentSaved(record.id, heads))
        self._saved(record)


def _must_compact(record: DocumentRecord) -> bool:
    """automerge-repo's rule (P44): small snapshots always, others once the increments weigh as much."""
    sizes = record.saving.chunks
    snapshots = sum(size for key, size in sizes.items() if key_kind(key) is KeyKind.SNAPSHOT)
    increments = sum(size for key, size in sizes.items() if key_kind(key) is KeyKind.INCREMENTAL)
    return snapshots < COMPACT_BELOW_BYTES or increments >= snapshots
