"""Where a Repo lives: one event loop and the thread that runs it."""

import asyncio
import threading
from collections.abc import Callable

from jupyter_automerge.errors import RepoClosed

OVER = "the event loop that this Repo lived on is closed, as after asyncio.run()"


class HomeLoop:
    """The event loop on which a Repo was opened. Everything that touches the Engine happens here."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """`loop` must be the one that runs in the calling thread."""
        self.loop = loop
        self._thread = threading.get_ident()

    def is_here(self) -> bool:
        """Whether the calling thread is the one that runs the loop."""
        return threading.get_ident() == self._thread

    def soon(self, callback: Callable[[], object]) -> None:
        """Run the callback on the loop, soon, whichever thread asks. RepoClosed if the loop is over."""
        self.check()
        if self.is_here():
            self.loop.call_soon(callback)
            return
        try:
            self.loop.call_soon_threadsafe(callback)
        except RuntimeError:
            # asyncio's only word for a loop that was closed this very moment.
            raise RepoClosed(OVER) from None

    def check(self) -> None:
        """Raise RepoClosed if the loop is over: nothing asked of it would ever happen."""
        if self.loop.is_closed():
            raise RepoClosed(OVER)
