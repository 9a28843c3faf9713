"""An answer still to come: awaited on any event loop, or waited for in any thread."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError, Future, InvalidStateError
from typing import Any, Generic, Self, TypeVar

from jupyter_automerge.errors import BlockingOnLoop
from jupyter_automerge.repo.home import HomeLoop

T = TypeVar("T")
_logger = logging.getLogger(__name__)


class Pending(Generic[T]):
    """What every waiting call of a Repo returns. The work has begun already; its clock runs from the call.

    `await pending` works on the Repo's own loop and on any other; `pending.result()` blocks a thread.
    Cancelling one that waits (Ctrl-C during `result()` too) cancels the wait itself, also for others who hold
    it. A failure that nobody ever looked at is logged.
    """

    def __init__(self, home: HomeLoop | None = None) -> None:
        self._home = home
        self._future: Future[T] = Future()
        self._looked_at = False

    @classmethod
    def answered(cls, value: T) -> Self:
        """One that is done from the start."""
        pending = cls()
        pending.resolve(value)
        return pending

    def __await__(self) -> Generator[Any, None, T]:
        self._looked_at = True
        return asyncio.wrap_future(self._future).__await__()

    def result(self, timeout: float | None = None) -> T:
        """Block this thread until the answer is there; raises what the wait ends with.

        Raises TimeoutError after `timeout` seconds, and the wait goes on. On the Repo's own thread
        BlockingOnLoop at once.
        """
        if self._home is not None and self._home.is_here() and not self._future.done():
            self._looked_at = True
            raise BlockingOnLoop
        self._looked_at = True
        try:
            return self._future.result(timeout)
        except KeyboardInterrupt:
            self._future.cancel()
            raise

    def done(self) -> bool:
        """Whether the answer, a failure or a cancellation is there."""
        return self._future.done()

    def cancel(self) -> bool:
        """Give the wait up; False if it was over already."""
        self._looked_at = True
        return self._future.cancel()

    def resolve(self, value: T) -> None:
        """For whoever made it: the answer. Too late after a cancellation, and then without effect."""
        with contextlib.suppress(InvalidStateError):
            self._future.set_result(value)

    def fail(self, error: BaseException) -> None:
        """For whoever made it: the failure. Too late after a cancellation, and then without effect."""
        with contextlib.suppress(InvalidStateError):
            self._future.set_exception(error)

    def when_cancelled(self, callback: Callable[[], object]) -> None:
        """For whoever made it: called, in the cancelling thread, if the one who waits gives up."""

        def look(future: Future[T]) -> None:
            if future.cancelled():
                callback()

        self._future.add_done_callback(look)

    def __del__(self) -> None:
        if self._looked_at or not self._future.done():
            return
        with contextlib.suppress(CancelledError):
            if (error := self._future.exception()) is not None:
                _logger.error("a call to a Repo failed and nobody looked at its answer", exc_info=error)
