"""Which stores our peers want to hear of, and which ones we want our peers to tell of (P53 to P55).

Wishes are counted by who has them: our user's own, each connection's, and those that our own rows give rise
to. So nobody's leaving withdraws what another still wants, and a peer that comes back is asked again.
"""

from collections.abc import Iterable

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.connections import Connections
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.values.ids import ConnectionId, StorageId
from jupyter_automerge.values.limits import MAX_SUBSCRIPTIONS_PER_PEER
from jupyter_automerge.wire.codec import encode
from jupyter_automerge.wire.messages import RemoteSubscriptionChange


class Subscriptions:
    """Keeps, for each connection, what its peer follows and what it was asked for.

    In a ring of Repos a wish is kept alive by its own echo until one of the connections ends. That costs a
    few ids: Repos of ours tell each other of all stores anyway.
    """

    def __init__(self, local: LocalPeer, desk: Desk, connections: Connections) -> None:
        self._local = local
        self._desk = desk
        self._connections = connections
        self._own: set[StorageId] = set()
        self._followers: dict[StorageId, set[ConnectionId]] = {}

    def __len__(self) -> int:
        """Stores that somebody follows."""
        return len(self._own | self._followers.keys())

    # Our own wishes

    def follow(self, stores: Iterable[StorageId]) -> None:
        """Our user wants to hear of these stores from anybody."""
        for store in stores:
            self._own.add(store)
            self._reconsider_everywhere(store)

    def unfollow(self, stores: Iterable[StorageId]) -> None:
        """Our user does not care any more; peers that follow them through us go on being told."""
        for store in stores:
            self._own.discard(store)
            self._reconsider_everywhere(store)

    def ask_about(self, connection: Connection, store: StorageId) -> None:
        """A document that this peer holds has a row for the store, and nobody here is connected to it.

        Our own Repos tell unasked. A JavaScript peer that follows the store itself tells, too, what it hears;
        and it would give its own subscription up if we left with the same one (P55).
        """
        if not connection.speaks_our_dialect and not _follows_itself(connection, store):
            connection.curious.add(store)
            self._reconsider(connection, store)

    # Those of others

    def changed(self, connection: Connection, message: RemoteSubscriptionChange) -> list[StorageId]:
        """Take a peer's change; the stores that it follows from now on, and did not before."""
        added = [store for store in message.add if self._add(connection, store, own=not message.both_lists)]
        for store in message.remove:
            if connection.follows.pop(store, None) is not None:
                self._leave(connection, store)
        return [store for store in added if store in connection.follows]

    def _add(self, connection: Connection, store: StorageId, *, own: bool) -> bool:
        known = store in connection.follows
        if not known and len(connection.follows) >= MAX_SUBSCRIPTIONS_PER_PEER:
            return False
        connection.follows[store] = own or _follows_itself(connection, store)
        if own:
            connection.curious.discard(store)
        self._followers.setdefault(store, set()).add(connection.id)
        self._reconsider_everywhere(store)
        return not known

    def _leave(self, connection: Connection, store: StorageId) -> None:
        followers = self._followers[store]
        followers.discard(connection.id)
        if not followers:
            del self._followers[store]
        self._reconsider_everywhere(store)

    # Connections

    def met(self, connection: Connection) -> None:
        """A new connection, also to a peer that was here before, knows nothing of what we want."""
        for store in [*self._own, *self._followers]:
            self._reconsider(connection, store)

    def parted(self, connection: Connection) -> None:
        """Whatever was followed through this connection is no longer."""
        for store in list(connection.follows):
            self._leave(connection, store)
        connection.follows.clear()

    def frame(self, connection: Connection) -> bytes | None:
        """All that changed in what we want of this peer since it was last told, in one message."""
        changes, connection.asks = connection.asks, {}
        if not changes:
            return None
        add = tuple(store for store, wanted in changes.items() if wanted)
        remove = tuple(store for store, wanted in changes.items() if not wanted)
        connection.asked.update(add)
        connection.asked.difference_update(remove)
        return encode(RemoteSubscriptionChange(self._local.peer_id, connection.peer, add, remove))

    def _reconsider_everywhere(self, store: StorageId) -> None:
        for connection in self._connections.open:
            self._reconsider(connection, store)

    def _reconsider(self, connection: Connection, store: StorageId) -> None:
        wanted, asked = self._is_wanted(connection, store), store in connection.asked
        connection.asks.pop(store, None)
        if wanted == asked or (wanted and connection.is_standby):
            return
        if wanted and len(connection.asked) + len(connection.asks) >= MAX_SUBSCRIPTIONS_PER_PEER:
            return
        if not wanted and not _may_be_withdrawn(connection, store):
            return
        connection.asks[store] = wanted
        self._desk.mark_connection(connection.id)

    def _is_wanted(self, connection: Connection, store: StorageId) -> bool:
        if store in (self._local.store_id, connection.store_id):
            return False
        return store in self._own or self._others_follow(connection, store) or store in connection.curious

    def _others_follow(self, connection: Connection, store: StorageId) -> bool:
        """Whether somebody else does: not the peer itself, by another connection."""
        followers = (self._connections.table.get(id_) for id_ in self._followers.get(store, ()))
        return any(one.life != connection.life for one in followers if one is not None)


def _follows_itself(connection: Connection, store: StorageId) -> bool:
    return connection.follows.get(store, False)


def _may_be_withdrawn(connection: Connection, store: StorageId) -> bool:
    # JavaScript keeps an empty entry for what was given up, and never asks others for it again (P54): unless
    # it follows the store itself, it is left its subscription until the connection ends.
    return connection.speaks_our_dialect or _follows_itself(connection, store)
