"""A list within a change."""

from collections.abc import Iterable, Iterator, MutableSequence
from typing import Any, overload

from jupyter_automerge.document.absent import NoSuchIndex
from jupyter_automerge.document.container_proxy import ContainerProxy
from jupyter_automerge.document.planning import Planned
from jupyter_automerge.document.writing import insert, stands


class ListProxy(ContainerProxy, MutableSequence[Any]):
    """A list that behaves like Python's, negative indexes and slices included.

    A slice is assigned by its difference: equal elements at both ends stay the objects they are.
    """

    __slots__ = ()

    @overload
    def __getitem__(self, where: int) -> Any: ...
    @overload
    def __getitem__(self, where: slice) -> list[Any]: ...
    def __getitem__(self, where: int | slice) -> Any:
        if isinstance(where, slice):
            return [self[index] for index in range(*where.indices(len(self)))]
        index = self._index(where)
        return self._wrap(self._writer.get(self._id, index), index)

    @overload
    def __setitem__(self, where: int, value: Any) -> None: ...
    @overload
    def __setitem__(self, where: slice, value: Iterable[Any]) -> None: ...
    def __setitem__(self, where: int | slice, value: Any) -> None:
        if not isinstance(where, slice):
            self._write(self._index(where), value)
        elif where.step in (None, 1):
            start, stop, _ = where.indices(len(self))
            self._replace(start, max(start, stop), self._plan_all(start, value))
        else:
            self._write_each(range(*where.indices(len(self))), list(value))

    def __delitem__(self, where: int | slice) -> None:
        writer = self._writer
        indexes = range(*where.indices(len(self))) if isinstance(where, slice) else [self._index(where)]
        for index in sorted(indexes, reverse=True):
            writer.delete(self._id, index)

    def insert(self, index: int, value: Any) -> None:
        """Insert before `index`; indexes outside are moved inside, as in Python."""
        at = slice(index, None).indices(len(self))[0]
        insert(self._writer, self._id, at, self._plan(value, (*self._path, at)))

    def extend(self, values: Iterable[Any]) -> None:
        """Append all of them, or none if one does not fit."""
        length = len(self)
        self._replace(length, length, self._plan_all(length, values))

    def clear(self) -> None:
        """Delete every element."""
        del self[:]

    def reverse(self) -> None:
        """Reverse in place."""
        self[:] = self.value[::-1]

    def __iadd__(self, values: Iterable[Any]) -> "ListProxy":
        self.extend(values)
        return self

    def __iter__(self) -> Iterator[Any]:
        index = 0
        while index < len(self):
            yield self[index]
            index += 1

    def __contains__(self, value: object) -> bool:
        return any(item == value for item in self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ListProxy):
            return bool(self.value == other.value)
        return bool(self.value == other) if isinstance(other, list) else NotImplemented

    def _index(self, where: int) -> int:
        length = len(self)
        index = where + length if where < 0 else where
        if not 0 <= index < length:
            raise NoSuchIndex(f"index {where} is outside of a list of {length}", self._path, where)
        return index

    def _plan_all(self, start: int, values: Iterable[Any]) -> list[Planned]:
        return [self._plan(value, (*self._path, start + i)) for i, value in enumerate(list(values))]

    def _write_each(self, indexes: range, values: list[Any]) -> None:
        if len(indexes) != len(values):
            raise ValueError(f"{len(values)} values do not fit a slice of {len(indexes)}")
        planned = [self._plan(value, (*self._path, i)) for i, value in zip(indexes, values, strict=True)]
        for index, value in zip(indexes, planned, strict=True):
            self._write_planned(index, value)

    def _replace(self, start: int, stop: int, planned: list[Planned]) -> None:
        first, last = 0, len(planned)
        writer = self._writer
        while first < last and start < stop and stands(writer, writer.get(self._id, start), planned[first]):
            first, start = first + 1, start + 1
        while (
            first < last
            and start < stop
            and stands(writer, writer.get(self._id, stop - 1), planned[last - 1])
        ):
            last, stop = last - 1, stop - 1
        for index in range(stop - 1, start - 1, -1):
            writer.delete(self._id, index)
        for index, item in enumerate(planned[first:last], start):
            insert(writer, self._id, index, item)
