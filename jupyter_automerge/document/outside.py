"""How much of a history lies outside of each of many points in it, in one walk for all of them."""

from collections.abc import Iterable, Mapping, Sequence


def count_outside(
    parents: Sequence[int],
    parents_at: Sequence[int],
    tips: Iterable[int],
    frontiers: Sequence[Iterable[int]],
) -> list[int]:
    """For each frontier, how many changes are neither in it nor ancestors of it.

    Changes are numbers; the parents of `n` are `parents[parents_at[n]:parents_at[n + 1]]`, all smaller. `tips`
    are the changes that are nobody's parents, all of them. Costs what lies after the oldest change that some
    frontier lacks, not the whole history, and hardly more for a thousand frontiers than for one.
    """
    # A set of frontiers is a number with a bit for each; what has all bits has only such ancestors.
    everybody = (1 << len(frontiers)) - 1
    who_has: dict[int, int] = dict.fromkeys(tips, 0)
    for number, frontier in enumerate(frontiers):
        for change in frontier:
            who_has[change] = who_has.get(change, 0) | 1 << number
    lacked_ahead = sum(who != everybody for who in who_has.values())
    visited: dict[int, int] = {}
    change = len(parents_at) - 1
    while lacked_ahead:
        change -= 1
        who = who_has.pop(change)
        lacked_ahead -= who != everybody
        visited[who] = visited.get(who, 0) + 1
        for at in range(parents_at[change], parents_at[change + 1]):
            parent = parents[at]
            before = who_has.get(parent)
            now = who if before is None else who | before
            if before != now:
                who_has[parent] = now
                lacked_ahead += (now != everybody) - (before is not None)
    total = sum(visited.values())
    return [total - inside for inside in _sums(visited, len(frontiers))]


def _sums(counts: Mapping[int, int], bits: int) -> list[int]:
    """For each bit the sum of the counts of those numbers that have it.

    All bits at once: `planes[i]` holds binary digit i of every sum. A history made to be difficult has about
    as many numbers as changes, and adding them up bit by bit would take seconds.
    """
    planes = [0] * sum(counts.values()).bit_length()
    for number, count in counts.items():
        for lowest in range(count.bit_length()):
            digit, carry = lowest, number if count >> lowest & 1 else 0
            while carry:
                planes[digit], carry = planes[digit] ^ carry, planes[digit] & carry
                digit += 1
    return [sum((plane >> bit & 1) << digit for digit, plane in enumerate(planes)) for bit in range(bits)]
