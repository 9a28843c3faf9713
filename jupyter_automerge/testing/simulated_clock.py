"""Virtual time: what is to happen when, and the alarms of Engines that wait for a deadline."""

import heapq
from collections.abc import Callable
from itertools import count
from typing import Protocol

MOST_STEPS = 2_000_000


class Owner(Protocol):
    """Somebody whose plans die with him."""

    name: str

    def wake(self) -> None:
        """The alarm rings."""


class SimulatedClock:
    """Actions in the order of their time; those of one moment in the order in which they were planned."""

    def __init__(self) -> None:
        self.now = 0.0
        self._steps = 0
        self._order = count()
        self._plans: list[tuple[float, int, Owner, Callable[[], None]]] = []
        self._alarms: dict[Owner, tuple[float, int]] = {}

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way; alarms may still be set."""
        return not self._plans

    def after(self, delay: float, owner: Owner, action: Callable[[], None]) -> None:
        """Plan something that happens to the owner."""
        heapq.heappush(self._plans, (self.now + delay, next(self._order), owner, action))

    def set_alarm(self, owner: Owner, when: float | None) -> None:
        """Wake the owner then; an earlier setting no longer counts."""
        self._alarms.pop(owner, None)
        if when is not None:
            self._alarms[owner] = (when, next(self._order))

    def forget(self, owner: Owner) -> None:
        """Nothing that was to happen to the owner happens any more."""
        self._plans = [plan for plan in self._plans if plan[2] is not owner]
        heapq.heapify(self._plans)
        self._alarms.pop(owner, None)

    def step(self, until: float) -> bool:
        """Let the next thing happen, unless it is later than `until`."""
        due = self._plans[0][0] if self._plans else None
        alarm = min(((when, order, owner) for owner, (when, order) in self._alarms.items()), default=None)
        if alarm is not None and alarm[0] <= until and (due is None or alarm[0] < due):
            self._ring(alarm[0], alarm[2])
        elif due is not None and due <= until:
            self.now, _, _, action = heapq.heappop(self._plans)
            action()
        else:
            return False
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise AssertionError(f"this never ends: {MOST_STEPS} steps")
        return True

    def run(self, seconds: float) -> None:
        """Let this much time pass."""
        until = self.now + seconds
        while self.step(until):
            pass
        self.now = until

    def _ring(self, when: float, owner: Owner) -> None:
        self.now = max(self.now, when)
        del self._alarms[owner]
        owner.wake()
