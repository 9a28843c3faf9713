"""The tasks a Repo has running: held until they end, and cancelled with it."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from jupyter_automerge.errors import RepoClosed
from jupyter_automerge.repo.home import HomeLoop
from jupyter_automerge.repo.pending import Pending

T = TypeVar("T")
_logger = logging.getLogger(__name__)


class Tasks:
    """A nursery on the Repo's loop. A task of which only the event loop knows may be collected half-way."""

    def __init__(self, home: HomeLoop) -> None:
        self._home = home
        self._running: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run it on the loop's own thread. What it raises is a defect and is logged."""
        task = self._hold(work)
        task.add_done_callback(_log_failure)
        return task

    def answer(self, work: Callable[[], Coroutine[Any, Any, T]], *, abandon: bool = True) -> Pending[T]:
        """Run it on the loop, from any thread; its result or error becomes the answer.

        Cancelling the answer cancels the task if `abandon`. A task that the Repo's end cancels answers
        RepoClosed.
        """
        pending: Pending[T] = Pending(self._home)

        def begin() -> None:
            if pending.done():
                return
            task = self._hold(work())
            task.add_done_callback(lambda ended: _pass_on(ended, pending))
            if abandon:
                pending.when_cancelled(lambda: self._home.soon(task.cancel))

        self._home.soon(begin)
        return pending

    async def end(self) -> None:
        """Cancel all and wait until each has ended; the calling task excepted."""
        others = self._running - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _hold(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = self._home.loop.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task


def _pass_on(task: asyncio.Task[T], pending: Pending[T]) -> None:
    if task.cancelled():
        pending.fail(RepoClosed())
    elif (error := task.exception()) is not None:
        pending.fail(error)
    else:
        pending.resolve(task.result())


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _logger.error("a defect in jupyter_automerge, please report it", exc_info=error)
