"""Waiting for conditions over several clients, looked at after each received frame."""

import asyncio
import time
from collections.abc import Callable

MOST_SECONDS = 180.0


class Waiting:
    """Conditions that somebody waits for; shared by all clients of one measurement."""

    def __init__(self) -> None:
        self._waits: list[tuple[Callable[[], bool], asyncio.Future[float]]] = []

    def look(self) -> None:
        """End the waits whose condition holds now."""
        for holds, future in [*self._waits]:
            if not future.done() and holds():
                future.set_result(time.perf_counter())

    async def until(self, holds: Callable[[], bool], story: str) -> float:
        """The time at which the condition was seen to hold. Raises TimeoutError after 180 s."""
        if holds():
            return time.perf_counter()
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        wait = (holds, future)
        self._waits.append(wait)
        try:
            async with asyncio.timeout(MOST_SECONDS):
                return await future
        except TimeoutError:
            raise TimeoutError(f"{story}: not within {MOST_SECONDS:.0f} s") from None
        finally:
            self._waits.remove(wait)
