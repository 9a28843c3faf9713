"""The changes of a document by hash: who descends from whom.

The binding cannot say whether it knows a hash.
"""

from array import array
from collections import OrderedDict
from collections.abc import Iterable
from heapq import heapify, heappop, heappush

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

    def outside(self, frontier: Heads, tips: Heads) -> int:
        """How many changes are neither in the frontier nor ancestors of it.

        `tips` are the heads of all; all known.
        """
        if frontier not in self._ancestors:
            self._ancestors[frontier] = len(self) - self._count_outside(frontier, tips)
            if len(self._ancestors) > MAX_FRONTIERS_CACHED:
                self._ancestors.popitem(last=False)
        self._ancestors.move_to_end(frontier)
        return len(self) - self._ancestors[frontier]

    def _count_outside(self, frontier: Heads, tips: Heads) -> int:
        """Walk down from both sides, newest first, until only ancestors of the frontier are left to visit.

        Costs what lies between the two, not the whole history.
        """
        inside = {self._positions[head] for head in frontier}
        waiting_outside = {self._positions[tip] for tip in tips} - inside
        heap = [-position for position in inside | waiting_outside]
        heapify(heap)
        count = 0
        while waiting_outside:
            position = -heappop(heap)
            is_inside = position in inside
            if not is_inside:
                waiting_outside.discard(position)
                count += 1
            for parent in self._parents[self._parents_at[position] : self._parents_at[position + 1]]:
                if parent not in inside and parent not in waiting_outside:
                    heappush(heap, -parent)
                if is_inside:
                    inside.add(parent)
                    waiting_outside.discard(parent)
                elif parent not in inside:
                    waiting_outside.add(parent)
        return count
