"""The running Repos at the other ends: one peer per (peer id, session id), whatever connections lead to it."""

from collections.abc import Iterator

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.notices import IdCollision, PeerDown, PeerUp
from jupyter_automerge.values.ids import ConnectionId, PeerId
from jupyter_automerge.values.limits import LAST_WORDS_SECONDS


class Peers:
    """A peer id alone names nobody: it is a claim, and may be one that two Repos were given."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._by_id: dict[PeerId, dict[ConnectionId, Connection]] = {}

    def __len__(self) -> int:
        return sum(len({one.life for one in ways.values()}) for ways in self._by_id.values())

    def called(self, peer_id: PeerId) -> list[Connection]:
        """The connections to whoever goes by this id."""
        return list(self._by_id.get(peer_id, {}).values())

    def joined(self, connection: Connection) -> None:
        """One more connection completed its handshake."""
        others = self.called(connection.peer)
        self._by_id.setdefault(connection.peer, {})[connection.id] = connection
        if all(other.life != connection.life for other in others):
            self._desk.emit(PeerUp(connection.peer, connection.metadata))
        for other in others:
            if other.life != connection.life:
                other.namesake = connection
                other.namesake_since = self._desk.now

    def left(self, connection: Connection, reason: str) -> bool:
        """The connection is closed. Whether nobody goes by its peer's id any more."""
        ways = self._by_id.get(connection.peer, {})
        if ways.pop(connection.id, None) is None:
            return False
        if all(other.life != connection.life for other in ways.values()):
            self._desk.emit(PeerDown(connection.peer, reason, connection.metadata.session_id))
        if not ways:
            del self._by_id[connection.peer]
        return not ways

    def spoke(self, connection: Connection) -> None:
        """A peer whose id another one came by later is alive: it did not just start anew."""
        newer = connection.namesake
        if newer is None or self._desk.now < connection.namesake_since + LAST_WORDS_SECONDS:
            return
        connection.namesake = None
        if newer.is_open:
            sessions = tuple(_sessions(connection, newer))
            self._desk.emit(IdCollision(connection.peer, sessions))


def _sessions(*connections: Connection) -> Iterator[str]:
    for connection in connections:
        yield connection.metadata.session_id or ""
