"""Telling peers what other stores have of a document, and hearing it from them (P56 to P60).

Our own Repos tell each other unasked; JavaScript is told of the stores that it subscribed to. Nobody is told of
a document that it may not read or has not spoken of, of its own store or ours (that is the durable report), or
what it said itself. A row is told again only when it grew, so a report dies out, in a ring of Repos too.
"""

from collections.abc import Iterable

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.evidence import Evidence
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.reach import Reach
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.retelling import Retelling
from jupyter_automerge.engine.rows_owed import RowsOwed
from jupyter_automerge.engine.session import Session
from jupyter_automerge.engine.subscriptions import Subscriptions
from jupyter_automerge.values.ids import DocumentId, StorageId
from jupyter_automerge.values.limits import ROWS_PER_FRAME, ROWS_TOLD_PER_SECOND
from jupyter_automerge.wire.codec import encode
from jupyter_automerge.wire.messages import RemoteHeadsChanged, RemoteSubscriptionChange, StoreHeads

PAGE = "browser"


class Gossip:
    """At most one frame of rows waits per (connection, document); what it says is decided when it leaves."""

    def __init__(
        self,
        local: LocalPeer,
        desk: Desk,
        documents: dict[DocumentId, DocumentRecord],
        evidence: Evidence,
        subscriptions: Subscriptions,
        retelling: Retelling,
        reach: Reach,
    ) -> None:
        self._local = local
        self._desk = desk
        self._documents = documents
        self._evidence = evidence
        self._subscriptions = subscriptions
        self._retelling = retelling
        self._reach = reach

    # Occasions

    def grew(self, record: DocumentRecord, store: str, source: Connection | None) -> None:
        """More is known of what the store has of the document, by word of `source` or of our own store."""
        for session in record.sessions.values():
            if session.connection is not source:
                self._owe(record, session, (store,))
            self._wonder(record, session, store)

    def spoke(self, record: DocumentRecord, session: Session) -> None:
        """The peer spoke of the document, or the policy answered: it is told what is known, once."""
        admitted = _may_hear(session)
        if admitted and not session.rows_begun:
            self._owe(record, session, list(record.stores))
            for store in record.stores:
                self._wonder(record, session, store)
        session.rows_begun = admitted

    def subscribed(self, connection: Connection, message: RemoteSubscriptionChange) -> None:
        """The peer wants to hear of some stores, and of others no longer."""
        added = self._subscriptions.changed(connection, message)
        for document_id, session in connection.sessions.items():
            record = self._documents.get(document_id)
            if added and record is not None:
                self._owe(record, session, added)

    def parted(self, connection: Connection) -> None:
        """The connection is gone, perhaps the last one to its store: others may hear of that from now on."""
        self._subscriptions.parted(connection)
        for document_id in connection.sessions:
            record = self._documents.get(document_id)
            for session in [] if record is None else list(record.sessions.values()):
                assert record is not None
                self._wonder(record, session, connection.store_id)

    def heard(self, connection: Connection, message: RemoteHeadsChanged) -> None:
        """Take what the peer says of stores other than its own and ours. JavaScript knows no levels."""
        record = self._documents.get(message.document_id)
        session = record.sessions.get(connection.id) if record is not None else None
        if record is None or session is None or not session.engaged:
            return
        for store, said in message.new_heads.items():
            if store not in (self._local.store_id, connection.store_id):
                ours = connection.speaks_our_dialect
                row = said if ours else StoreHeads(said.heads, said.timestamp)
                self._evidence.relayed(record, connection, store, row)

    # Telling

    def frame(self, connection: Connection) -> bytes | None:
        """All that is due for one document, as it stands now."""
        document_id = next(iter(connection.rows))
        del connection.rows[document_id]
        record = self._documents.get(document_id)
        session = record.sessions.get(connection.id) if record is not None else None
        if record is None or session is None or session.rows is None:
            return None
        rows = self._take_rows(record, session, session.rows)
        if not rows:
            return None
        session.rows.next_at = self._desk.now + 1 / ROWS_TOLD_PER_SECOND
        if session.rows.owed:
            self._later(record, session, session.rows)
        return encode(RemoteHeadsChanged(self._local.peer_id, connection.peer, document_id, rows))

    def _take_rows(
        self, record: DocumentRecord, session: Session, due: RowsOwed
    ) -> dict[StorageId, StoreHeads]:
        rows: dict[StorageId, StoreHeads] = {}
        for store in list(due.owed):
            if len(rows) == ROWS_PER_FRAME:
                break
            row, more = None, False
            if self._concerns(record, session, store):
                row, more = self._retelling.row(record, session, due, store)
            if row is not None:
                rows[StorageId(store)] = row
                self._reach.told_of(session.connection, StorageId(store))
            if not more:
                del due.owed[store]
        return rows

    def _owe(self, record: DocumentRecord, session: Session, stores: Iterable[str]) -> None:
        due = [store for store in stores if self._concerns(record, session, store)]
        if not due:
            return
        session.rows = rows = session.rows or RowsOwed()
        waits = bool(rows.owed)
        rows.owed.update(dict.fromkeys(due))
        if self._desk.now >= rows.next_at:
            self._mark(record, session)
        elif not waits:
            self._later(record, session, rows)

    def _later(self, record: DocumentRecord, session: Session, rows: RowsOwed) -> None:
        self._desk.at(rows.next_at, lambda: self._mark(record, session))

    def _mark(self, record: DocumentRecord, session: Session) -> None:
        connection = session.connection
        if record.sessions.get(connection.id) is session and session.rows is not None and session.rows.owed:
            connection.rows[record.id] = None
            self._desk.mark_connection(connection.id)

    def _concerns(self, record: DocumentRecord, session: Session, store: str) -> bool:
        connection = session.connection
        if store in (self._local.store_id, connection.store_id) or not _may_hear(session):
            return False
        if connection.speaks_our_dialect:
            facts = record.stores.get(store)
            return facts is not None and not facts.is_ephemeral
        return store in connection.follows

    def _wonder(self, record: DocumentRecord, session: Session, store: str) -> None:
        """Ask the peer about a store that the document has a row for, and that nobody here is connected to."""
        if session.connection.speaks_our_dialect or not _may_hear(session):
            return
        facts = record.stores.get(store)
        if facts is not None and not facts.is_ephemeral and not facts.store.connections:
            self._subscriptions.ask_about(session.connection, StorageId(store))


def _may_hear(session: Session) -> bool:
    """Whether the peer may be told of the document, and is sure to know of it.

    JavaScript 2.5.6 dies of a report about a document that it has not loaded: it must have named heads of it on
    this connection. A page has its rows from its server's events.
    """
    connection = session.connection
    if not connection.speaks_our_dialect:
        return session.engaged and session.holds
    return session.engaged and session.requested and connection.metadata.kind != PAGE
