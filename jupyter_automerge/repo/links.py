"""The transports of the open connections, by connection id."""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass

from jupyter_automerge.engine.effects import Close, Send
from jupyter_automerge.engine.events import (
    BytesMoved,
    ConnectionClosed,
    ConnectionOpened,
    Event,
    FrameReceived,
    RoundTrip,
    Writable,
)
from jupyter_automerge.network.contract import Transport
from jupyter_automerge.repo.counting import Totals
from jupyter_automerge.values.identity import User
from jupyter_automerge.values.ids import ConnectionId, DialerId
from jupyter_automerge.values.status import Access, Direction

_logger = logging.getLogger(__name__)
INTERNAL_ERROR = 1011


@dataclass(slots=True, eq=False)
class Line:
    """An open transport, where it leads, and what went over it. Times are the event loop's."""

    transport: Transport
    direction: Direction
    endpoint: str
    user: User | None
    access: Access
    opened_at: float
    dialer: DialerId | None = None
    last_sent: float | None = None
    last_received: float | None = None
    bytes_sent: int = 0
    bytes_received: int = 0
    rtt: float | None = None

    @property
    def awaits_greeting(self) -> bool:
        """Whether the first frame that comes is the answer to the only one that went out."""
        return self.direction is Direction.OUTGOING and self.last_received is None

    def received(self, size: int, now: float) -> None:
        """A frame came."""
        self.last_received = now
        self.bytes_received += size

    def sent(self, size: int, now: float) -> None:
        """The transport took a frame."""
        self.last_sent = now
        self.bytes_sent += size


class ConnectionSink:
    """What a transport tells of itself, as events. Deaf once its connection is over."""

    def __init__(self, connection: ConnectionId, links: "Links") -> None:
        self.connection = connection
        self._links = links

    def frame(self, data: bytes | str) -> None:
        if self._links.received(self.connection, len(data)):
            self._links.post(FrameReceived(self.connection, data))

    def writable(self) -> None:
        if self._links.knows(self.connection):
            self._links.post(Writable(self.connection))

    def moved(self) -> None:
        if self._links.knows(self.connection):
            self._links.post(BytesMoved(self.connection))

    def round_trip(self, seconds: float) -> None:
        self._links.measured(self.connection, seconds)

    def closed(self, code: int | None, reason: str) -> None:
        self._links.gone(self.connection, code, reason)


class Links:
    """Opens, writes to and closes connections on behalf of the Engine."""

    def __init__(
        self,
        post: Callable[[Event], None],
        follow_up: Callable[[Event], None],
        totals: Totals,
        now: Callable[[], float],
    ) -> None:
        """`follow_up` queues an event that belongs to the same turn as the effect being performed."""
        self.post = post
        self._totals = totals
        self._now = now
        self._follow_up = follow_up
        self._lines: dict[ConnectionId, Line] = {}
        self._ids = itertools.count(1)
        self._farewells: set[ConnectionId] = set()
        self._all_said = asyncio.Event()

    def __len__(self) -> int:
        return len(self._lines)

    def knows(self, connection: ConnectionId) -> bool:
        return connection in self._lines

    @property
    def open_lines(self) -> list[tuple[ConnectionId, Line]]:
        """Those that are open, whether or not anybody has introduced himself. Any thread may ask."""
        return list(self._lines.items())

    @property
    def outgoing(self) -> frozenset[ConnectionId]:
        """Those that we opened."""
        return frozenset(id_ for id_, line in self._lines.items() if line.direction is Direction.OUTGOING)

    def received(self, connection: ConnectionId, size: int) -> bool:
        """Count a frame; False if its connection is over."""
        line = self._lines.get(connection)
        if line is None:
            return False
        now = self._now()
        if line.awaits_greeting and line.last_sent is not None:
            self.measured(connection, now - line.last_sent)
        line.received(size, now)
        self._totals.frames_received += 1
        self._totals.bytes_received += size
        return True

    def measured(self, connection: ConnectionId, seconds: float) -> None:
        """A word on the connection was answered after so long."""
        line = self._lines.get(connection)
        if line is not None:
            line.rtt = seconds
            self.post(RoundTrip(connection, seconds))

    def open(
        self,
        transport: Transport,
        direction: Direction,
        endpoint: str,
        *,
        dialer: DialerId | None = None,
        user: User | None = None,
        access: Access = Access.WRITE,
        in_process: bool = False,
    ) -> ConnectionSink:
        """Take the transport in under a new id; the handshake begins."""
        connection = ConnectionId(next(self._ids))
        self._lines[connection] = Line(transport, direction, endpoint, user, access, self._now(), dialer)
        self.post(ConnectionOpened(connection, direction, endpoint, dialer, user, access, in_process))
        return ConnectionSink(connection, self)

    def send(self, effect: Send) -> None:
        line = self._lines.get(effect.connection)
        if line is None:
            return  # It closed a moment ago, and the Engine is about to hear of it.
        try:
            takes_more = line.transport.send(effect.frame)
        except Exception as error:
            # The frame was a promise: without it this connection is worth nothing.
            _logger.exception("connection %d: the transport failed to send", effect.connection)
            self._close(effect.connection, INTERNAL_ERROR, f"could not send: {type(error).__name__}")
            return
        line.sent(len(effect.frame), self._now())
        self._totals.frames_sent += 1
        self._totals.bytes_sent += len(effect.frame)
        if takes_more:
            self._follow_up(Writable(effect.connection))

    def close(self, effect: Close) -> None:
        self._close(effect.connection, effect.code, effect.reason)

    def close_all(self, code: int, reason: str) -> None:
        for connection in list(self._lines):
            self._close(connection, code, reason)

    def gone(self, connection: ConnectionId, code: int | None, reason: str) -> None:
        """The transport is gone, by whomever."""
        self._farewells.discard(connection)
        if not self._farewells:
            self._all_said.set()
        if self._lines.pop(connection, None) is not None:
            self.post(ConnectionClosed(connection, code, reason))

    async def farewells(self, seconds: float) -> None:
        """Wait until the transports that we closed are gone, so that their peers have read why."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._farewells:
                    self._all_said.clear()
                    await self._all_said.wait()

    def _close(self, connection: ConnectionId, code: int | None, reason: str) -> None:
        # To the Engine it is over now; the transport may take its time to say goodbye.
        line = self._lines.pop(connection, None)
        if line is None:
            return
        self.post(ConnectionClosed(connection, code, reason))
        self._farewells.add(connection)
        try:
            line.transport.close(code, reason)
        except Exception:  # transports are written by others; to the Engine this one is closed already
            _logger.exception("connection %d: the transport failed to close", connection)
