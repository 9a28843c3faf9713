"""Where others stand to a document who have some heads: what they lack, and what they have that is not here."""

from collections.abc import Iterable
from typing import NamedTuple

from jupyter_automerge.document.trunk import Trunk
from jupyter_automerge.values.heads import Heads


class Standing(NamedTuple):
    """Of somebody who has some heads and all before them, against heads of ours.

    `lacks`: how many changes up to ours he is not known to have; exact while `unknown` is 0, else at most so
    many, as heads that are unknown here may contain ours. `unknown`: how many of his heads are.
    """

    lacks: int
    unknown: int


def standings(trunk: Trunk, frontiers: Iterable[Heads], heads: Heads) -> dict[Heads, Standing]:
    """For each of the frontiers. All that they share is worked out once.

    `heads` of ours that are unknown here count as one change each for whoever has not named them.
    """
    wanted = dict.fromkeys(frontiers)
    unknown = heads.union(*wanted)
    unknown -= trunk.known(unknown)
    if not unknown:
        counts = _outside(trunk, {known for known in wanted if not known >= heads}, heads)
        return {frontier: Standing(counts.get(frontier, 0), 0) for frontier in wanted}
    here = {frontier: frontier if unknown.isdisjoint(frontier) else frontier - unknown for frontier in wanted}
    ours = heads - unknown
    counts = _outside(trunk, {known for known in here.values() if not known >= ours}, ours)
    foreign = heads & unknown
    return {
        frontier: Standing(counts.get(known, 0) + len(foreign - frontier), len(frontier) - len(known))
        for frontier, known in here.items()
    }


def _outside(trunk: Trunk, frontiers: Iterable[Heads], heads: Heads) -> dict[Heads, int]:
    """How many changes up to `heads` are neither in the frontier nor before it."""
    wanted = set(frontiers)
    if not wanted:
        return {}  # Everybody has all of it: the graph need not even be built.
    if heads == trunk.heads:
        return trunk.graph.outside(wanted, trunk.heads)
    # What is missing today, without what would still be missing for one who had `heads` as well.
    with_ours = {frontier: frontier | heads for frontier in wanted}
    counts = trunk.graph.outside(wanted.union(with_ours.values()), trunk.heads)
    return {frontier: counts[frontier] - counts[both] for frontier, both in with_ours.items()}
