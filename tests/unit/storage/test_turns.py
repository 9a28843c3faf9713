"""Who has to wait for whom when keys overlap."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor

import pytest

from jupyter_automerge.storage.turns import Turns
from jupyter_automerge.values.keys import StorageKey

DOCUMENT = ("document", "snapshot", "aa")


class Gate:
    """Work that begins, and ends when it is let go."""

    def __init__(self, log: list[str], name: str) -> None:
        self.began = threading.Event()
        self.may_end = threading.Event()
        self._log = log
        self._name = name

    def __call__(self) -> None:
        self.began.set()
        assert self.may_end.wait(10), f"{self._name} was never let go"
        self._log.append(self._name)


async def _run(turns: Turns, key: StorageKey, pool: Executor, work: Callable[[], None]) -> None:
    await turns.run(key, lambda: asyncio.get_running_loop().run_in_executor(pool, work))


def _noting(log: list[str], name: str) -> Callable[[], None]:
    return lambda: log.append(name)


@pytest.mark.parametrize(
    "later", [DOCUMENT, ("document",), ("document", "snapshot")], ids=["same key", "document", "range above"]
)
def test_overlapping_work_waits_for_its_turn(later: tuple[str, ...]) -> None:
    log: list[str] = []

    async def play() -> None:
        turns = Turns()
        with ThreadPoolExecutor(4) as pool:
            first = Gate(log, "first")
            running = asyncio.ensure_future(_run(turns, DOCUMENT, pool, first))
            await asyncio.to_thread(first.began.wait, 10)
            waiting = asyncio.ensure_future(_run(turns, later, pool, _noting(log, "later")))
            await _run(turns, ("other", "snapshot", "aa"), pool, _noting(log, "other document"))
            first.may_end.set()
            await asyncio.gather(running, waiting)

    asyncio.run(play())
    assert log == ["other document", "first", "later"]


def test_another_key_of_the_same_document_does_not_wait() -> None:
    log: list[str] = []

    async def play() -> None:
        turns = Turns()
        with ThreadPoolExecutor(4) as pool:
            first = Gate(log, "first")
            running = asyncio.ensure_future(_run(turns, DOCUMENT, pool, first))
            await _run(turns, ("document", "snapshot", "bb"), pool, _noting(log, "other key"))
            first.may_end.set()
            await running

    asyncio.run(play())
    assert log == ["other key", "first"]


def test_a_failure_is_for_its_own_caller_only() -> None:
    log: list[str] = []

    def fail() -> None:
        raise OSError("no space")

    async def play() -> None:
        turns = Turns()
        with ThreadPoolExecutor(2) as pool:
            failing = _run(turns, DOCUMENT, pool, fail)
            after = _run(turns, DOCUMENT, pool, _noting(log, "after"))
            results = await asyncio.gather(failing, after, return_exceptions=True)
            assert isinstance(results[0], OSError)

    asyncio.run(play())
    assert log == ["after"]


def test_a_waiter_that_gives_up_leaves_the_others_their_order() -> None:
    log: list[str] = []

    async def play() -> None:
        turns = Turns()
        with ThreadPoolExecutor(4) as pool:
            first = Gate(log, "first")
            running = asyncio.ensure_future(_run(turns, DOCUMENT, pool, first))
            gone = asyncio.ensure_future(_run(turns, DOCUMENT, pool, _noting(log, "gone")))
            last = asyncio.ensure_future(_run(turns, DOCUMENT, pool, _noting(log, "last")))
            await asyncio.to_thread(first.began.wait, 10)
            gone.cancel()
            with pytest.raises(asyncio.CancelledError):
                await gone
            assert log == [], "the one that gave up let the next one pass the first"
            first.may_end.set()
            await asyncio.gather(running, last)
            await turns.all_over()

    asyncio.run(play())
    assert log == ["first", "last"]
