"""Telling Repos that run on our own store from those on a copy of it: each leaves a lease in its store (E32, E33).

Whoever claims our store's id and has no lease there runs on a folder that was copied. Its changes are synced as
anybody's; it is no second copy to rely on, as long as the two go by one id.
"""

from collections.abc import Callable
from functools import partial
from math import inf

from jupyter_automerge.engine.alarm import Alarm
from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.effects import Load, Put
from jupyter_automerge.engine.events import Event, Loaded, PutFailed, StoredChunk
from jupyter_automerge.engine.leases import Lease, read_lease, write_lease
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.notices import StoreClone
from jupyter_automerge.engine.slow_writes import SlowWrites
from jupyter_automerge.engine.stores import Stores
from jupyter_automerge.engine.watched_leases import Presence, Signs, WatchedLeases
from jupyter_automerge.values.ids import SessionId
from jupyter_automerge.values.keys import SESSIONS_PREFIX, session_key
from jupyter_automerge.values.limits import (
    LEASE_KEPT_SECONDS,
    LEASE_RENEWED_SECONDS,
    LEASE_SECOND_LOOK_SECONDS,
    PUT_RETRY_MOST_SECONDS,
    SIBLING_SECONDS,
)


class Siblings:
    """Keeps our lease, and looks for those of others. A Repo without a store has none, and needs none."""

    def __init__(
        self,
        local: LocalPeer,
        desk: Desk,
        stores: Stores,
        writes: SlowWrites,
        is_gone: Callable[[Lease], bool],
    ) -> None:
        self._local = local
        self._watched = WatchedLeases(session_key(local.session_id), is_gone)
        self._since = desk.wall
        self._desk = desk
        self._stores = stores
        self._writes = writes
        self._seen_at = -inf
        self._looking = False
        self._taking = False
        self._renewal = Alarm(desk, self._renew)
        self._left = False

    def open(self) -> None:
        """Take a lease, and clear away those whose Repos died."""
        if self._local.has_storage:
            self._since = self._desk.wall
            self._take_lease()
            self._desk.ask(lambda token: Load(token, SESSIONS_PREFIX), self._prune)

    def leave(self) -> None:
        """Give the lease back."""
        self._left = True
        if self._local.has_storage:
            self._writes.remove(session_key(self._local.session_id))

    def met(self, connection: Connection) -> None:
        """Find out whether a peer that claims our store runs on it. JavaScript keeps no lease: it is believed."""
        session = connection.metadata.session_id
        if self._local.has_storage and connection.store_id == self._local.store_id and session is not None:
            self._look(connection, session, last=False)

    def was_here(self) -> None:
        """A lease of another Repo came or went."""
        self._seen_at = self._desk.now

    def if_none_was_here(self, action: Callable[[], None]) -> None:
        """Do it if no other Repo of ours has, or had a moment ago, a lease in this store that may be alive."""
        if self._desk.now < self._seen_at + SIBLING_SECONDS:
            return
        if self._local.has_storage and not self._looking:
            self._looking = True
            self._desk.ask(lambda token: Load(token, SESSIONS_PREFIX), partial(self._counted, action))

    def _counted(self, action: Callable[[], None], event: Event) -> None:
        self._looking = False
        if not isinstance(event, Loaded):
            return  # It is not known, so nobody is accused.
        seen = self._watched.look(event.chunks, self._desk.now)
        if seen is Presence.ALIVE:
            self.was_here()
        if self._desk.now < self._seen_at + SIBLING_SECONDS:
            return
        if seen is Presence.SILENT:
            # A machine that slept: it renews its lease within an hour of its own time, and did not before.
            self._looking = True
            again = partial(self._look_again, action, self._watched.signs)
            self._desk.at(self._desk.now + LEASE_RENEWED_SECONDS + LEASE_SECOND_LOOK_SECONDS, again)
            return
        action()

    def _look_again(self, action: Callable[[], None], signs: Signs) -> None:
        def compare(event: Event) -> None:
            self._looking = False
            if isinstance(event, Loaded):
                self._watched.look(event.chunks, self._desk.now)
                if self._watched.signs == signs:
                    action()

        self._desk.ask(lambda token: Load(token, SESSIONS_PREFIX), compare)

    def _take_lease(self) -> None:
        if self._taking:
            return
        self._taking, local = True, self._local
        key, began, written = session_key(local.session_id), self._since, self._desk.wall
        lease = Lease(began, local.name, local.host, local.pid, local.machine, local.began, written)
        self._desk.ask(lambda token: Put(token, key, write_lease(lease)), self._took_lease)

    def _took_lease(self, event: Event) -> None:
        self._taking = False
        failed = isinstance(event, PutFailed)
        self._renewal.set(self._desk.now + (PUT_RETRY_MOST_SECONDS if failed else LEASE_RENEWED_SECONDS))

    def _renew(self) -> None:
        """Others take a lease that nobody renews for one of the dead; and here is when we look at theirs."""
        if not self._left:
            self._take_lease()
            self._desk.ask(lambda token: Load(token, SESSIONS_PREFIX), self._note)

    def _note(self, event: Event) -> None:
        if isinstance(event, Loaded):
            self._watched.look(event.chunks, self._desk.now)

    def _prune(self, event: Event) -> None:
        # Where they cannot be read, they stay: nobody asks for any but by its name.
        chunks = event.chunks if isinstance(event, Loaded) else ()
        self._watched.look(chunks, self._desk.now)
        old = [chunk.key for chunk in chunks if self._is_old(chunk)]
        if old:
            self._writes.remove(*old)

    def _is_old(self, chunk: StoredChunk) -> bool:
        if self._watched.is_dead(chunk.key):
            return True
        return read_lease(chunk.data).last_sign < self._desk.wall - LEASE_KEPT_SECONDS

    def _look(self, connection: Connection, session: SessionId, *, last: bool) -> None:
        if connection.is_open:
            answer = partial(self._looked, connection, session, last)
            self._desk.ask(lambda token: Load(token, session_key(session)), answer)

    def _looked(self, connection: Connection, session: SessionId, last: bool, event: Event) -> None:
        if not isinstance(event, Loaded) or event.chunks or not connection.is_open:
            return
        if not last:
            # It may have begun a moment ago, and its lease be on its way to the disk.
            again = partial(self._look, connection, session, last=True)
            self._desk.at(self._desk.now + LEASE_SECOND_LOOK_SECONDS, again)
            return
        connection.is_clone = True
        self._desk.emit(StoreClone(self._local.store_id, connection.peer))
        entry = self._stores.get(connection.store_id)
        if entry is not None:
            self._stores.moved(entry)
