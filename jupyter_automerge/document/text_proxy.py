"""Collaborative text within a change."""

from collections.abc import Iterator

from jupyter_automerge.document.absent import NoSuchIndex
from jupyter_automerge.document.planning import check_text
from jupyter_automerge.document.proxy import Proxy
from jupyter_automerge.errors import DocumentError


class TextProxy(Proxy):
    """Text that reads like `str` and is edited by splices. Positions count code points, as in `str`."""

    __slots__ = ()

    def splice(self, index: int, delete_count: int = 0, insert: str = "") -> None:
        """Delete `delete_count` characters at `index`, and insert there.

        Raises DocumentError unless 0 <= index <= len and the characters to delete exist.
        """
        writer = self._writer
        if delete_count < 0 or (delete_count and index + delete_count > len(self)):
            raise DocumentError(
                f"cannot delete {delete_count} characters at {index} of {len(self)}", self._path, delete_count
            )
        # The length costs a pass over the text; where only the index is in doubt the core knows.
        if index < 0 or not writer.splice_text(self._id, index, delete_count, check_text(insert, self._path)):
            raise DocumentError(
                f"index {index} is outside of a text of {len(self)} characters", self._path, index
            )

    def insert(self, index: int, text: str) -> None:
        """Insert at `index`.

        Negative ones count from the end; those outside are moved inside, as in `list.insert`.
        """
        checked = check_text(text, self._path)
        if index < 0 or not self._writer.splice_text(self._id, index, 0, checked):
            self.splice(slice(index, None).indices(len(self))[0], 0, checked)

    def append(self, text: str) -> None:
        """Insert at the end."""
        self.splice(len(self), 0, text)

    def update(self, text: str) -> None:
        """Make this the text by the smallest splice: what stands before and after the difference is
        untouched."""
        old = str(self)
        start = _common_prefix(old, text)
        rest = min(len(old), len(text)) - start
        end = _common_prefix(old[::-1][:rest], text[::-1][:rest])
        self.splice(start, len(old) - end - start, text[start : len(text) - end])

    def __setitem__(self, where: int | slice, text: str) -> None:
        start, stop = self._range(where)
        self.splice(start, stop - start, text)

    def __delitem__(self, where: int | slice) -> None:
        self[where] = ""

    def _range(self, where: int | slice) -> tuple[int, int]:
        length = len(self)
        if isinstance(where, slice):
            start, stop, step = where.indices(length)
            if step != 1:
                raise DocumentError("text is written in steps of 1", self._path, where)
            return start, max(start, stop)
        start = where + length if where < 0 else where
        if not 0 <= start < length:
            raise NoSuchIndex(f"index {where} is outside of a text of {length}", self._path, where)
        return start, start + 1

    def __iadd__(self, text: str) -> "TextProxy":
        self.append(text)
        return self

    def __str__(self) -> str:
        return self._writer.text(self._id)

    def __getitem__(self, where: int | slice) -> str:
        return str(self)[where]

    def __iter__(self) -> Iterator[str]:
        return iter(str(self))

    def __contains__(self, part: str) -> bool:
        return str(part) in str(self)

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, str | TextProxy) else NotImplemented

    def __add__(self, other: str) -> str:
        return str(self) + str(other)

    def __radd__(self, other: str) -> str:
        return str(other) + str(self)


def _common_prefix(left: str, right: str) -> int:
    """How many characters both begin with, by halving: slices compare at memory speed."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
