"""Which stores a wait is about, as of each look at the rows."""

from collections.abc import Sequence

from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.repo.known_stores import KnownStores
from jupyter_automerge.repo.phrases import shared_name
from jupyter_automerge.repo.safety import IN_REACH, Judge, is_other
from jupyter_automerge.repo.targets import Target, matches, named
from jupyter_automerge.values.status import Link, Trust


class Whom:
    """The stores that were named, each of which is waited for; or none in particular."""

    def __init__(self, target: Target, stores: KnownStores) -> None:
        """Raises TypeError for a target that is none, InvalidId for a name that several stores go by."""
        things = named(target)
        self.is_nobody = target is not None and not things
        """An empty list was named: all of nobody is no copy."""
        self._targets = matches(things, stores)
        self._sharers = stores.sharers
        self._called = [one if isinstance(one, str) else getattr(one, "name", "") for one in things]
        self._met: dict[int, StoreRow] = {}  # number of the target -> who once answered to it
        self._was_in_reach = False

    @property
    def is_named(self) -> bool:
        return bool(self._targets)

    def note(self, rows: Sequence[StoreRow], judge: Judge) -> None:
        """Remember who is there: one who leaves is told from one who never was."""
        for number, match in enumerate(self._targets):
            for row in rows:
                if row.link is not Link.GONE and match(row):
                    self._met[number] = row
        here = self.to_give(rows, judge)
        self._was_in_reach |= any(_may_return(row) for row in here)

    @property
    def may_come_back(self) -> bool:
        """Whether a lasting store was in reach during the wait, or a file was named: they are waited for."""
        return self._was_in_reach

    def to_give(self, rows: Sequence[StoreRow], judge: Judge) -> list[StoreRow]:
        """Those that are to have what we have."""
        if self._targets:
            return self._named(rows)
        counting = [row for row in rows if judge.would_count(row)]
        if counting or judge.policy.stores is not None:
            return counting
        # The memory of a page counts only where there is nothing better.
        return [row for row in rows if is_other(row)]

    def to_take(self, rows: Sequence[StoreRow]) -> list[StoreRow]:
        """Those whose changes we are to have: of nobody in particular, all that are in reach."""
        if self._targets:
            return self._named(rows)
        return [row for row in rows if row.link in IN_REACH]

    def satisfied(self, done: Sequence[StoreRow], copies: int) -> bool:
        """Whether those who are done are all that were named, or enough."""
        if self._targets:
            return all(any(match(row) for row in done) for match in self._targets)
        return len(done) >= copies

    def not_met(self, rows: Sequence[StoreRow]) -> list[str]:
        """Of each who was named and is no row of the document, that it is none; in words."""
        called = zip(self._targets, self._called, strict=True)
        return [
            shared_name(name, self._sharers(name)) or f"{name or 'one who was named'} has not been met here"
            for match, name in called
            if not any(map(match, rows))
        ]

    def doubts(self) -> list[str]:
        """The names that were given and that several stores go by by now, in words."""
        return [words for name in self._called if (words := shared_name(name, self._sharers(name)))]

    def denied(self, rows: Sequence[StoreRow], candidates: Sequence[StoreRow]) -> StoreRow | None:
        """Somebody whom the share policy keeps from it, and without whom the wait cannot end."""
        for match in self._targets:
            mine = [row for row in rows if match(row)]
            if mine and all(row.denied for row in mine):
                return mine[0]
        if candidates and all(row.denied for row in candidates):
            return candidates[0]
        return None

    def refuses(self, rows: Sequence[StoreRow], candidates: Sequence[StoreRow]) -> StoreRow | None:
        """Somebody who takes no changes from us, if nobody who is connected does, who might pass them on."""
        if any(row.link is Link.CONNECTED and not row.read_only for row in rows):
            return None
        return next((row for row in candidates if row.read_only), None)

    def unaccepted(self, rows: Sequence[StoreRow], owing: Sequence[StoreRow]) -> StoreRow | None:
        """Somebody who was named, may only read here, and has what is not here; if nobody who is connected could
        bring it who may write.
        """
        if any(row.link is Link.CONNECTED and not row.reader for row in rows):
            return None
        stuck = {row.store_id: row for row in owing if row.reader}
        for match in self._targets:
            mine = [row for row in rows if match(row)]
            if mine and all(row.store_id in stuck for row in mine):
                return mine[0]
        return None

    def gone(self, rows: Sequence[StoreRow]) -> StoreRow | None:
        """Somebody who was waited for and cannot come back: his memory ended with him."""
        for number, row in self._met.items():
            match = self._targets[number]
            if row.ephemeral and all(one.link is Link.GONE for one in rows if match(one)):
                return row
        return None

    def lost(self, rows: Sequence[StoreRow]) -> StoreRow | None:
        """Somebody who was named and of whom our user said that he will never come back."""
        for match in self._targets:
            mine = [row for row in rows if match(row)]
            if mine and all(row.trust is Trust.DEAD for row in mine):
                return mine[0]
        return None

    def _named(self, rows: Sequence[StoreRow]) -> list[StoreRow]:
        return [row for row in rows if any(match(row) for match in self._targets)]


def _may_return(row: StoreRow) -> bool:
    """Seen in reach, it comes again however it left; a file that cannot be written is tried again (E46)."""
    return row.is_projection or (row.link in IN_REACH and not row.ephemeral)
