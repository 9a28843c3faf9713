"""Frames of one connection, decoded and brought to their document. What cannot be read closes the
connection.
"""

from collections.abc import Callable

from jupyter_automerge.engine.collection import Collection
from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.connections import OVERFLOW
from jupyter_automerge.engine.ephemeral import Broadcasting
from jupyter_automerge.engine.handshake import HANDSHAKE_MESSAGES, NORMAL, PROTOCOL_ERROR
from jupyter_automerge.engine.notices import NoticeReceived
from jupyter_automerge.engine.reach import Reach
from jupyter_automerge.engine.receiving import Receiving
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.session import Incoming, Session, Standing
from jupyter_automerge.engine.sessions import Sessions
from jupyter_automerge.engine.surroundings import Surroundings
from jupyter_automerge.errors import InvalidId, RemoteProtocolError
from jupyter_automerge.values.heads import NO_HEADS
from jupyter_automerge.values.limits import MAX_DOCUMENTS_PER_PEER, MAX_WAITING_BYTES, MAX_WAITING_FRAMES
from jupyter_automerge.wire.codec import decode
from jupyter_automerge.wire.messages import (
    DocUnavailable,
    Ephemeral,
    InReach,
    Leave,
    Message,
    Notice,
    Primary,
    RemoteHeadsChanged,
    RemoteSubscriptionChange,
    Request,
    Stored,
    Sync,
)
from jupyter_automerge.wire.sync_message import parse

UNSUPPORTED_DATA = 1003


class Inbox:
    """Routes by message type; decides nothing about documents."""

    def __init__(
        self,
        around: Surroundings,
        collection: Collection,
        sessions: Sessions,
        receiving: Receiving,
        broadcasting: Broadcasting,
        reach: Reach,
    ) -> None:
        self._local = around.local
        self._desk = around.desk
        self._documents = around.documents
        self._connections = around.connections
        self._collection = collection
        self._sessions = sessions
        self._receiving = receiving
        self._evidence = around.evidence
        self._broadcasting = broadcasting
        self._acknowledging = around.acknowledging
        self._gossip = around.gossip
        self._reach = reach
        self._graveyard = around.graveyard
        self._routes: dict[type, Callable[[Connection, Message], None]] = {
            Sync: self._on_sync,
            Request: self._on_sync,
            DocUnavailable: self._on_unavailable,
            Ephemeral: self._on_ephemeral,
            Notice: self._on_notice,
            RemoteHeadsChanged: self._on_remote_heads,
            RemoteSubscriptionChange: self._on_subscription,
            Stored: self._on_stored,
            InReach: self._on_reach,
            Primary: self._on_primary,
            Leave: self._on_leave,
        }

    def frame(self, connection: Connection, frame: bytes | str) -> None:
        """Take one frame. Frames of a connection that is being closed are ignored."""
        if isinstance(frame, str):
            self._connections.close(
                connection, UNSUPPORTED_DATA, "a text frame: only binary ones are spoken here"
            )
            return
        try:
            message = decode(frame)
        except (RemoteProtocolError, InvalidId) as error:
            self._connections.close(connection, PROTOCOL_ERROR, str(error))
            return
        if not connection.is_open or isinstance(message, HANDSHAKE_MESSAGES):
            self._connections.greet(connection, message)
            return
        if connection.namesake is not None:
            self._connections.peers.spoke(connection)
        # An ephemeral message carries its author; everything else must come from the peer that introduced
        # itself.
        if not isinstance(message, Ephemeral) and getattr(message, "sender_id", None) not in (
            None,
            connection.peer,
        ):
            self._connections.close(connection, PROTOCOL_ERROR, "a message in the name of another peer")
            return
        route = self._routes.get(type(message))
        if route is not None:
            route(connection, message)

    def _on_sync(self, connection: Connection, message: Message) -> None:
        assert isinstance(message, Sync | Request)
        if self._is_refused(connection, message):
            return
        record = self._collection.get_or_enter(message.document_id)
        session = self._sessions.of(record, connection)
        session.requested = True
        if isinstance(message, Request):
            session.standing = Standing.WANTS
            # It would else be waited for on its primary, as it may wait for us where it speaks.
            if session.main is not None and session.main.standing is Standing.UNKNOWN:
                session.main.standing = Standing.WANTS
        if session.muted:
            return
        session.owes = True
        self._take(record, session, message.data)
        self._acknowledging.owe(record, session)
        self._acknowledging.exchanged(record, session)
        self._gossip.spoke(record, session)
        self._desk.mark_document(record.id)

    def _take(self, record: DocumentRecord, session: Session, data: bytes) -> None:
        try:
            incoming = Incoming(data, parse(data))
        except RemoteProtocolError as error:
            self._receiving.undecodable(record, session, error.reason)
            return
        heads = frozenset(incoming.message.heads)
        # By heads and not by changes: the message of an empty document carries one "change" and no heads.
        if heads:
            session.holds = True
        else:
            session.acked = NO_HEADS  # it begins anew, and may have forgotten what was reported
        if heads and session.can_supply and session.standing is not Standing.HAS:
            session.standing, session.advertised = Standing.HAS, heads
        waiting_bytes = sum(len(one.data) for one in session.inbox) + len(data)
        if len(session.inbox) >= MAX_WAITING_FRAMES or waiting_bytes > MAX_WAITING_BYTES:
            self._connections.close(
                session.connection, OVERFLOW, "too many messages of one document wait here"
            )
            return
        session.inbox = (*session.inbox, incoming)

    def _is_refused(self, connection: Connection, message: Sync | Request) -> bool:
        """Deleted here, or one document too many for this peer: it is told that there is none."""
        document_id = message.document_id
        buried = document_id in self._graveyard
        crowded = (
            document_id not in connection.sessions and len(connection.sessions) >= MAX_DOCUMENTS_PER_PEER
        )
        # A holder that goes on sending a deleted one is told once, or it would wait for an answer for ever.
        if crowded or (buried and (isinstance(message, Request) or document_id not in connection.mourned)):
            self._connections.queue(
                connection, DocUnavailable(self._local.peer_id, connection.peer, document_id)
            )
        if buried:
            connection.mourned.add(document_id)
        return buried or crowded

    def _on_unavailable(self, connection: Connection, message: Message) -> None:
        assert isinstance(message, DocUnavailable)
        record = self._documents.get(message.document_id)
        session = record.sessions.get(connection.id) if record is not None else None
        if record is None or session is None:
            return
        for one in (session, *session.spares(record.sessions.values())):
            one.standing, one.holds = Standing.UNAVAILABLE, False
        self._evidence.standing(record, session)
        self._desk.mark_document(record.id)

    def _on_ephemeral(self, connection: Connection, message: Message) -> None:
        assert isinstance(message, Ephemeral)
        self._broadcasting.hear(connection, self._documents.get(message.document_id), message)

    def _on_notice(self, connection: Connection, message: Message) -> None:
        assert isinstance(message, Notice)
        if message.document_id in connection.sessions:
            self._desk.emit(NoticeReceived(message.document_id, connection.peer, message.reason))

    def _on_remote_heads(self, connection: Connection, message: Message) -> None:
        assert isinstance(message, RemoteHeadsChanged)
        self._acknowledging.heard(connection, message)
        self._gossip.heard(connection, message)

    def _on_subscription(self, connection: Connection, message: Message) -> None:
        assert isinstance(message, RemoteSubscriptionChange)
        self._gossip.subscribed(connection, message)
        self._acknowledging.subscribed(connection)

    def _on_stored(self, connection: Connection, message: Message) -> None:
        assert isinstance(message, Stored)
        self._acknowledging.heard_many(connection, message)

    def _on_primary(self, connection: Connection, message: Message) -> None:
        assert isinstance(message, Primary)
        self._connections.primaries.named(connection, message.count)

    def _on_reach(self, connection: Connection, message: Message) -> None:
        assert isinstance(message, InReach)
        self._reach.heard(connection, message)

    def _on_leave(self, connection: Connection, _message: Message) -> None:
        self._connections.close(connection, NORMAL, "the peer said that it leaves")
