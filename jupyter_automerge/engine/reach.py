"""Which of the stores that we tell a peer of we are connected with now: it reaches them through us (P66).

Word of a store that was at rest for an hour is an hour old. So whether the store is there is told by itself, when it
comes and when it leaves, and only to those who were told a row of it.
"""

from dataclasses import dataclass, field

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.stores import Stores
from jupyter_automerge.values.ids import ConnectionId, StorageId
from jupyter_automerge.values.limits import MAX_STORES_PER_REPORTER, ROWS_PER_FRAME, ROWS_TOLD_PER_SECOND
from jupyter_automerge.wire.codec import encode
from jupyter_automerge.wire.messages import InReach


@dataclass(slots=True, eq=False)
class Hearer:
    """What one peer was told: of a store that it does not know to be in reach, that it is not is no news.

    `owed`: stores of which there may be news. `next_at`: before that nothing more is told.
    """

    told: dict[StorageId, bool] = field(default_factory=dict)
    owed: dict[StorageId, None] = field(default_factory=dict)
    next_at: float = 0.0


class Reach:
    """What waits for a peer is decided when it leaves, so a store that comes and goes takes no more room."""

    def __init__(self, local: LocalPeer, desk: Desk, stores: Stores) -> None:
        self._local = local
        self._desk = desk
        self._stores = stores
        self._hearers: dict[ConnectionId, Hearer] = {}

    def told_of(self, connection: Connection, store: StorageId) -> None:
        """The peer is told a row of the store, in some document."""
        if not connection.hears_of_stores:
            return
        hearer = self._hearers.setdefault(connection.id, Hearer())
        if store in hearer.told or len(hearer.told) >= MAX_STORES_PER_REPORTER:
            return
        hearer.told[store] = False
        self._owe(connection.id, hearer, store)

    def moved(self, store: str) -> None:
        """Somebody of the store came or left."""
        for connection_id, hearer in self._hearers.items():
            if store in hearer.told:
                self._owe(connection_id, hearer, StorageId(store))

    def parted(self, connection: Connection) -> None:
        """The connection is gone, perhaps the last one to its store."""
        self._hearers.pop(connection.id, None)
        self.moved(connection.store_id)

    def heard(self, connection: Connection, message: InReach) -> None:
        """The peer says which of the stores that it told of it reaches now, and which it does not any more."""
        for store, reached in message.stores.items():
            self._stores.links.reached(store, connection, reached=reached)

    def frame(self, connection: Connection) -> bytes | None:
        """All that is due for the peer, as it is now."""
        hearer = self._hearers.get(connection.id)
        if hearer is None or self._desk.now < hearer.next_at:
            return None
        news: dict[StorageId, bool] = {}
        while hearer.owed and len(news) < ROWS_PER_FRAME:
            store, _ = hearer.owed.popitem()
            entry = self._stores.get(store)
            reached = entry is not None and bool(entry.connections)
            if reached is not hearer.told[store]:
                news[store] = hearer.told[store] = reached
        if not news:
            return None
        hearer.next_at = self._desk.now + 1 / ROWS_TOLD_PER_SECOND
        if hearer.owed:
            self._later(connection.id, hearer)
        return encode(InReach(self._local.peer_id, connection.peer, news))

    def _owe(self, connection_id: ConnectionId, hearer: Hearer, store: StorageId) -> None:
        waits = bool(hearer.owed)
        hearer.owed[store] = None
        if self._desk.now >= hearer.next_at:
            self._desk.mark_connection(connection_id)
        elif not waits:
            self._later(connection_id, hearer)

    def _later(self, connection_id: ConnectionId, hearer: Hearer) -> None:
        self._desk.at(hearer.next_at, lambda: self._desk.mark_connection(connection_id))
