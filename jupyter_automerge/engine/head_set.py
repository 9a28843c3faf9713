"""Reported heads, united by ancestry: having a head means having all before it (E5)."""

from collections.abc import Iterable
from typing import Protocol

from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.limits import MAX_HEADS_PER_STORE

SLACK = 8
"""Heads beyond which a set is reduced whatever that costs."""


class History(Protocol):
    """What is known here of the changes that heads name: a Document's part in this."""

    @property
    def heads(self) -> Heads: ...

    @property
    def places_at_once(self) -> bool: ...

    def known(self, heads: Heads) -> Heads: ...

    def reduced(self, heads: Heads) -> Heads: ...


class NoHistory:
    """That of a document which nobody has: it takes no memory."""

    heads = NO_HEADS
    places_at_once = True

    def known(self, heads: Heads) -> Heads:
        return NO_HEADS

    def reduced(self, heads: Heads) -> Heads:
        return heads


NO_HISTORY = NoHistory()


class HeadSet:
    """All that somebody was reported to have, in as few heads as can be told at little cost.

    Whatever the order of the reports, however often each comes, and whatever becomes known here in between, the
    set says the same. Reading it with `exact` leaves none that others come after; until then it may hold some,
    as finding them may take the whole history.
    """

    __slots__ = ("_all_known", "heads")

    def __init__(self, heads: Heads = NO_HEADS) -> None:
        self.heads = heads
        self._all_known = not heads

    @property
    def has_unknown(self) -> bool:
        """Whether some were unknown here when the set was last looked at."""
        return not self._all_known

    def add(self, heads: Heads, history: History) -> bool:
        """Unite with one more report. Whether that may say more than was known before."""
        before = self.heads
        if heads <= before:
            return False
        if self._all_known and heads == history.heads:
            # The way of every confirmed keystroke: all that is known here is before our heads.
            self.heads = heads
        else:
            self._settle(before | heads, history)
        return self.heads != before

    def tidy(self, history: History) -> Heads:
        """The heads, reduced as far as that costs little."""
        if len(self.heads) > 1 or not self._all_known:
            self._settle(self.heads, history)
        return self.heads

    def exact(self, history: History) -> Heads:
        """The heads, none of them known to be before another."""
        self.heads = history.reduced(self.tidy(history))
        return self.heads

    def _settle(self, heads: Heads, history: History) -> None:
        known = history.known(heads)
        unknown = heads - known
        self._all_known = not unknown
        if known >= history.heads:
            known = history.heads
        elif len(known) > SLACK or history.places_at_once:
            known = history.reduced(known)
        self.heads = known | unknown
        if len(self.heads) > MAX_HEADS_PER_STORE:
            self.heads = _fewest(known, unknown)


def united(sets: Iterable[HeadSet], history: History, *, exact: bool = False) -> Heads:
    """What several sets say together."""
    full = [one for one in sets if one.heads]
    if not full:
        return NO_HEADS
    whole = full[0]
    if len(full) > 1:
        whole = HeadSet()
        for one in full:
            whole.add(one.tidy(history), history)
    return whole.exact(history) if exact else whole.tidy(history)


def is_beyond(heads: Heads, sets: Iterable[HeadSet], history: History) -> bool:
    """Whether the heads may say more than the sets do together."""
    whole = HeadSet()
    for one in sets:
        whole.add(one.heads, history)
    return whole.add(heads, history)


def _fewest(known: Heads, unknown: Heads) -> Heads:
    """Known ones first: of the others nothing can be told anyway. The same ones in whatever order they came."""
    kept = sorted(known)[:MAX_HEADS_PER_STORE]
    return frozenset(kept + sorted(unknown)[: MAX_HEADS_PER_STORE - len(kept)])
