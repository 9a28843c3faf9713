"""Broadcasts: one count per broadcast, delivered once, forwarded to whoever has the document open.

Counts grow over all documents of a session. A window behind the highest one seen lets broadcasts that
overtook each other on two paths both arrive; JavaScript takes only growing counts and numbers its targets
apart, which fits inside.
"""

from collections import OrderedDict
from dataclasses import dataclass

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.connections import Connections
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.notices import EphemeralReceived
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.session import Session, Standing
from jupyter_automerge.values.ids import PeerId, SessionId
from jupyter_automerge.values.limits import (
    EPHEMERAL_WINDOW,
    MAX_EPHEMERAL_SESSIONS,
    MAX_OUTGOING_EPHEMERAL_BYTES,
    MAX_OUTGOING_EPHEMERALS,
)
from jupyter_automerge.wire.messages import Ephemeral


@dataclass(slots=True)
class Heard:
    """The counts of one session: the highest, and a bit for each of the ones shortly before."""

    highest: int = 0
    window: int = 0

    def is_new(self, count: int) -> bool:
        """Whether the count was not heard before; it is from now on."""
        if count > self.highest:
            self.window = (self.window << min(count - self.highest, EPHEMERAL_WINDOW)) | 1
            self.window &= (1 << EPHEMERAL_WINDOW) - 1
            self.highest = count
            return True
        behind = self.highest - count
        if behind >= EPHEMERAL_WINDOW or self.window >> behind & 1:
            return False
        self.window |= 1 << behind
        return True


class Broadcasting:
    """Sends, filters and forwards ephemeral messages. Nothing of them is kept."""

    def __init__(self, local: LocalPeer, desk: Desk, connections: Connections) -> None:
        self._local = local
        self._desk = desk
        self._connections = connections
        self._count = 0
        self._heard: OrderedDict[tuple[PeerId, SessionId], Heard] = OrderedDict()

    @property
    def sessions_heard(self) -> int:
        """Sessions whose counts are remembered."""
        return len(self._heard)

    def broadcast(self, record: DocumentRecord, data: bytes) -> None:
        """Send to every peer that has the document open, under one count, so that duplicates are seen as
        such.
        """
        self._count += 1
        session_id = self._local.session_id
        for session in _listeners(record):
            peer = session.connection.peer
            message = Ephemeral(self._local.peer_id, peer, record.id, self._count, session_id, data)
            self._send(session.connection, message)

    def hear(self, connection: Connection, record: DocumentRecord | None, message: Ephemeral) -> None:
        """Deliver a broadcast once, and pass it on. Of a document not in memory, or a peer denied it:
        dropped.
        """
        session = record.sessions.get(connection.id) if record is not None else None
        if record is None or session is None or session.denied or message.sender_id == self._local.peer_id:
            return
        if not self._is_new(message):
            return
        self._desk.emit(EphemeralReceived(record.id, message.sender_id, message.session_id, message.data))
        for other in _listeners(record):
            if other.connection.life != connection.life and other.connection.peer != message.sender_id:
                self._forward(other.connection, message)

    def _forward(self, connection: Connection, message: Ephemeral) -> None:
        forwarded = Ephemeral(
            message.sender_id,
            connection.peer,
            message.document_id,
            message.count,
            message.session_id,
            message.data,
        )
        self._send(connection, forwarded)

    def _send(self, connection: Connection, message: Ephemeral) -> None:
        # A broadcast is worth little late: to a peer that does not keep up it is simply not sent.
        waiting = connection.frames
        if len(waiting) < MAX_OUTGOING_EPHEMERALS and sum(map(len, waiting)) < MAX_OUTGOING_EPHEMERAL_BYTES:
            self._connections.queue(connection, message)

    def _is_new(self, message: Ephemeral) -> bool:
        source = (message.sender_id, message.session_id)
        heard = self._heard.setdefault(source, Heard())
        self._heard.move_to_end(source)
        if len(self._heard) > MAX_EPHEMERAL_SESSIONS:
            self._heard.popitem(last=False)
        return heard.is_new(message.count)


def _listeners(record: DocumentRecord) -> list[Session]:
    return [
        session
        for session in record.sessions.values()
        if session.engaged and session.standing is not Standing.UNAVAILABLE
    ]
