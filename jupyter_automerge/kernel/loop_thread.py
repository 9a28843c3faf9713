"""The one background thread of a kernel: a daemon with an asyncio loop of its own.

Cells block the main thread and its loop for as long as they run; documents must go on syncing meanwhile.
"""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from jupyter_automerge.errors import BlockingOnLoop

T = TypeVar("T")
THREAD_NAME = "automerge-sync"


class LoopThread:
    """Runs from its construction to `stop`."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
        finally:
            self.loop.close()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def run(self, coroutine: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """Run on the thread and wait for the result; an interrupt of the waiting cancels the coroutine.

        Raises TimeoutError after `timeout` seconds, and BlockingOnLoop on the thread itself.
        """
        if threading.current_thread() is self._thread:
            coroutine.close()
            raise BlockingOnLoop
        future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        try:
            return future.result(timeout)
        except BaseException:  # KeyboardInterrupt above all: what nobody waits for any more must not go on
            future.cancel()
            raise

    def stop(self, timeout: float) -> None:
        """End the loop and wait at most `timeout` seconds for the thread."""
        if self.alive:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(timeout)
