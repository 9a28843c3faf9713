"""Telling peers which heads are durable in our own store, once they are.

To whom: a peer that may read the document and announced `durableAcks`, so that it knows what the report
means. JavaScript 2.5.6 dies of a report about a document it has not loaded, so nobody else is told unasked.
"""

from itertools import islice

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.evidence import Evidence
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.resume import Resumption
from jupyter_automerge.engine.session import Session
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.limits import DURABLE_REPORTS_PER_SECOND, STORED_HEADS_PER_FRAME
from jupyter_automerge.wire.codec import encode
from jupyter_automerge.wire.messages import RemoteHeadsChanged, Stored, StoreHeads


class Acknowledging:
    """At most one report waits per (connection, document), and it carries the newest saved heads when it
    leaves.
    """

    def __init__(
        self,
        local: LocalPeer,
        desk: Desk,
        documents: dict[DocumentId, DocumentRecord],
        evidence: Evidence,
        resumption: Resumption,
    ) -> None:
        self._local = local
        self._desk = desk
        self._documents = documents
        self._evidence = evidence
        self._resumption = resumption
        self._last_stamp = 0.0

    def saved(self, record: DocumentRecord) -> None:
        """New heads are durable: let every entitled peer know."""
        for session in record.sessions.values():
            self.owe(record, session)

    def owe(self, record: DocumentRecord, session: Session) -> None:
        """The peer of this session should hear of our saved heads, if there are any."""
        connection = session.connection
        if not (connection.metadata.durable_acks and session.engaged and record.saving.heads):
            return
        if self._desk.now >= session.next_ack_at:
            connection.acks[record.id] = None
            self._desk.mark_connection(connection.id)
        elif record.id not in connection.acks:
            self._desk.at(session.next_ack_at, lambda: self.owe(record, session))

    def frame(self, connection: Connection) -> bytes | None:
        """One report of all that waits on the connection, as it stands now; at most 500 documents."""
        heads: dict[DocumentId, Heads] = {}
        for document_id in list(islice(connection.acks, STORED_HEADS_PER_FRAME)):
            del connection.acks[document_id]
            record = self._documents.get(document_id)
            session = record.sessions.get(connection.id) if record is not None else None
            if record is not None and session is not None and session.engaged:
                session.next_ack_at = self._desk.now + 1 / DURABLE_REPORTS_PER_SECOND
                heads[document_id] = record.saving.heads
        return encode(self._report(connection, heads)) if heads else None

    def _report(self, connection: Connection, heads: dict[DocumentId, Heads]) -> RemoteHeadsChanged | Stored:
        if len(heads) > 1 or self._local.storage_id is None:
            return Stored(self._local.peer_id, connection.peer, heads)
        ((document_id, saved),) = heads.items()
        own = {self._local.storage_id: StoreHeads(saved, self._stamp())}
        return RemoteHeadsChanged(self._local.peer_id, connection.peer, document_id, own)

    def heard(self, connection: Connection, message: RemoteHeadsChanged) -> None:
        """A report counts as durable only about the reporter's own store, and only if it promised to mean
        that.
        """
        own = connection.metadata.storage_id
        reported = message.new_heads.get(own) if own is not None else None
        record = self._documents.get(message.document_id)
        session = record.sessions.get(connection.id) if record is not None else None
        if reported is None or record is None or session is None or not connection.metadata.durable_acks:
            return
        self._evidence.stored(record, session, reported.heads)
        if record.has_data:
            self._resumption.durable(record, connection, reported.heads)

    def heard_many(self, connection: Connection, message: Stored) -> None:
        own = connection.metadata.storage_id
        if own is None:
            return
        for document_id, heads in message.heads.items():
            report = RemoteHeadsChanged(
                message.sender_id, message.target_id, document_id, {own: StoreHeads(heads, 0.0)}
            )
            self.heard(connection, report)

    def _stamp(self) -> float:
        # Strictly growing, so that JavaScript never sees two equal stamps and drops the second.
        self._last_stamp = max(self._desk.wall_ms, self._last_stamp + 1.0)
        return self._last_stamp
