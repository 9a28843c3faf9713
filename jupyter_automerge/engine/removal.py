"""Deleting a document from this store: local, final, and refused while it might be the only copy.

The tombstone is durable before anything is removed, so that a crash in between deletes rather than
resurrects.
"""

from collections.abc import Callable

from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.effects import Delete, Load, Put
from jupyter_automerge.engine.events import Event, Loaded, LoadFailed, PutFailed
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.notices import DocumentRemoved
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.store_facts import StoreFacts
from jupyter_automerge.errors import InvalidId
from jupyter_automerge.values.ids import DocumentId, parse_document_id
from jupyter_automerge.values.keys import TOMBSTONE_PREFIX, document_prefix, tombstone_key
from jupyter_automerge.values.limits import PUT_RETRY_MOST_SECONDS
from jupyter_automerge.values.status import Trust

UNSAFE = "no other store is known to have all of it"


class Graveyard:
    """The documents that were deleted here. What peers say of them is ignored; a request is answered
    "unavailable".
    """

    def __init__(self, local: LocalPeer, desk: Desk) -> None:
        self._local = local
        self._desk = desk
        self._ids: set[DocumentId] = set()
        self._digging: set[DocumentId] = set()  # the tombstone is on its way, and the document still lives
        self._read = not local.has_storage
        self._failed = False
        self._wanted: set[DocumentId] = set()  # asked for before the tombstones were read
        self._waiting: list[Callable[[], None]] = []

    def open(self) -> None:
        """Read the tombstones of earlier lives of this store."""
        if not self._read:
            self._desk.ask(lambda token: Load(token, TOMBSTONE_PREFIX), self._opened)

    def then(self, action: Callable[[], None]) -> None:
        """Do it once it is known what is buried, or that this cannot be read for now."""
        if self._read or self._failed:
            action()
        else:
            self._waiting.append(action)

    def __contains__(self, document_id: DocumentId) -> bool:
        return document_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def bury(self, document_id: DocumentId, farewell: Callable[[], None]) -> None:
        """Remember the deletion, durably; then bid farewell to what is in memory and remove what is stored.

        Until then the document lives on, for the deletion may fail, or be taken back by who finds it again.
        """
        if not self._local.has_storage:
            self._ids.add(document_id)
            farewell()
            self._desk.emit(DocumentRemoved(document_id))
            return
        self._digging.add(document_id)
        self._wanted.discard(document_id)
        self._desk.ask(
            lambda token: Put(token, tombstone_key(document_id), b"deleted"),
            lambda event: self._buried(document_id, farewell, event),
        )

    def lift(self, document_id: DocumentId) -> None:
        """Somebody wants the document again."""
        self._digging.discard(document_id)
        if not self._read:
            self._wanted.add(document_id)
        if document_id in self._ids:
            self._ids.discard(document_id)
            self._unmark(document_id)

    def _unmark(self, document_id: DocumentId) -> None:
        key = tombstone_key(document_id)
        self._desk.ask(lambda token: Delete(token, (key,)), lambda event: None)

    def _opened(self, event: Event) -> None:
        if isinstance(event, LoadFailed):
            self._failed = True
            self._desk.at(self._desk.now + PUT_RETRY_MOST_SECONDS, self.open)
        else:
            assert isinstance(event, Loaded)
            self._read, self._failed = True, False
            self._take(event)
        waiting, self._waiting = self._waiting, []
        for action in waiting:
            action()

    def _take(self, event: Loaded) -> None:
        for chunk in event.chunks:
            try:
                document_id = parse_document_id(chunk.key[-1])
            except InvalidId:
                continue  # a foreign file among the tombstones names no document
            if document_id in self._wanted:
                self._unmark(document_id)
            else:
                self._ids.add(document_id)
        self._wanted.clear()

    def _buried(self, document_id: DocumentId, farewell: Callable[[], None], event: Event) -> None:
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
        farewell()
        prefix = document_prefix(document_id)
        self._desk.ask(
            lambda token: Delete(token, prefixes=(prefix,)),
            lambda answer: self._desk.emit(DocumentRemoved(document_id)),
        )


def is_elsewhere(record: DocumentRecord) -> bool:
    """Whether another store is known to hold every change: only then is deleting the local copy harmless."""
    return any(_keeps_all(record, facts) for facts in record.stores.values())


def _keeps_all(record: DocumentRecord, facts: StoreFacts) -> bool:
    """By its own word, and by the best that it can give (E21)."""
    store = facts.store
    if store.is_ours or store.ephemeral or store.trust in (Trust.UNTRUSTED, Trust.DEAD) or facts.unavailable:
        return False
    return record.heads <= (facts.stored if store.durable_acks else facts.stored | facts.received)
