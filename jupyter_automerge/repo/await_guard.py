"""Notices an `await` inside a block that must not have one."""

import asyncio
from types import TracebackType

from jupyter_automerge.errors import ChangeAwaited


class AwaitGuard:
    """A context manager that raises ChangeAwaited at its end if the running loop got a turn meanwhile.

    An `await` that does not suspend is not noticed, and does no harm either. Outside a loop there is nothing
    to notice.
    """

    def __enter__(self) -> None:
        self._others_ran = False
        self._marker: asyncio.Handle | None = None
        try:
            self._marker = asyncio.get_running_loop().call_soon(self._mark)
        except RuntimeError:
            return  # No loop runs in this thread, so nothing can be awaited.

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._marker is not None:
            self._marker.cancel()
        if self._others_ran:
            raise ChangeAwaited from error

    def _mark(self) -> None:
        self._others_ran = True
