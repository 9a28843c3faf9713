"""A copy of the document's bytes beside the binding's, from which it is rebuilt after the core panicked."""

from collections.abc import Callable

from jupyter_automerge.values.limits import MAX_JOURNAL_BYTES


class Journal:
    """A compact base and every change since.

    A journal larger than its base, and than the least size, becomes a fresh base.
    """

    def __init__(self, base: bytes = b"") -> None:
        self._base = base
        self._changes: list[bytes] = []
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes of the changes beside the base."""
        return self._size

    def add(self, change: bytes) -> None:
        """Keep one more change."""
        self._changes.append(change)
        self._size += len(change)

    def trim(self, save: Callable[[], bytes]) -> None:
        """Start from a fresh base, by `save`, once the changes outweigh the one there is."""
        if self._size > max(MAX_JOURNAL_BYTES, len(self._base)):
            self.restart(save())

    def restart(self, base: bytes) -> None:
        """Forget everything before `base`."""
        self._base = base
        self._changes.clear()
        self._size = 0

    def image(self) -> bytes:
        """All of it, as a store would keep it."""
        return b"".join([self._base, *self._changes])
