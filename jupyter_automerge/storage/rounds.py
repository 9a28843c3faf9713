"""Saves that come while others are being written wait, and are written together: the disk sets the pace."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

from jupyter_automerge.storage.write_round import Write
from jupyter_automerge.values.limits import FILES_PER_ROUND

Saved = asyncio.Future[None]


class Rounds:
    """Lives on one event loop. `work` writes one round, in the executor."""

    def __init__(self, executor: Executor, work: Callable[[Sequence[Write]], None]) -> None:
        self._executor = executor
        self._work = work
        self._waiting: deque[tuple[Write, Saved]] = deque()
        self._is_running = False

    def join(self, path: Path, data: bytes) -> Saved:
        """Written at once if nothing is, else with the others that wait; done when it is durable.

        No other write to this path may be under way.
        """
        saved: Saved = asyncio.get_running_loop().create_future()
        self._waiting.append((Write(path, data), saved))
        if not self._is_running:
            self._begin()
        return saved

    def _begin(self) -> None:
        this_round = [self._waiting.popleft() for _ in range(min(FILES_PER_ROUND, len(self._waiting)))]
        writes = [write for write, _ in this_round]
        running = asyncio.get_running_loop().run_in_executor(self._executor, self._work, writes)
        running.add_done_callback(partial(self._ended, this_round))
        self._is_running = True

    def _ended(self, this_round: Sequence[tuple[Write, Saved]], running: asyncio.Future[None]) -> None:
        self._is_running = False
        if self._waiting:
            self._begin()
        defect = running.exception()
        for write, saved in this_round:
            if error := defect or write.error:
                saved.set_exception(error)
            else:
                saved.set_result(None)
