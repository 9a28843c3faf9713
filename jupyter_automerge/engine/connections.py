"""The connections of a Repo: opening, introducing, replacing, closing."""

from collections.abc import Callable

from jupyter_automerge.engine import handshake
from jupyter_automerge.engine.connection import Connection, Phase
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.dialer import Turn
from jupyter_automerge.engine.dialers import Dialers
from jupyter_automerge.engine.effects import Close, Send
from jupyter_automerge.engine.events import ConnectionClosed, ConnectionOpened
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.notices import ConnectionChanged, IdCollision
from jupyter_automerge.engine.peers import Peers
from jupyter_automerge.engine.primaries import Primaries
from jupyter_automerge.values.ids import ConnectionId, DialerId
from jupyter_automerge.values.limits import HANDSHAKE_TIMEOUT_SECONDS
from jupyter_automerge.wire.codec import encode
from jupyter_automerge.wire.messages import Message

OVERFLOW = 1013


class Connections:
    """All transport paths by id, the peers at their ends, and the Dialers that make the outgoing ones.

    `on_open` and `on_gone` tell the documents; `on_gone` is called once for every connection that was open, and
    `on_primary` for one that stood by and does so no longer.
    """

    def __init__(
        self,
        local: LocalPeer,
        desk: Desk,
        jitter: Callable[[], float],
        on_open: Callable[[Connection], None],
        on_gone: Callable[[Connection], None],
        on_primary: Callable[[Connection], None],
        on_dialing: Callable[[str], None],
    ) -> None:
        self.table: dict[ConnectionId, Connection] = {}
        self.dialers = Dialers(desk, jitter, on_dialing)
        self.peers = Peers(desk)
        self.primaries = Primaries(local, desk, self.peers, self.queue, self._role_turned)
        self._local = local
        self._desk = desk
        self._on_open = on_open
        self._on_gone = on_gone
        self._on_primary = on_primary

    @property
    def open(self) -> list[Connection]:
        return [connection for connection in self.table.values() if connection.is_open]

    @property
    def primary(self) -> list[Connection]:
        """Those on which we speak unasked: one of several to one life of a peer (E31)."""
        return [connection for connection in self.open if not connection.is_standby]

    def dialer_removed(self, dialer: DialerId) -> None:
        """It dials no more, and the connections that it made are closed."""
        if dialer in self.dialers:
            self.dialers.removed(dialer)
            for connection in list(self.table.values()):
                if connection.dialer == dialer:
                    self.close(connection, handshake.NORMAL, "no longer wanted here")

    def opened(self, event: ConnectionOpened) -> None:
        connection = Connection(event)
        self.table[event.connection] = connection
        if event.dialer is not None and event.dialer not in self.dialers:
            self.close(connection, handshake.NORMAL, "no longer wanted here")
            return
        for message in handshake.first_words(connection, self._local):
            self.queue(connection, message)
        self._desk.at(self._desk.now + HANDSHAKE_TIMEOUT_SECONDS, lambda: self._expect_greeting(connection))

    def greet(self, connection: Connection, message: Message) -> None:
        """Take a message of the handshake, or one that came before its end."""
        verdict = handshake.hear(connection, message, self._local)
        for reply in verdict.replies:
            self.queue(connection, reply)
        if verdict.close is not None:
            code, reason = verdict.close
            self.close(connection, code, reason, final=verdict.final)
            if verdict.namesake:
                sessions = (self._local.session_id, verdict.namesake)
                self._desk.emit(IdCollision(self._local.peer_id, sessions))
        elif verdict.opened:
            self._welcome(connection)

    def queue(self, connection: Connection, message: Message) -> None:
        """Let the message wait for the transport; a queue over its bound closes the connection."""
        connection.frames.append(encode(message))
        self._desk.mark_connection(connection.id)
        if connection.overflowing:
            self.close(connection, OVERFLOW, "too many messages waited for a slow connection")

    def closed(self, event: ConnectionClosed) -> None:
        connection = self.table.get(event.connection)
        if connection is not None:
            self._drop(connection, event.code, event.reason, Turn.LOST)

    def close(self, connection: Connection, code: int | None, reason: str, *, final: bool = False) -> None:
        """Close from our side. What was queued for the handshake still goes out before."""
        if connection.phase is Phase.CLOSED:
            return
        self._desk.effects.extend(_last_frames(connection))
        self._desk.effect(Close(connection.id, code, reason))
        self._drop(connection, code, reason, Turn.REFUSED if final else Turn.LOST)

    def _welcome(self, connection: Connection) -> None:
        if not connection.metadata.multi_link:
            # A peer that announced several connections never comes by one that bears no other: whoever does
            # so under its id is somebody else.
            for older in self.peers.called(connection.peer):
                if not older.metadata.multi_link:
                    self._replace(older)
        self.dialers.greeted(connection)
        if not connection.metadata.multi_link:
            self.dialers.let_others_stand_by(connection.peer)
        self.primaries.place(connection)
        self._tell(connection, is_open=True)
        self.peers.joined(connection)
        self._on_open(connection)
        self._replace_same_dialer(connection)
        self.primaries.settle(connection)

    def _replace_same_dialer(self, connection: Connection) -> None:
        """The peer's Dialer made another one, so the one before is dead at its end (P12)."""
        dialer = connection.metadata.dialer
        for older in self.peers.called(connection.peer) if dialer is not None else ():
            if older is not connection and (older.life, older.metadata.dialer) == (connection.life, dialer):
                self._replace(older)

    def _replace(self, older: Connection) -> None:
        """A peer that bears one connection only (JavaScript closes the older itself) came by a newer one."""
        reason = "replaced by a newer connection of the same peer"
        self._desk.effect(Close(older.id, handshake.NORMAL, reason))
        self._drop(older, handshake.NORMAL, reason, Turn.REPLACED)

    def _drop(self, connection: Connection, code: int | None, reason: str, turn: Turn) -> None:
        was_open = connection.is_open
        connection.phase = Phase.CLOSED
        del self.table[connection.id]
        self._desk.due_connections.pop(connection.id, None)
        # Not on a replacement: with three addresses of one peer the standbys would evict each other for ever.
        if (
            connection.peer_id is not None
            and self.peers.left(connection, reason)
            and turn is not Turn.REPLACED
        ):
            self.dialers.wake_standbys(connection.peer)
        self.dialers.lost(connection, turn, reason if code is None else f"{reason} (close code {code})")
        self._tell(connection, is_open=False, code=code, reason=reason)
        if was_open:
            self._on_gone(connection)
            self.primaries.left(connection)

    def _role_turned(self, connection: Connection) -> None:
        self._tell(connection, is_open=True)
        if not connection.is_standby:
            self._on_primary(connection)

    def _expect_greeting(self, connection: Connection) -> None:
        if connection.phase in (Phase.AWAITING_JOIN, Phase.AWAITING_PEER):
            reason = f"no handshake within {HANDSHAKE_TIMEOUT_SECONDS:g} seconds"
            self.close(connection, handshake.PROTOCOL_ERROR, reason)

    def _tell(
        self, connection: Connection, *, is_open: bool, code: int | None = None, reason: str = ""
    ) -> None:
        self._desk.emit(
            ConnectionChanged(
                connection.id,
                connection.direction,
                connection.endpoint,
                is_open,
                connection.peer_id,
                connection.metadata,
                connection.user,
                connection.access,
                code,
                reason,
                connection.is_standby,
            )
        )


def _last_frames(connection: Connection) -> list[Send]:
    """An `error` reply must reach the peer before the close that it explains."""
    if connection.is_open or connection.full:
        return []
    return [Send(connection.id, frame) for frame in connection.frames]
