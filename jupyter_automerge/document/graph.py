"""The changes of a document by hash: who descends from whom.

The binding cannot say whether it knows a hash.
"""

from array import array
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from jupyter_automerge.document.outside import count_outside
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.limits import MAX_FRONTIERS_CACHED


class ChangeGraph:
    """Grows only. A change's parents stand before it.

    How many changes are ancestors of a frontier (a set of known heads, themselves included) never changes,
    so one count per frontier answers for ever how many are missing there; the last used ones are kept.
    """

    def __init__(self) -> None:
        self._positions: dict[bytes, int] = {}
        self._parents = array("I")
        self._parents_at = array("I", [0])
        self._last_operations = array("Q")
        self._ancestors: OrderedDict[Heads, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._positions)

    def __contains__(self, change: object) -> bool:
        return change in self._positions

    def add(self, change: bytes, parents: Iterable[bytes], last_operation: int) -> None:
        """Append a change; one that is here already is left alone. Raises KeyError for an unknown parent."""
        if change in self._positions:
            return
        positions = [self._positions[parent] for parent in parents]
        self._parents.extend(positions)
        self._parents_at.append(len(self._parents))
        self._last_operations.append(last_operation)
        self._positions[change] = len(self._positions)

    def last_operation(self, change: bytes) -> int:
        """The number of its last operation. Raises KeyError for an unknown change."""
        return self._last_operations[self._positions[change]]

    def known(self, heads: Heads) -> Heads:
        """Those of the heads that are here."""
        return frozenset(head for head in heads if head in self._positions)

    def tips(self, changes: Heads) -> Heads:
        """Those of the changes, all known, that none of the others comes after.

        Costs what lies between the oldest and the newest of them.
        """
        named = {self._positions[change]: change for change in changes}
        oldest = min(named)
        reached, before = set(named), set[int]()
        for position in range(max(named), oldest, -1):
            if position in reached:
                parents = self._parents[self._parents_at[position] : self._parents_at[position + 1]]
                before.update(parents)
                reached.update(parents)
        return frozenset(change for position, change in named.items() if position not in before)

    def outside(self, frontiers: Iterable[Heads], tips: Heads) -> dict[Heads, int]:
        """For each frontier, how many changes are neither in it nor ancestors of it.

        `tips` are the heads of all; all known.
        """
        wanted = dict.fromkeys(frontiers)
        if fresh := [frontier for frontier in wanted if frontier not in self._ancestors]:
            self._count(fresh, tips)
        counts = {}
        for frontier in wanted:
            counts[frontier] = len(self) - self._ancestors[frontier]
            self._ancestors.move_to_end(frontier)
        while len(self._ancestors) > MAX_FRONTIERS_CACHED:
            self._ancestors.popitem(last=False)
        return counts

    @property
    def frontiers(self) -> int:
        """Points in history whose counts are kept up to date."""
        return len(self._ancestors)

    def landmarks(self, most: int) -> tuple[bytes, ...]:
        """Earlier and earlier points of the history, half as far apart again each time: whoever knows one has
        all before it. None where it would take more than `most` hashes.

        A point is told by its heads, as long as nothing after it is counted: all changes before a position.
        """
        cuts = _cuts(len(self))
        hashes = list(self._positions)
        frontier: dict[int, None] = {}
        marks: dict[bytes, None] = {}
        for position in range(len(self)):
            for parent in self._parents[self._parents_at[position] : self._parents_at[position + 1]]:
                frontier.pop(parent, None)
            frontier[position] = None
            if position + 1 in cuts:
                marks.update(dict.fromkeys(hashes[head] for head in frontier))
                if len(marks) > most:
                    return ()
        return tuple(sorted(marks))

    def _count(self, frontiers: Sequence[Heads], tips: Heads) -> None:
        counts = count_outside(
            self._parents,
            self._parents_at,
            self._at(tips),
            [self._at(frontier) for frontier in frontiers],
        )
        self._ancestors.update(
            (frontier, len(self) - count) for frontier, count in zip(frontiers, counts, strict=True)
        )

    def _at(self, changes: Heads) -> list[int]:
        return [self._positions[change] for change in changes]


def _cuts(length: int) -> set[int]:
    """How many changes stand before each landmark."""
    cuts = set()
    distance = 0
    while distance < length:
        cuts.add(length - distance)
        distance += distance // 2 + 1
    return cuts
