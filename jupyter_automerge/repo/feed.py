"""A stream for one slow or fast consumer, on whatever event loop that consumer runs."""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, Self, TypeVar

from jupyter_automerge.values.limits import MAX_EVENTS_WAITING

T = TypeVar("T")


class Feed(Generic[T]):
    """An async iterator over what is put from its making on, until the Repo closes or `close()` is called.

    Any thread may put; one task, on any loop, iterates. It is bounded: when `limit` items wait, `squeeze`
    makes one item of the two newest. Without a `squeeze` the oldest leaves and `lost` counts it.
    """

    def __init__(
        self,
        forget: Callable[["Feed[T]"], object],
        squeeze: Callable[[T, T], T] | None = None,
        limit: int = MAX_EVENTS_WAITING,
    ) -> None:
        self._forget = forget
        self._squeeze = squeeze
        self._limit = limit
        self._items: deque[T] = deque()
        self._lock = threading.Lock()
        self._consumer: asyncio.Future[None] | None = None
        self._ended = False
        self.lost = 0

    @property
    def waiting(self) -> int:
        """Items that nobody has taken yet."""
        return len(self._items)

    def put(self, item: T) -> None:
        """Never blocks. After the end without effect."""
        with self._lock:
            if self._ended:
                return
            if len(self._items) >= self._limit:
                item = self._make_room(item)
            self._items.append(item)
            consumer = self._take_consumer()
        _wake(consumer)

    def close(self) -> None:
        """Nothing more will come; what waits can still be read."""
        with self._lock:
            self._ended = True
            consumer = self._take_consumer()
        self._forget(self)
        _wake(consumer)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while True:
            with self._lock:
                if self._items:
                    return self._items.popleft()
                if self._ended:
                    raise StopAsyncIteration
                if self._consumer is not None and not self._consumer.done():
                    raise RuntimeError("two tasks iterate over one stream: make one for each")
                waiting = self._consumer = asyncio.get_running_loop().create_future()
            await waiting

    async def aclose(self) -> None:
        """As `close()`; lets `contextlib.aclosing` end the subscription."""
        self.close()

    def _make_room(self, item: T) -> T:
        if self._squeeze is None:
            self._items.popleft()
            self.lost += 1
            return item
        return self._squeeze(self._items.pop(), item)

    def _take_consumer(self) -> asyncio.Future[None] | None:
        consumer, self._consumer = self._consumer, None
        return consumer


def _wake(consumer: asyncio.Future[None] | None) -> None:
    if consumer is None:
        return
    loop = consumer.get_loop()
    # The consumer's loop may be over, and then nobody is left to wake.
    with contextlib.suppress(RuntimeError):
        if _runs_here(loop):
            _finish(consumer)
        else:
            loop.call_soon_threadsafe(_finish, consumer)


def _runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


def _finish(consumer: asyncio.Future[None]) -> None:
    if not consumer.done():
        consumer.set_result(None)
