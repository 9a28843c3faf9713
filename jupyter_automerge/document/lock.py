"""Who may touch a document's core, and when: users wait, the engine never does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, RLock

from jupyter_automerge.errors import DocumentBusy


class DocumentLock:
    """A short re-entrant lock. Whoever was refused is told once, by `on_free`, when it is free again.

    `close_to_engine` keeps the engine out for longer (while a change is open) without keeping readers out.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._depth = 0
        self._closed = False
        self._refused = False
        self._note = Lock()
        self.on_free: Callable[[], None] | None = None

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Wait for the lock."""
        with self._lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                outermost = self._depth == 0
        if outermost:
            self._tell()

    @contextmanager
    def hold_now(self) -> Iterator[None]:
        """Take the lock without waiting. Raises DocumentBusy."""
        # The mark comes before the attempt: whoever holds the lock now sees it when letting go.
        self._refused = True
        if not self._lock.acquire(blocking=False):
            raise DocumentBusy()
        try:
            if self._closed or self._depth:
                raise DocumentBusy()
            self._refused = False
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
        finally:
            self._lock.release()

    def close_to_engine(self) -> None:
        """From here on `hold_now` is refused."""
        self._closed = True

    def open_to_engine(self) -> None:
        """`hold_now` works again, and whoever was refused is told."""
        self._closed = False
        self._tell()

    def _tell(self) -> None:
        with self._note:
            tell = self._refused and not self._closed
            if tell:
                self._refused = False
        if tell and self.on_free is not None:
            self.on_free()
