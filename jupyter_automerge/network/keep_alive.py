"""Finding out that a peer has gone without a word, without cutting one that is merely slow."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from jupyter_automerge.network.traffic import Traffic
from jupyter_automerge.values.limits import PING_INTERVAL_SECONDS, PING_TIMEOUT_SECONDS

_LATE = 1 / 40
"""A verdict that comes later than this part of the timeout comes from a loop that was busy."""
_GRACE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds from ping to ping, and from a ping to the verdict."""

    interval: float = PING_INTERVAL_SECONDS
    timeout: float = PING_TIMEOUT_SECONDS


class KeepAlive:
    """Pings one connection. Any byte that arrives is an answer: pongs wait behind the peer's large frame."""

    def __init__(
        self, pace: Pace, traffic: Traffic, ping: Callable[[], None], give_up: Callable[[str], None]
    ) -> None:
        self._pace = pace
        self._traffic = traffic
        self._ping = ping
        self._give_up = give_up
        self._loop = asyncio.get_running_loop()
        self._asked = 0.0
        self._due = 0.0
        self._had_grace = False
        self._timer = self._loop.call_later(pace.interval, self._ask)

    def stop(self) -> None:
        """No more pings and no verdict."""
        self._timer.cancel()

    def _ask(self) -> None:
        self._asked = self._loop.time()
        self._had_grace = False
        self._judge_at(self._asked + self._pace.timeout)
        self._ping()

    def _judge_at(self, due: float) -> None:
        self._due = due
        self._timer = self._loop.call_at(due, self._judge)

    def _judge(self) -> None:
        now = self._loop.time()
        if self._traffic.last_read > self._asked:
            self._timer = self._loop.call_at(max(now, self._asked + self._pace.interval), self._ask)
        elif self._was_blocked(now):
            self._had_grace = True
            self._judge_at(now + min(self._pace.timeout, _GRACE_SECONDS))
        elif self._is_sending(now):
            self._judge_at(self._traffic.last_written + self._pace.timeout)
        else:
            self._give_up(f"no answer to a ping within {self._pace.timeout:g} s")

    def _was_blocked(self, now: float) -> bool:
        # A loop that was busy all the time has not yet read the answers that wait in its sockets.
        return now - self._due > _LATE * self._pace.timeout and not self._had_grace

    def _is_sending(self, now: float) -> bool:
        # Our ping stands behind what we have not yet sent; as long as that moves, the peer is there.
        return self._traffic.is_sending and self._traffic.last_written > now - self._pace.timeout
