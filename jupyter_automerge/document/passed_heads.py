"""The hashes that a document has had as heads, lately: mostly enough to place a change without the graph."""

from collections.abc import Iterable, Iterator, Mapping

from jupyter_automerge.values.limits import MAX_PASSED_HEADS


class PassedHeads:
    """Each with the number of its last operation, None where nobody has looked. The oldest leave."""

    def __init__(self, heads: Iterable[bytes]) -> None:
        self._last: dict[bytes, int | None] = dict.fromkeys(heads)

    def __contains__(self, change: object) -> bool:
        return change in self._last

    def __len__(self) -> int:
        return len(self._last)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._last)

    def last_operation(self, change: bytes) -> int | None:
        """None where it is not known."""
        return self._last.get(change)

    def add(self, operations: Mapping[bytes, int | None]) -> None:
        """Changes with their last operation."""
        self._last.update(operations)
        while len(self._last) > MAX_PASSED_HEADS:
            del self._last[next(iter(self._last))]
