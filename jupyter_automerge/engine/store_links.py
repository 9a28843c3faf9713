"""How stores can be reached: on a connection, through a store that tells of them, or soon, by a Dialer (P66)."""

from collections.abc import Callable, Mapping
from math import inf

from jupyter_automerge.engine.alarm import Alarm
from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.store_entry import StoreEntry
from jupyter_automerge.values.limits import RELAYED_FOR_SECONDS, UNREACHED_SLACK_SECONDS
from jupyter_automerge.values.status import Link


class StoreLinks:
    """Works on the table of stores. `moved` is told whose link may be another; `is_dialing`: whether some Dialer
    tries to reach an endpoint.
    """

    def __init__(
        self,
        desk: Desk,
        entries: Mapping[str, StoreEntry],
        is_dialing: Callable[[str], bool],
        moved: Callable[[StoreEntry], None],
    ) -> None:
        self._desk = desk
        self._entries = entries
        self._is_dialing = is_dialing
        self._moved = moved
        self._alarm = Alarm(desk, self._look_at_relayed)

    def to(self, entry: StoreEntry, reporters: Mapping[str, float]) -> Link:
        """`reporters`: the stores that told of it, in one document or in any, and when they last did."""
        if entry.connections:
            return Link.CONNECTED
        if any(self._relays(entry, reporter, at) for reporter, at in reporters.items()):
            return Link.RELAYED
        return Link.DIALING if any(map(self._is_dialing, entry.endpoints)) else Link.OFFLINE

    def _relays(self, entry: StoreEntry, reporter: str, at: float) -> bool:
        """Whether a store that told of it then reaches it: by its word, or by having told a short while ago."""
        if reporter in entry.reached.values():
            return True
        if at <= entry.unreached.get(reporter, -inf) + UNREACHED_SLACK_SECONDS:
            return False
        teller = self._entries.get(reporter)
        return teller is not None and bool(teller.connections) and self._is_fresh(at)

    # What happens

    def relayed(self, entry: StoreEntry, reporter: StoreEntry, at: float) -> None:
        """The reporter told of it, as of then."""
        entry.reporters[reporter.id] = at
        reporter.tells_of_others = True
        self._alarm.set(at + RELAYED_FOR_SECONDS)

    def reached(self, store_id: str, teller: Connection, *, reached: bool) -> None:
        """A peer that told of a store says whether it is connected with that one now."""
        entry = self._entries.get(store_id)
        if entry is None or entry.is_ours or teller.store_id not in entry.reporters:
            return
        if reached:
            entry.reached[teller.id] = teller.store_id
            entry.unreached.pop(teller.store_id, None)
        else:
            entry.reached.pop(teller.id, None)
            entry.unreached[teller.store_id] = self._desk.now
        entry.reach_moved = True
        self._moved(entry)

    def parted(self, entry: StoreEntry, connection: Connection) -> None:
        """A connection to the store is gone, and what was said on it of whom it reaches."""
        for other in self._told_of_by(entry):
            other.reach_moved |= other.reached.pop(connection.id, None) is not None

    def was_here(self, entry: StoreEntry) -> None:
        """It came or left: whoever it told of is reached through it, or no longer."""
        for other in self._told_of_by(entry):
            self._moved(other)

    def dialing_moved(self, endpoint: str) -> None:
        """A Dialer began or gave up to try this endpoint."""
        for entry in self._entries.values():
            if endpoint in entry.endpoints:
                self._moved(entry)

    def _told_of_by(self, entry: StoreEntry) -> list[StoreEntry]:
        if not entry.tells_of_others:
            return []
        return [other for other in self._entries.values() if entry.id in other.reporters]

    def _look_at_relayed(self) -> None:
        for entry in list(self._entries.values()):
            fresh = {reporter: at for reporter, at in entry.reporters.items() if self._is_fresh(at)}
            entry.reporters = {
                reporter: at
                for reporter, at in entry.reporters.items()
                if reporter in fresh or reporter in entry.reached.values()
            }
            entry.unreached = {reporter: at for reporter, at in entry.unreached.items() if self._is_fresh(at)}
            if fresh:
                self._alarm.set(max(fresh.values()) + RELAYED_FOR_SECONDS)
            self._moved(entry)

    def _is_fresh(self, at: float) -> bool:
        """Whether word of that time still counts as reaching whom it was about."""
        return self._desk.now < at + RELAYED_FOR_SECONDS
