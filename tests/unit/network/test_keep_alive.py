"""Who is dead and who is only slow, on a clock that jumps."""

import asyncio
import selectors
from collections.abc import Callable
from typing import Any

from jupyter_automerge.network.keep_alive import KeepAlive, Pace

PACE = Pace(interval=20, timeout=10)


class _JumpingSelector(selectors.DefaultSelector):
    loop: "JumpingLoop"

    def select(self, timeout: float | None = None) -> Any:
        if timeout:
            self.loop.now += timeout
        return super().select(0)


class JumpingLoop(asyncio.SelectorEventLoop):
    """Waits for nothing: where another loop would sleep, its clock jumps."""

    def __init__(self) -> None:
        self.now = 0.0
        selector = _JumpingSelector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now


class Line:
    """A connection as KeepAlive sees it, and what became of it."""

    def __init__(self, loop: JumpingLoop, answers_after: float | None) -> None:
        self.loop = loop
        self.last_read = self.last_written = 0.0
        self.is_sending = False
        self.pings: list[float] = []
        self.given_up: tuple[float, str] | None = None
        self._answers_after = answers_after
        self.keep_alive = KeepAlive(PACE, self, self._ping, self._give_up)  # type: ignore[arg-type]

    def _ping(self) -> None:
        self.pings.append(self.loop.now)
        if self._answers_after is not None:
            self.loop.call_later(self._answers_after, self.hear)

    def hear(self) -> None:
        self.last_read = self.loop.now

    def write(self) -> None:
        self.last_written = self.loop.now

    def _give_up(self, reason: str) -> None:
        self.given_up = (self.loop.now, reason)


def played(until: float, story: Callable[[JumpingLoop], Line]) -> Line:
    loop = JumpingLoop()
    try:

        async def play() -> Line:
            line = story(loop)
            await asyncio.sleep(until)
            line.keep_alive.stop()
            return line

        return loop.run_until_complete(play())
    finally:
        loop.close()


def test_a_healthy_peer_is_pinged_every_twenty_seconds() -> None:
    line = played(101, lambda loop: Line(loop, answers_after=0.1))
    assert line.pings == [20, 40, 60, 80, 100]
    assert line.given_up is None


def test_a_silent_peer_is_given_up_ten_seconds_after_a_ping() -> None:
    line = played(101, lambda loop: Line(loop, answers_after=None))
    assert line.pings == [20]
    assert line.given_up == (30, "no answer to a ping within 10 s")


def test_an_answer_in_the_last_moment_counts() -> None:
    assert played(101, lambda loop: Line(loop, answers_after=9.9)).given_up is None


def test_what_came_before_the_ping_is_no_answer_to_it() -> None:
    def story(loop: JumpingLoop) -> Line:
        line = Line(loop, answers_after=None)
        loop.call_at(19.9, line.hear)
        return line

    assert played(101, story).given_up == (30, "no answer to a ping within 10 s")


def test_a_loop_that_was_busy_first_reads_what_has_come_meanwhile() -> None:
    def story(loop: JumpingLoop) -> Line:
        line = Line(loop, answers_after=None)

        def be_busy() -> None:
            loop.now += 15
            # The answer has long been in the socket; the loop gets to it after the verdict is due.
            loop.call_later(0.01, line.hear)

        loop.call_at(21, be_busy)
        return line

    assert played(39, story).given_up is None, "our own busy loop cut a healthy peer"


def test_a_busy_loop_delays_the_verdict_on_a_dead_peer_by_a_second_only() -> None:
    def story(loop: JumpingLoop) -> Line:
        line = Line(loop, answers_after=None)
        loop.call_at(21, lambda: setattr(loop, "now", 36.0))
        return line

    assert played(101, story).given_up == (37, "no answer to a ping within 10 s")


def test_a_ping_behind_a_large_frame_that_is_moving_is_waited_for() -> None:
    def story(loop: JumpingLoop) -> Line:
        line = Line(loop, answers_after=None)
        line.is_sending = True
        for second in range(100):
            loop.call_at(second, line.write)
        loop.call_at(99.5, line.hear)
        loop.call_at(99.5, lambda: setattr(line, "is_sending", False))
        return line

    line = played(100.5, story)
    assert line.given_up is None, f"a slow line was cut at {line.given_up}"


def test_a_large_frame_that_is_stuck_is_no_excuse() -> None:
    def story(loop: JumpingLoop) -> Line:
        line = Line(loop, answers_after=None)
        line.is_sending = True
        for second in range(25):
            loop.call_at(second, line.write)
        return line

    line = played(101, story)
    assert line.given_up == (34, "no answer to a ping within 10 s")


def test_after_stop_there_is_neither_ping_nor_verdict() -> None:
    def story(loop: JumpingLoop) -> Line:
        line = Line(loop, answers_after=None)
        loop.call_at(25, line.keep_alive.stop)
        return line

    line = played(101, story)
    assert (line.pings, line.given_up) == ([20], None)
