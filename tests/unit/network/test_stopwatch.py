"""How long a ping takes, on a clock that a test sets."""

from jupyter_automerge.network.stopwatch import Stopwatch


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_pong_ends_what_its_own_ping_began_and_only_once() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    first = watch.begin(is_clear=True)
    clock.now += 1.0
    second = watch.begin(is_clear=True)
    clock.now += 0.25
    assert watch.end(first) is None, "it comes late, and would be taken for a quick one"
    assert watch.end(b"nobody asked") is None
    assert watch.end(second) == 0.25
    assert watch.end(second) is None


def test_a_ping_behind_bytes_that_wait_for_the_socket_measures_nothing() -> None:
    watch = Stopwatch(Clock())
    assert watch.end(watch.begin(is_clear=False)) is None
