"""Who is connected, and which Dialers try: frozen views, replaced as notices come. Any thread may read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jupyter_automerge.engine.notices import ConnectionChanged, DialerChanged, Notice
from jupyter_automerge.repo.share import PeerInfo, label_of, store_of
from jupyter_automerge.values.identity import PeerMetadata, User
from jupyter_automerge.values.ids import ConnectionId, DialerId, PeerId, SessionId
from jupyter_automerge.values.status import Access, DialerState, Direction, Phase

TRYING = frozenset(
    (DialerState.IDLE, DialerState.DIALING, DialerState.CONNECTED, DialerState.WAITING, DialerState.STANDBY)
)
"""States of a Dialer that may yet lead to a connection, or already did."""


@dataclass(frozen=True, slots=True)
class ConnectionInfo:
    """An open connection. `user` and `access` are the transport's word. `dialer`: which one made it, if one did.

    `standby`: we speak to the peer on another connection, and only answer on this one; it takes over if that one
    closes. `peer_id` is None and `metadata` empty while `phase` is HANDSHAKING. Times are UTC: `opened_at`, and when
    a frame was last sent and received (None: none was yet). The bytes are those of frames. `rtt`, in seconds, is
    how long the last ping took there and back, or else the handshake where we spoke first; None until measured.
    """

    id: ConnectionId
    peer_id: PeerId | None
    direction: Direction
    endpoint: str
    opened_at: datetime
    user: User | None
    access: Access
    metadata: PeerMetadata
    phase: Phase = Phase.READY
    standby: bool = False
    last_sent: datetime | None = None
    last_received: datetime | None = None
    bytes_sent: int = 0
    bytes_received: int = 0
    rtt: float | None = None
    dialer: DialerId | None = None

    def __repr__(self) -> str:
        whose = "" if self.peer_id is None else f": {label_of(self.metadata, self.peer_id)}"
        way = f"{self.direction.value} {self.endpoint}".rstrip()
        standby = ", standby" if self.standby else ""
        rtt = "" if self.rtt is None else f", {self.rtt * 1000:.0f} ms"
        return f"<connection {self.id}{whose}, {way}, {self.phase.value}{standby}{rtt}>"

    @property
    def store_id(self) -> str:
        """The store of the peer; a peer that names none is its own. Empty during the handshake."""
        return "" if self.peer_id is None else store_of(self.metadata, self.peer_id)


@dataclass(frozen=True, slots=True)
class DialerInfo:
    """A Dialer as it stood. `retry_at` (UTC) only while WAITING. `last_close`: code and reason.

    `connection`: the one it has now; see there for what went over it.
    """

    id: DialerId
    url: str
    state: DialerState = DialerState.IDLE
    attempt: int = 0
    retry_at: datetime | None = None
    last_error: str = ""
    last_close: tuple[int | None, str] | None = None
    connection: ConnectionId | None = None

    @property
    def phase(self) -> Phase | None:
        """How far its connection has come; CLOSED: there was one, and none is being opened; None: there was none."""
        if self.state is DialerState.DIALING:
            return Phase.CONNECTING if self.connection is None else Phase.HANDSHAKING
        if self.state is DialerState.CONNECTED:
            return Phase.READY
        return None if self.last_close is None else Phase.CLOSED

    @property
    def is_trying(self) -> bool:
        return self.state in TRYING


class Directory:
    """The present Dialers, and the connections whose handshake is done, as told by the Engine."""

    def __init__(self, utc: Callable[[float], datetime], now: Callable[[], float]) -> None:
        self._utc = utc
        self._now = now
        self._dialer_of: dict[ConnectionId, DialerId] = {}
        self.connections: tuple[ConnectionInfo, ...] = ()
        self.dialers: tuple[DialerInfo, ...] = ()
        self.is_reachable = False
        """Somebody may connect to us unasked: we listen, or a host hands us its connections."""

    @property
    def peers(self) -> tuple[PeerInfo, ...]:
        """Each life of a connected peer once; of several connections the newest tells of it."""
        ways: dict[tuple[PeerId, SessionId | None], list[ConnectionInfo]] = {}
        for one in self.connections:
            if one.peer_id is not None:
                ways.setdefault((one.peer_id, one.metadata.session_id), []).append(one)
        return tuple(_peer(peer_id, connections) for (peer_id, _), connections in ways.items())

    @property
    def hopes(self) -> bool:
        """Whether anybody is being dialed or may come by."""
        return self.is_reachable or any(one.is_trying for one in self.dialers)

    def dialer(self, dialer: DialerId) -> DialerInfo | None:
        return next((one for one in self.dialers if one.id == dialer), None)

    def add_dialer(self, dialer: DialerId, url: str) -> None:
        self.dialers = (*self.dialers, DialerInfo(dialer, url))

    def remove_dialer(self, dialer: DialerId) -> None:
        self.dialers = tuple(one for one in self.dialers if one.id != dialer)

    def dialed(self, dialer: DialerId, connection: ConnectionId) -> None:
        """The connection is the Dialer's work."""
        self._dialer_of[connection] = dialer
        self._replace(dialer, connection=connection)

    def hear(self, notice: Notice) -> None:
        """Bring the views up to date."""
        if isinstance(notice, ConnectionChanged):
            self._connection(notice)
        elif isinstance(notice, DialerChanged):
            self._dialer(notice)

    def _connection(self, notice: ConnectionChanged) -> None:
        known = {one.id: one for one in self.connections}
        if notice.open and notice.peer_id is not None:
            former = known.get(notice.connection)
            shown = self._opened(notice, notice.peer_id)
            known[notice.connection] = shown if former is None else replace(former, standby=shown.standby)
            self.connections = tuple(known.values())
            return
        known.pop(notice.connection, None)
        self.connections = tuple(known.values())
        dialer = self._dialer_of.pop(notice.connection, None)
        if dialer is not None:
            self._replace(dialer, connection=None, last_close=(notice.code, notice.reason))

    def _opened(self, notice: ConnectionChanged, peer_id: PeerId) -> ConnectionInfo:
        return ConnectionInfo(
            notice.connection,
            peer_id,
            notice.direction,
            notice.endpoint,
            self._utc(self._now()),
            notice.user,
            notice.access,
            notice.metadata,
            standby=notice.standby,
        )

    def _dialer(self, notice: DialerChanged) -> None:
        self._replace(
            notice.dialer,
            state=notice.state,
            attempt=notice.attempt,
            retry_at=None if notice.retry_at is None else self._utc(notice.retry_at),
            last_error=notice.error,
        )

    def _replace(self, dialer: DialerId, **facts: object) -> None:
        self.dialers = tuple(
            replace(one, **facts) if one.id == dialer else one  # type: ignore[arg-type]  # fields of DialerInfo
            for one in self.dialers
        )


def _peer(peer_id: PeerId, connections: Sequence[ConnectionInfo]) -> PeerInfo:
    newest = connections[-1]
    ids = tuple(one.id for one in connections)
    return PeerInfo(peer_id, newest.user, newest.access, newest.metadata, ids)
