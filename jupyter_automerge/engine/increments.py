"""A document's incremental chunks in the order in which they were saved, and which of them to make one of (P68).

They are merged as digits are carried: so many small ones become one of the next size, so many of those one of
the size after that. Each change is written a few times in all, however large the document is.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.keys import StorageKey


@dataclass(frozen=True, slots=True)
class Increment:
    """A chunk of ours, or of an earlier life. What it has is what came after `before`, or is in a snapshot, too.

    Those of others who write now are theirs to merge: they may hold what was before, and nobody else has it.
    """

    key: StorageKey
    before: Heads
    size: int = 0
    """How often its changes were merged."""


def to_merge(increments: Sequence[Increment], most: int) -> tuple[Increment, ...]:
    """Those at the end that the next chunk is to take the place of; none while fewer than `most` are of a size."""
    start, size = len(increments), 0
    while (begin := _begin_of_run(increments, start, size)) <= start - (most - 1):
        start, size = begin, size + 1
    return tuple(increments[start:])


def without(increments: Iterable[Increment], keys: Collection[StorageKey]) -> tuple[Increment, ...]:
    """Those under other keys."""
    return tuple(one for one in increments if one.key not in keys)


def _begin_of_run(increments: Sequence[Increment], end: int, size: int) -> int:
    while end > 0 and increments[end - 1].size == size:
        end -= 1
    return end
