"""A bar on a terminal's standard error; nothing where nobody looks."""

import sys
from types import TracebackType
from typing import TextIO

from jupyter_automerge.cli.store_lines import amount

_WIDTH = 30


class Progress:
    """Counts steps towards `total`, and bytes as far as they are told. Wiped away at the end."""

    def __init__(self, what: str, total: int, stream: TextIO | None = None) -> None:
        self._what = what
        self._total = max(total, 1)
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty()
        self._done = 0
        self._bytes = 0

    def step(self, size: int = 0) -> None:
        """One more is done, of so many bytes."""
        self._done += 1
        self._bytes += size
        if self._shown:
            full = _WIDTH * self._done // self._total
            weight = f", {amount(self._bytes)}" if self._bytes else ""
            bar = f"[{'#' * full}{'.' * (_WIDTH - full)}] {self._what} {self._done} of {self._total}{weight}"
            self._stream.write(f"\r{bar}\x1b[K")
            self._stream.flush()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown and self._done:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
