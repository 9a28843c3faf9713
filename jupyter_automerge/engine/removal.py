"""Deleting a document from this store: local, final, and refused while it might be the only copy.

The tombstone is durable before anything is removed, so that a crash in between deletes rather than
resurrects.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress

from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.effects import Delete, List, Put, Read
from jupyter_automerge.engine.events import Event, Listed, Loaded, PutFailed
from jupyter_automerge.engine.first_look import FirstLook
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.notices import DocumentRemoved
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.store_facts import StoreFacts
from jupyter_automerge.errors import InvalidId
from jupyter_automerge.values.ids import DocumentId, parse_document_id
from jupyter_automerge.values.keys import (
    EPOCH_KEY,
    TOMBSTONE_PREFIX,
    StorageKey,
    document_prefix,
    tombstone_key,
)
from jupyter_automerge.values.status import Trust

UNSAFE = "no other store that is connected says that it keeps all of it"


class Graveyard:
    """The documents that were deleted here. What peers say of them is ignored; a request is answered
    "unavailable".
    """

    def __init__(self, local: LocalPeer, desk: Desk) -> None:
        self._local = local
        self._desk = desk
        self._ids: set[DocumentId] = set()
        self._digging: set[DocumentId] = set()  # the tombstone is on its way, and the document still lives
        self._tombstones = FirstLook(local, desk, TOMBSTONE_PREFIX, self._take)
        self._wanted: set[DocumentId] = set()  # asked for before the tombstones were read
        self.farewell: Callable[[DocumentId], None]  # to a document in memory that is deleted

    def open(self) -> None:
        """Read the tombstones of earlier lives of this store."""
        self._tombstones.begin()

    def then(self, action: Callable[[], None]) -> None:
        """Do it once it is known what is buried, or that this cannot be read for now."""
        self._tombstones.then(action)

    def __contains__(self, document_id: DocumentId) -> bool:
        return document_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def bury(self, document_id: DocumentId) -> None:
        """Remember the deletion, durably; then bid farewell to what is in memory and remove what is stored.

        Until then the document lives on, for the deletion may fail, or be taken back by who finds it again.
        """
        if not self._local.has_storage:
            self._lay_to_rest(document_id)
            return
        self._digging.add(document_id)
        self._wanted.discard(document_id)
        self._mark(document_id, lambda event: self._buried(document_id, event))

    def lift(self, document_id: DocumentId) -> None:
        """Somebody wants the document again."""
        self._digging.discard(document_id)
        if not self._tombstones.is_over:
            self._wanted.add(document_id)
        if document_id in self._ids:
            self._ids.discard(document_id)
            self._unmark(document_id)

    def look(self, document_id: DocumentId, then: Callable[[], None] | None = None) -> None:
        """Another Repo on this store may have deleted the document, or taken that back (P64)."""
        key = tombstone_key(document_id)
        self._desk.ask(
            lambda token: Read(token, (key, EPOCH_KEY)),
            lambda event: self._looked(document_id, key, then, event),
        )

    def began_anew(self) -> None:
        """The store was emptied: what was deleted from it stays so (E48)."""
        for document_id in self._ids:
            self._mark(document_id, lambda event: None)

    def look_at_all(self) -> None:
        """Another Repo may have deleted any document."""
        if self._tombstones.is_over:
            self._desk.ask(lambda token: List(token, TOMBSTONE_PREFIX), self._listed)

    def _looked(
        self, document_id: DocumentId, key: StorageKey, then: Callable[[], None] | None, event: Event
    ) -> None:
        # What this Repo does to the tombstone itself may not have been in the store yet.
        if isinstance(event, Loaded) and not self._desk.own_writes.cover(key, self._desk.now):
            found = {chunk.key: chunk.data for chunk in event.chunks}
            if key in found or self._is_ours(found.get(EPOCH_KEY)):
                self._heed(document_id, is_buried=key in found)
        if then is not None:
            then()

    def _is_ours(self, epoch: bytes | None) -> bool:
        """Whether the store has not been emptied: of an empty one nobody has taken anything back."""
        found = b"" if epoch is None else epoch.strip()
        return found == (self._local.epoch or "").encode()

    def _listed(self, event: Event) -> None:
        if not isinstance(event, Listed):
            return
        if self._ids <= set(_ids_of(event)):
            self._heed_all(event)
            return

        def heed(epoch: Event) -> None:
            if isinstance(epoch, Loaded) and self._is_ours(next((one.data for one in epoch.chunks), None)):
                self._heed_all(event)

        self._desk.ask(lambda token: Read(token, (EPOCH_KEY,)), heed)

    def _heed_all(self, event: Listed) -> None:
        buried = {entry.key[-1] for entry in event.entries}
        for document_id in {*self._ids, *(_ids_of(event))}:
            if not self._desk.own_writes.cover(tombstone_key(document_id), self._desk.now):
                self._heed(document_id, is_buried=document_id in buried)

    def _heed(self, document_id: DocumentId, *, is_buried: bool) -> None:
        if not is_buried:
            self._ids.discard(document_id)
        elif document_id not in self._ids:
            self._lay_to_rest(document_id)

    def _lay_to_rest(self, document_id: DocumentId) -> None:
        self._ids.add(document_id)
        self.farewell(document_id)
        self._desk.emit(DocumentRemoved(document_id))

    def _mark(self, document_id: DocumentId, then: Callable[[Event], None]) -> None:
        self._desk.ask(lambda token: Put(token, tombstone_key(document_id), b"deleted"), then)

    def _unmark(self, document_id: DocumentId) -> None:
        key = tombstone_key(document_id)
        self._desk.ask(lambda token: Delete(token, (key,)), lambda event: None)

    def _take(self, event: Loaded) -> None:
        for document_id in _ids_of(event):
            if document_id in self._wanted:
                self._unmark(document_id)
            else:
                self._ids.add(document_id)
        self._wanted.clear()

    def _buried(self, document_id: DocumentId, event: Event) -> None:
        if isinstance(event, PutFailed):
            self._digging.discard(document_id)
            self._desk.emit(
                DocumentRemoved(document_id, f"the deletion could not be recorded: {event.error}")
            )
            return
        if document_id not in self._digging and document_id not in self._ids:
            self._unmark(document_id)
            self._desk.emit(DocumentRemoved(document_id, "somebody here asked for it again"))
            return
        self._digging.discard(document_id)
        self._ids.add(document_id)
        self.farewell(document_id)
        prefix = document_prefix(document_id)
        self._desk.ask(
            lambda token: Delete(token, prefixes=(prefix,)),
            lambda answer: self._desk.emit(DocumentRemoved(document_id)),
        )


def _ids_of(event: Loaded | Listed) -> Iterator[DocumentId]:
    keys = (
        [chunk.key for chunk in event.chunks] if isinstance(event, Loaded) else [e.key for e in event.entries]
    )
    for key in keys:
        with suppress(InvalidId):  # a foreign file among the tombstones names no document
            yield parse_document_id(key[-1])


def is_elsewhere(record: DocumentRecord) -> bool:
    """Whether another store says now that it holds every change: only then is deleting the local copy harmless."""
    return any(_keeps_all(record, facts) for facts in record.stores.values())


def _keeps_all(record: DocumentRecord, facts: StoreFacts) -> bool:
    """By its own word, on a connection that is open, and by the best that it can give (E21).

    Not by what is remembered: it may have lost the document since, and nobody would have one any more.
    """
    store = facts.store
    if store.is_ours or store.ephemeral or store.trust in (Trust.UNTRUSTED, Trust.DEAD):
        return False
    if facts.denied or facts.unavailable:
        return False
    if store.durable_acks:
        return facts.durable is not None and facts.durable.is_current and record.heads <= facts.stored
    return bool(store.connections) and record.heads <= facts.received
