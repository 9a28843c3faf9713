"""Looks at a document's rows whenever they may have moved, and not more often than a notebook can take."""

import asyncio
from collections.abc import Callable

from jupyter_automerge.repo import DocHandle

INTERVAL_SECONDS = 0.1
"""Jupyter drops what comes in faster than a thousand messages a second, over all widgets of a kernel."""


class RowsFeed:
    """Calls `look` on the Repo's thread after whatever may have moved a row of the document.

    What moves within the interval is seen in one look at its end, so that the last state is always seen. When
    nothing more will come, `ended` is called once, instead of the looks that were due.
    """

    def __init__(self, handle: DocHandle, look: Callable[[], object], ended: Callable[[], object]) -> None:
        self._look = look
        self._ended = ended
        self._next = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False
        self._unsubscribe = handle.on_peers(self._moved, self._end)

    def stop(self) -> None:
        """Look no more. From any thread; again without effect."""
        self._stopped = True
        self._unsubscribe()

    def _moved(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(self._next, loop.time()), self._turn)

    def _turn(self) -> None:
        self._timer = None
        if self._stopped:
            return
        self._next = asyncio.get_running_loop().time() + INTERVAL_SECONDS
        self._look()

    def _end(self) -> None:
        if not self._stopped:
            self._stopped = True
            self._ended()
