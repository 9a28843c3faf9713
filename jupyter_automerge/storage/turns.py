"""Operations on overlapping keys take turns, in the order in which they were asked for; others overlap."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from jupyter_automerge.values.keys import StorageKey

Result = TypeVar("Result")
Over = asyncio.Future[None]


class Turns:
    """Lives on one event loop. A turn ends when its work ends, even if nobody waits for it any longer."""

    def __init__(self) -> None:
        self._by_first: dict[str, dict[Over, StorageKey]] = {}

    async def run(self, key: StorageKey, begin: Callable[[], asyncio.Future[Result]]) -> Result:
        """Begin the work once all earlier work on overlapping keys is over; its turn lasts until it is done."""
        before = self._overlapping(key)
        over: Over = asyncio.get_running_loop().create_future()
        self._by_first.setdefault(key[0], {})[over] = key
        try:
            for earlier in before:
                # Shielded: this wait may be cancelled, the earlier turn may not.
                await asyncio.shield(earlier)
        except asyncio.CancelledError:
            self._end(key, over)
            raise
        running = begin()
        running.add_done_callback(lambda _: self._end(key, over))
        return await asyncio.shield(running)

    async def run_here(self, key: StorageKey, work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """As `run`, for work of the event loop itself, in a task of its own."""
        return await self.run(key, lambda: asyncio.ensure_future(work()))

    async def all_over(self) -> None:
        """Wait until no turn is running or waiting."""
        while pending := [over for turns in self._by_first.values() for over in turns]:
            await asyncio.wait(pending)

    def _overlapping(self, key: StorageKey) -> list[Over]:
        turns = self._by_first.get(key[0], {})
        return [over for over, other in turns.items() if _overlap(key, other)]

    def _end(self, key: StorageKey, over: Over) -> None:
        turns = self._by_first[key[0]]
        del turns[over]
        if not turns:
            del self._by_first[key[0]]
        over.set_result(None)


def _overlap(one: StorageKey, other: StorageKey) -> bool:
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]
