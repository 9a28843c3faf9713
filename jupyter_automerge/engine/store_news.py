"""What happens to a store as a whole, brought to the rows that all documents have of it."""

from collections.abc import Iterator

from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.facts import Facts
from jupyter_automerge.engine.notices import StoreRegressed
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.remembering import Remembering
from jupyter_automerge.engine.store_entry import StoreEntry
from jupyter_automerge.engine.store_facts import StoreFacts
from jupyter_automerge.values.ids import DocumentId


class StoreNews:
    """A StoreWatcher. It looks at every document, which stores seldom give reason to."""

    def __init__(
        self,
        desk: Desk,
        documents: dict[DocumentId, DocumentRecord],
        facts: Facts,
        remembering: Remembering,
    ) -> None:
        self._desk = desk
        self._documents = documents
        self._facts = facts
        self._remembering = remembering

    def store_moved(self, entry: StoreEntry) -> None:
        for record in self._documents.values():
            for facts in _concerned(record, entry):
                self._facts.touch(record, facts)

    def store_left(self, entry: StoreEntry) -> None:
        for record in self._documents.values():
            if entry.id in record.stores:
                self._facts.drop(record, entry.id)
                self._begin_again(record, entry)

    def store_began_anew(self, entry: StoreEntry) -> None:
        self._desk.emit(StoreRegressed(entry.id))
        for record in self._documents.values():
            facts = record.stores.get(entry.id)
            if facts is not None:
                facts.void()
                self._remembering.row_moved(record, facts)
                self._facts.lost(record, facts)
                self._facts.cover(record, facts)
                self._facts.touch(record, facts)

    def store_promises_no_more(self, entry: StoreEntry) -> None:
        for record in self._documents.values():
            facts = record.stores.get(entry.id)
            if facts is not None and facts.disclaim():
                self._remembering.row_moved(record, facts)
                self._facts.lost(record, facts)
                self._facts.cover(record, facts)
                self._facts.touch(record, facts)

    def _begin_again(self, record: DocumentRecord, entry: StoreEntry) -> None:
        """What those of its Repos that are connected said of their memory stands; what is durable they are asked
        again, for they would tell it only when it moves: a session that begins anew has it reported (P30).
        """
        for session in record.sessions.values():
            if session.connection.id in entry.connections:
                facts = self._facts.of_session(record, session)
                if session.heard:
                    facts.hear(session.connection.life, session.heads, record.history)
                    facts.as_of = self._desk.now
                    self._facts.cover(record, facts)
                if session.connection.metadata.durable_acks:
                    session.restart()
                self._facts.touch(record, facts)
                self._desk.mark_document(record.id)


def _concerned(record: DocumentRecord, entry: StoreEntry) -> Iterator[StoreFacts]:
    """The store's own facts, and those of others of which it told."""
    facts = record.stores.get(entry.id)
    if facts is not None:
        yield facts
    for other in record.stores.values() if entry.tells_of_others else ():
        if entry.id in other.hearsay:
            yield other
