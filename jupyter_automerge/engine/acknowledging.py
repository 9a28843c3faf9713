"""Telling peers which heads are durable in our own store, once they are.

To whom: a peer that may read the document, and either speaks our dialect or announced `durableAcks`, so that it
knows what the report means, or subscribed to our storage id by its own wish and holds the document. JavaScript
2.5.6 dies of a report about a document that it has not loaded, so nobody else is told (P30, P31).

Of a store that may lose what it confirmed nothing is reported, and what was is taken back (E43).
"""

from collections.abc import Iterator
from itertools import islice

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.evidence import Evidence
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.resume import Resumption
from jupyter_automerge.engine.session import Session
from jupyter_automerge.engine.stamps import Stamps
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.limits import (
    DURABLE_REPORTS_PER_SECOND,
    STORED_HEADS_PER_FRAME,
    UNSAVED_TOLD_SECONDS,
)
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
        stamps: Stamps,
    ) -> None:
        self._local = local
        self._desk = desk
        self._documents = documents
        self._evidence = evidence
        self._resumption = resumption
        self._stamps = stamps

    def weakened(self) -> None:
        """The store may lose what it keeps from now on: take back what was reported."""
        for record in self._documents.values():
            self.lost(record)

    def lost(self, record: DocumentRecord) -> None:
        """Some heads are not durable any more: take back all that was reported, and then say what is left.

        Whether a shorter report takes anything back is known only to who can compare it; an empty one does.
        """
        for session in record.sessions.values():
            if session.acked and self._is_entitled(session):
                session.connection.acks[record.id] = True
                self._desk.mark_connection(session.connection.id)

    def saved(self, record: DocumentRecord) -> None:
        """New heads are durable: let every entitled peer know."""
        for session in record.sessions.values():
            self.owe(record, session)

    def last_words(self, record: DocumentRecord) -> Iterator[tuple[Connection, RemoteHeadsChanged | Stored]]:
        """What is still owed when the document leaves memory: from then on nobody could tell."""
        saved = self._durable(record)
        for session in record.sessions.values():
            if saved != session.acked and self._is_entitled(session):
                session.acked = saved
                yield session.connection, self._report(session.connection, {record: saved})

    def subscribed(self, connection: Connection) -> None:
        """The peer may have come to follow our own store."""
        for document_id, session in connection.sessions.items():
            record = self._documents.get(document_id)
            if record is not None:
                self.owe(record, session)

    def owe(self, record: DocumentRecord, session: Session) -> None:
        """The peer of this session should hear of our saved heads, if it was not told of these yet."""
        connection = session.connection
        if self._durable(record) == session.acked or not self._is_entitled(session):
            return
        if self._desk.now >= session.next_ack_at:
            connection.acks.setdefault(record.id, False)
            self._desk.mark_connection(connection.id)
        elif record.id not in connection.acks:
            self._desk.at(session.next_ack_at, lambda: self.owe(record, session))

    def exchanged(self, record: DocumentRecord, session: Session) -> None:
        """The peer takes heads that our sync messages name for kept, if it follows our store. Where the disk
        takes its time, it is told after a while which ones are (P31).
        """
        if session.connection.hears_of_stores or self._local.weakness or not self._is_entitled(session):
            return
        session.exchanged_at = self._desk.now
        if not session.rectifying:
            session.rectifying = True
            self._rectify_later(record, session)

    def _rectify_later(self, record: DocumentRecord, session: Session) -> None:
        since, saved = self._desk.now, record.saving.heads

        def rectify() -> None:
            if record.sessions.get(session.connection.id) is not session or not self._is_entitled(session):
                session.rectifying = False
                return
            if saved == record.saving.heads != record.heads:
                session.connection.acks.setdefault(record.id, False)
                self._desk.mark_connection(session.connection.id)
            session.rectifying = session.exchanged_at > since
            if session.rectifying:
                self._rectify_later(record, session)

        self._desk.at(since + UNSAVED_TOLD_SECONDS, rectify)

    def _durable(self, record: DocumentRecord) -> Heads:
        return NO_HEADS if self._local.weakness else record.saving.heads

    def _is_entitled(self, session: Session) -> bool:
        connection, own = session.connection, self._local.storage_id
        if connection.hears_of_stores:
            return session.engaged
        # Not who passes somebody else's wish on: JavaScript hands reports to all of its peers, and those that
        # have not the document die. It tells them itself, of heads that it saw in our messages (P31).
        wished = own is not None and connection.follows.get(own, False)
        return wished and session.engaged and session.holds

    def frame(self, connection: Connection) -> bytes | None:
        """One report of all that waits on the connection, as it stands now; at most 500 documents.

        One document at a time for who follows our store without speaking our dialect.
        """
        reports: dict[DocumentRecord, Heads] = {}
        most = STORED_HEADS_PER_FRAME if connection.hears_of_stores else 1
        for document_id in list(islice(connection.acks, most)):
            takes_back = connection.acks.pop(document_id)
            record = self._documents.get(document_id)
            session = record.sessions.get(connection.id) if record is not None else None
            if record is not None and session is not None and self._is_entitled(session):
                session.next_ack_at = self._desk.now + 1 / DURABLE_REPORTS_PER_SECOND
                session.acked = reports[record] = NO_HEADS if takes_back else self._durable(record)
                if takes_back:
                    self.owe(record, session)
        return encode(self._report(connection, reports)) if reports else None

    def _report(
        self, connection: Connection, reports: dict[DocumentRecord, Heads]
    ) -> RemoteHeadsChanged | Stored:
        local = self._local
        if len(reports) > 1 or local.storage_id is None:
            return Stored(
                local.peer_id, connection.peer, {record.id: heads for record, heads in reports.items()}
            )
        ((record, saved),) = reports.items()
        own = {local.storage_id: StoreHeads(saved, self._stamps.next(record, local.storage_id))}
        return RemoteHeadsChanged(local.peer_id, connection.peer, record.id, own)

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
        self._evidence.stored(record, session, reported.heads, reported.timestamp)
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
