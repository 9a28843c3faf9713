"""The time between `with` and its end, as the proxies see it."""

from collections.abc import Callable
from typing import Any

from jupyter_automerge.document.core import CoreValue
from jupyter_automerge.document.planning import Path
from jupyter_automerge.document.writer import Writer
from jupyter_automerge.errors import DocumentError


class Block:
    """One open change. Its proxies ask it for the writer, which is refused once the block is over."""

    __slots__ = ("_writer", "wrap")

    def __init__(
        self, writer: Writer, wrap: Callable[["Block", CoreValue, bytes, str | int, Path], Any]
    ) -> None:
        self._writer: Writer | None = writer
        self.wrap = wrap

    def writer(self, path: Path) -> Writer:
        """What the proxies write to. Raises DocumentError after the block."""
        if self._writer is None:
            raise DocumentError("its change is over; open another block and take the value from it", path)
        return self._writer

    def end(self) -> None:
        """No proxy of this block works from here on."""
        self._writer = None
