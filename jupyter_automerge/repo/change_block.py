"""What `handle.change()` gives: a block to be opened with `with`, and a word for whoever forgot that."""

import sys
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType

from jupyter_automerge.document import MapProxy
from jupyter_automerge.errors import brief

Opener = Callable[[], AbstractContextManager[MapProxy]]


class ChangeBlock(AbstractContextManager[MapProxy]):
    """`with handle.change("why") as d:`. Nothing happens before that: see DocHandle.change.

    One that is thrown away unopened gives a RuntimeWarning, as a coroutine does that nobody awaited.
    """

    def __init__(self, url: str, message: str | None, opener: Opener) -> None:
        self._url = url
        self._message = message
        self._opener = opener
        self._was_opened = False
        self._block: AbstractContextManager[MapProxy] | None = None

    def __enter__(self) -> MapProxy:
        self._was_opened = True
        around = self._block
        # Kept before it is entered: it rolls back when it is thrown away, should an interrupt come in between.
        self._block = self._opener()
        try:
            return self._block.__enter__()
        except BaseException:  # within itself it is refused, and the outer block goes on
            self._block = around
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        block, self._block = self._block, None
        return None if block is None else block.__exit__(kind, error, traceback)

    def __repr__(self) -> str:
        if self._was_opened:
            return f"<change of {self._url}>"
        return f"<change of {self._url}, not made yet: {self._how()}>"

    def __del__(self) -> None:
        if not self._was_opened and not sys.is_finalizing():
            warnings.warn(
                f"a change of {self._url} was never made: {self._how()}", RuntimeWarning, stacklevel=2
            )

    def _how(self) -> str:
        message = "" if self._message is None else brief(self._message)
        return f"write it as a block, `with handle.change({message}) as d: ...`"
