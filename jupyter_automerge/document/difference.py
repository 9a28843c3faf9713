"""What differs between two plain values, as a list of small steps from one to the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from jupyter_automerge.document.planning import Path
from jupyter_automerge.document.value_types import Counter, ImmutableString

Action = Literal["put", "insert", "delete", "splice", "increment"]


@dataclass(frozen=True, slots=True)
class Patch:
    """One step; applied in order they lead from the older value to the newer one.

    put        `path` is `value` from here on (a new key, or a replaced one)
    insert     `value`, a list, is inserted before the list index at the end of `path`
    delete     the key at the end of `path` goes, or `length` elements from that list index on
    splice     at the character index at the end of `path`, `length` characters go and the text `value` comes
    increment  the counter at `path` grows by `value`
    """

    path: Path
    action: Action
    value: Any = None
    length: int = 0


def difference(before: Any, after: Any) -> tuple[Patch, ...]:
    """The steps from `before` to `after`, plain values both."""
    return tuple(_compare((), before, after))


def _compare(path: Path, before: Any, after: Any) -> Iterator[Patch]:
    if type(before) is not type(after):
        yield Patch(path, "put", after)
    elif isinstance(before, dict):
        yield from _compare_maps(path, before, after)
    elif isinstance(before, list):
        yield from _compare_lists(path, before, after)
    elif isinstance(before, str) and not isinstance(before, ImmutableString):
        yield from _compare_texts(path, before, after)
    elif isinstance(before, Counter):
        if before != after:
            yield Patch(path, "increment", after.value - before.value)
    elif not _same(before, after):
        yield Patch(path, "put", after)


def _compare_maps(path: Path, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Patch]:
    for key in before.keys() - after.keys():
        yield Patch((*path, key), "delete")
    for key, value in after.items():
        if key in before:
            yield from _compare((*path, key), before[key], value)
        else:
            yield Patch((*path, key), "put", value)


def _compare_lists(path: Path, before: list[Any], after: list[Any]) -> Iterator[Patch]:
    start, end = _common_ends(before, after)
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    if len(old) == len(new):
        for index, (was, is_now) in enumerate(zip(old, new, strict=True), start):
            yield from _compare((*path, index), was, is_now)
        return
    if old:
        yield Patch((*path, start), "delete", length=len(old))
    if new:
        yield Patch((*path, start), "insert", new)


def _compare_texts(path: Path, before: str, after: str) -> Iterator[Patch]:
    if before != after:
        start, end = _common_ends(before, after)
        yield Patch((*path, start), "splice", after[start : len(after) - end], len(before) - start - end)


def _common_ends(before: Any, after: Any) -> tuple[int, int]:
    """How many elements at the start, and then at the end, are the same."""
    shorter = min(len(before), len(after))
    start = 0
    while start < shorter and _same(before[start], after[start]):
        start += 1
    end = 0
    while end < shorter - start and _same(before[-1 - end], after[-1 - end]):
        end += 1
    return start, end


def _same(before: Any, after: Any) -> bool:
    """Equal and of one type, all the way down: 1, 1.0 and True differ in a document, and nan is itself."""
    if type(before) is not type(after):
        return False
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(_same(before[key], after[key]) for key in before)
    if isinstance(before, list):
        return len(before) == len(after) and all(map(_same, before, after))
    return bool(before == after) or (before != before and after != after)
