"""The table of stores other than our own, whatever documents they have: met, heard of, or remembered."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.notices import (
    ClaimsCut,
    StoreChanged,
    StoreForgotten,
    StoreRegressed,
    StoreSeen,
)
from jupyter_automerge.engine.store_entry import StoreEntry
from jupyter_automerge.engine.store_files import SavedStore
from jupyter_automerge.engine.store_links import StoreLinks
from jupyter_automerge.engine.store_watcher import StoreWatcher
from jupyter_automerge.values.dates import is_to_come
from jupyter_automerge.values.identity import clean_name
from jupyter_automerge.values.limits import (
    MAX_ENDPOINTS_PER_STORE,
    MAX_STORES,
    MAX_STORES_PER_REPORTER,
    STORE_FORGOTTEN_SECONDS,
    STORE_KEPT_SECONDS,
)
from jupyter_automerge.values.status import Direction, Link, Trust
from jupyter_automerge.values.store import KnownStore


class Stores:
    """One entry per store id. `is_dialing`: whether some Dialer tries to reach an endpoint.

    `retain`: what was out of reach for so many seconds, and our user thinks nothing of, is not restored (E38).
    """

    def __init__(
        self,
        local: LocalPeer,
        desk: Desk,
        is_dialing: Callable[[str], bool],
        retain: float = STORE_KEPT_SECONDS,
    ) -> None:
        self.watchers: tuple[StoreWatcher, ...] = ()
        self._local = local
        self._desk = desk
        self._retain = retain
        self._entries: dict[str, StoreEntry] = {}
        self._forgotten: dict[str, float] = {}  # by our user's wish, and when
        self._unsettled: dict[str, StoreEntry] = {}
        self.links = StoreLinks(desk, self._entries, is_dialing, self.moved)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[StoreEntry]:
        return iter(self._entries.values())

    def get(self, store_id: str) -> StoreEntry | None:
        return self._entries.get(store_id)

    def snapshot(self) -> tuple[KnownStore, ...]:
        """All of them, as of now."""
        return tuple(entry.snapshot(self.links.to(entry, entry.reporters)) for entry in self)

    def is_trusted(self, store_id: str) -> bool:
        """Whether its word about other stores counts as theirs."""
        entry = self._entries.get(store_id)
        return entry is not None and entry.trust is Trust.TRUSTED

    # What happens

    def met(self, connection: Connection) -> None:
        """A peer of the store has introduced itself."""
        entry = self._entries.get(connection.store_id) or self._enter(connection.store_id)
        claims, epoch, promised = connection.metadata, entry.epoch, entry.durable_acks
        entry.connections[connection.id] = connection
        entry.met = True
        entry.name, entry.kind = claims.name or entry.name, claims.kind or entry.kind
        entry.user = connection.user or entry.user
        entry.ephemeral = connection.is_ephemeral
        entry.durable_acks = not connection.is_ephemeral and entry.has_promised
        entry.epoch = claims.epoch or epoch
        if connection.direction is Direction.OUTGOING:
            others = [endpoint for endpoint in entry.endpoints if endpoint != connection.endpoint]
            entry.endpoints = (connection.endpoint, *others)[:MAX_ENDPOINTS_PER_STORE]
        self._was_here(entry)
        if epoch not in (None, entry.epoch):
            for watcher in self.watchers:
                watcher.store_began_anew(entry)
        elif promised and not entry.durable_acks and connection.speaks_our_dialect:
            for watcher in self.watchers:
                watcher.store_promises_no_more(entry)

    def parted(self, connection: Connection) -> None:
        """A connection to the store is gone."""
        entry = self._entries.get(connection.store_id)
        if entry is not None and entry.connections.pop(connection.id, None) is not None:
            self.links.parted(entry, connection)
            self._was_here(entry)

    def relayed(
        self, store_id: str, reporter: Connection, name: str, kind: str, at: float
    ) -> StoreEntry | None:
        """A peer tells of a store other than its own, last heard of `at`. None if we do not want to hear of
        that one.
        """
        if store_id in (self._local.store_id, reporter.store_id):
            return None
        entry = self._entries.get(store_id)
        if entry is None:
            if not self._may_be_told_of(store_id, reporter):
                return None
            entry = self._enter(store_id)
        if not entry.met:
            entry.name, entry.kind = name or entry.name, kind or entry.kind
        self.links.relayed(entry, self._entries[reporter.store_id], at)
        entry.last_seen = self._desk.wall
        self.moved(entry)
        return entry

    def moved(self, entry: StoreEntry) -> None:
        """Something of it may be another; whoever has to know is told when this event is done with."""
        self._unsettled[entry.id] = entry

    @property
    def is_settled(self) -> bool:
        return not self._unsettled

    def settle(self) -> None:
        """Tell what has changed, where users can see it, and drop what ends with its last link."""
        unsettled, self._unsettled = self._unsettled, {}
        for entry in unsettled.values():
            if self._entries.get(entry.id) is entry:
                self._settle(entry)

    def _settle(self, entry: StoreEntry) -> None:
        shown = entry.snapshot(self.links.to(entry, entry.reporters))
        if (entry.ephemeral or entry.is_ours) and shown.link not in (Link.CONNECTED, Link.RELAYED):
            del self._entries[entry.id]
            self._left(entry)
            self._desk.emit(StoreChanged(replace(shown, link=Link.GONE)))
            return
        told, entry.told = entry.told, shown
        reach_moved, entry.reach_moved = entry.reach_moved, False
        if told is None or replace(told, last_seen=shown.last_seen) != shown:
            self._desk.emit(StoreSeen(shown) if told is None else StoreChanged(shown))
        elif not reach_moved:
            return
        for watcher in self.watchers:
            watcher.store_moved(entry)

    # What an earlier life of ours knew

    def restore(self, store_id: str, saved: SavedStore) -> bool:
        """Take over what was kept of a store. Whether it is to be kept on."""
        wall, entry = self._desk.wall, self._entries.get(store_id)
        if entry is None:
            if not saved.known:
                self._forgotten[store_id] = saved.forgotten_at
                # As long as a document may remember it, and others' word of it is not heard (E37).
                return saved.forgotten_at > wall - max(self._retain, STORE_FORGOTTEN_SECONDS)
            is_labelled = saved.petname or saved.trust is not Trust.NORMAL
            if saved.last_seen < wall - self._retain and not is_labelled:
                return False
            entry = self._enter(store_id)
            entry.last_seen = saved.last_seen
        entry.take_over(saved)
        entry.told = entry.told or entry.snapshot(Link.GONE)
        if entry.epoch != (saved.epoch or entry.epoch):
            self._desk.emit(StoreRegressed(store_id))
        self.moved(entry)
        return True

    def remembered(self, store_id: str, as_of: float) -> StoreEntry | None:
        """A document remembers what the store had at a time of day. None if that does not count any more."""
        entry = self._entries.get(store_id)
        void_before = self._desk.wall - self._retain
        void_before = self._forgotten.get(store_id, void_before) if entry is None else entry.void_before
        was_forgotten = store_id in self._forgotten if entry is None else bool(entry.void_before)
        is_void = as_of <= void_before or (was_forgotten and is_to_come(as_of, self._desk.wall))
        if is_void or store_id == self._local.store_id:
            return None
        if entry is None:
            entry = self._enter(store_id)
            entry.last_seen = as_of
            self.moved(entry)
        return entry

    def forgotten_at(self, store_id: str) -> float | None:
        """When our user wished to hear of it no more; None if he did not, or it came by since."""
        return self._forgotten.get(store_id)

    # What our user says

    def name(self, store_id: str, petname: str) -> None:
        entry = self._entries.get(store_id)
        if entry is not None:
            entry.petname = clean_name(petname)
            self.moved(entry)

    def trust(self, store_id: str, trust: Trust) -> None:
        """Its word of others counts from now on, or no longer."""
        entry = self._entries.get(store_id)
        if entry is not None:
            entry.trust = trust
            self.moved(entry)

    def forget(self, store_id: str) -> None:
        """Drop it, and what documents know of it. What others say of it is ignored for a month (E37).

        What is connected comes back at once, as a store that was just met.
        """
        entry = self._entries.pop(store_id, None)
        self._forgotten[store_id] = self._desk.wall
        self._desk.emit(StoreForgotten(store_id))
        if entry is None:
            return
        connections = list(entry.connections.values())
        if connections:
            told_of_others, entry = entry.tells_of_others, self._enter(store_id)
            entry.tells_of_others = told_of_others
            for connection in connections:
                self.met(connection)
        self._left(entry)

    def _left(self, entry: StoreEntry) -> None:
        for watcher in self.watchers:
            watcher.store_left(entry)

    def _was_here(self, entry: StoreEntry) -> None:
        entry.last_seen = self._desk.wall
        self.moved(entry)
        self.links.was_here(entry)

    def _may_be_told_of(self, store_id: str, reporter: Connection) -> bool:
        forgotten = self._forgotten.get(store_id)
        if forgotten is not None and self._desk.wall < forgotten + STORE_FORGOTTEN_SECONDS:
            return False
        reporter.introduced += 1
        if reporter.introduced == MAX_STORES_PER_REPORTER + 1:
            reason = f"it told of more than {MAX_STORES_PER_REPORTER} stores that are new here"
            self._desk.emit(ClaimsCut(reporter.id, reporter.peer, reason))
        return reporter.introduced <= MAX_STORES_PER_REPORTER

    def _enter(self, store_id: str) -> StoreEntry:
        now = self._desk.wall
        entry = StoreEntry(store_id, now, now, is_ours=store_id == self._local.store_id)
        entry.void_before = self._forgotten.pop(store_id, 0.0)
        if len(self._entries) >= MAX_STORES:
            self._make_room()
        self._entries[store_id] = entry
        return entry

    def _make_room(self) -> None:
        """The one out of reach for the longest leaves; before it those that were only heard of."""
        leaving = [entry for entry in self if not entry.connections and not entry.labelled]
        if leaving:
            entry = min(leaving, key=lambda one: (one.met, one.last_seen))
            del self._entries[entry.id]
            self._left(entry)
            self._desk.emit(StoreForgotten(entry.id))
