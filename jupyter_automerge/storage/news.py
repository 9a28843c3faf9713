"""What others write into a store, for one `async for`: from whoever hears of it to whoever asks."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from jupyter_automerge.values.keys import StorageKey

MAX_NEWS_WAITING = 1_000
"""Keys that wait for a slow reader; beyond, they become one `()`: anything may have changed."""
ANYTHING: StorageKey = ()
CANCELLED_AGAIN_SECONDS = 5.0
"""Longer than any ear takes to end. A client may swallow a cancellation, as Python 3.11's wait_for() does."""


class News(AsyncIterator[StorageKey]):
    """Keys and prefixes, each once however often it was told since it was last read.

    Made on the loop that reads it; `ears` are what tells it, each in a task of its own until `end()`. When one
    of them fails, so does the iteration, after what was told before.
    """

    def __init__(self, *ears: "Callable[[News], Coroutine[Any, Any, None]]") -> None:
        self._waiting: dict[StorageKey, None] = {}
        self._told = asyncio.Event()
        self._ended = False
        self._failure: BaseException | None = None
        self._listening = [asyncio.ensure_future(hear(self)) for hear in ears]
        for task in self._listening:
            task.add_done_callback(self._hear_no_more)

    @property
    def is_over(self) -> bool:
        """Whether it ended, by itself or because it was ended."""
        return self._ended

    def tell(self, key: StorageKey) -> None:
        """Something at or below this key was written by others."""
        if self._ended or ANYTHING in self._waiting:
            return
        if key == ANYTHING or len(self._waiting) >= MAX_NEWS_WAITING:
            self._waiting.clear()
            key = ANYTHING
        self._waiting[key] = None
        self._told.set()

    async def end(self) -> None:
        """Nothing is told any more; the iteration ends."""
        self._ended = True
        self._told.set()
        while listening := [task for task in self._listening if not task.done()]:
            for task in listening:
                task.cancel()
            await asyncio.wait(listening, timeout=CANCELLED_AGAIN_SECONDS)
        await asyncio.gather(*self._listening, return_exceptions=True)

    async def __anext__(self) -> StorageKey:
        while not (self._waiting or self._ended or self._failure):
            self._told.clear()
            await self._told.wait()
        if self._ended:
            raise StopAsyncIteration
        if self._waiting:
            key = next(iter(self._waiting))
            del self._waiting[key]
            return key
        failure = self._failure
        await self.end()
        assert failure is not None
        raise failure

    def _hear_no_more(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and self._failure is None:
            self._failure = task.exception()
            self._told.set()


class Watchers:
    """Whoever asked for the news of one store, and has not ended."""

    def __init__(self) -> None:
        self._news: list[News] = []

    def add(self, news: News) -> News:
        self._news = [*(one for one in self._news if not one.is_over), news]
        return news

    async def end(self) -> None:
        """The store closes: nobody is told anything more."""
        for news in self._news:
            await news.end()
