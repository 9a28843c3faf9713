"""Callbacks of users: any number, called on the Repo's loop, and none can stop another."""

import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")
Callback = Callable[[T], object]
Unsubscribe = Callable[[], None]
_logger = logging.getLogger(__name__)


class Listeners(Generic[T]):
    """What to call with each item. A callback may be `async`; one that raises is logged."""

    def __init__(self, run: Callable[[Awaitable[object]], object]) -> None:
        """`run` takes what an `async` callback returns."""
        self._run = run
        # Replaced, never changed: one may be added in a thread while others are called on the loop.
        self._callbacks: tuple[tuple[object, Callback[T]], ...] = ()

    def __len__(self) -> int:
        return len(self._callbacks)

    def add(self, callback: Callback[T]) -> Unsubscribe:
        """Call it from now on; the same callback twice is called twice. Returns what ends that."""
        entry = (object(), callback)
        self._callbacks = (*self._callbacks, entry)

        def unsubscribe() -> None:
            self._callbacks = tuple(one for one in self._callbacks if one is not entry)

        return unsubscribe

    def call(self, item: T) -> None:
        for _, callback in self._callbacks:
            try:
                outcome = callback(item)
                if inspect.isawaitable(outcome):
                    self._run(outcome)
            except Exception:  # it is the user's code: its errors are not the next callback's
                _logger.exception("the callback %r raised; others are not affected", callback)
