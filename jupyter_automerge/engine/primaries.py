"""Which of several connections to one life of a peer we speak on, and which stand by (E31).

Either end chooses by itself, and answers the other wherever that one speaks: so where they differ for a moment bytes
are sent twice, and nothing is lost. The end whose session id sorts first then says which one it is (P70), and the
other follows.
"""

from collections.abc import Callable
from itertools import count
from math import inf

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.peers import Peers
from jupyter_automerge.values.limits import PRIMARY_STUCK_SECONDS
from jupyter_automerge.wire.messages import Message, Primary


class Primaries:
    """Keeps `connection.primary` of all connections true.

    `queue` sends a message; `on_role` is told of each connection that became primary or stands by from now on, the
    former last.
    """

    def __init__(
        self,
        local: LocalPeer,
        desk: Desk,
        peers: Peers,
        queue: Callable[[Connection, Message], None],
        on_role: Callable[[Connection], None],
    ) -> None:
        self._local = local
        self._desk = desk
        self._peers = peers
        self._queue = queue
        self._on_role = on_role
        self._counts = count(1)

    def place(self, connection: Connection) -> None:
        """Its handshake is done, and nobody has been told yet: it stands by if there is a primary already."""
        others = self._others(connection)
        if others:
            connection.primary = others[0].primary

    def settle(self, connection: Connection) -> None:
        """It is known to everybody here. A primary that is stuck yields to it; the peer learns which one it is."""
        current = connection.primary
        if not self._leads(connection) or not self._others(connection):
            return
        if self._is_stuck(current) and connection is not current:
            self._choose(connection)
            self._say(connection)
        elif not current.named:
            self._say(current)

    def left(self, connection: Connection) -> None:
        """It is closed: the best of those that stood by takes over at once."""
        others = self._others(connection)
        if others and connection.primary is connection:
            self._choose(min(others, key=self._cost))
            if len(others) > 1 and self._leads(connection):
                self._say(others[0].primary)

    def named(self, connection: Connection, number: int) -> None:
        """The peer says that it speaks on this one; of what it says over several, the last word counts."""
        others = self._others(connection)
        if self._leads(connection) or number <= max(way.named for way in (connection, *others)):
            return
        connection.named = number
        if connection.is_standby:
            self._choose(connection)

    def _choose(self, connection: Connection) -> None:
        for way in self._others(connection):
            was_primary = not way.is_standby
            way.primary = connection
            if was_primary and way.is_open:
                self._on_role(way)
        connection.primary = connection
        self._on_role(connection)

    def _say(self, connection: Connection) -> None:
        connection.named = next(self._counts)
        self._queue(connection, Primary(self._local.peer_id, connection.peer, connection.named))

    def _others(self, connection: Connection) -> list[Connection]:
        """The others that would do as well, oldest first."""
        called = self._peers.called(connection.peer)
        return [one for one in called if one is not connection and one.road == connection.road]

    def _leads(self, connection: Connection) -> bool:
        session = connection.metadata.session_id
        return session is not None and self._local.session_id < session

    def _cost(self, connection: Connection) -> tuple[bool, bool, float]:
        rtt = inf if connection.rtt is None else connection.rtt
        return self._is_stuck(connection), not connection.in_process, rtt

    def _is_stuck(self, connection: Connection) -> bool:
        """Whether its transport has taken nothing for a while, though something waits."""
        moved_at = max(connection.full_since, connection.moved_at)
        return connection.full and self._desk.now >= moved_at + PRIMARY_STUCK_SECONDS
