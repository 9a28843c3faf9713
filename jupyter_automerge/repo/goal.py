"""When a wait for other stores is over: what is asked of whom, against the rows as of each look."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from jupyter_automerge.document import Document, Standing
from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.repo.comparing import Evidence, Viewpoint, has, standings_of
from jupyter_automerge.repo.known_stores import KnownStores
from jupyter_automerge.repo.phrases import have_it, lacks, owes
from jupyter_automerge.repo.rows import DocPeer
from jupyter_automerge.repo.safety import IN_REACH, SafetyPolicy
from jupyter_automerge.repo.targets import Target
from jupyter_automerge.repo.whom import Whom
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.status import Level

Way = Literal["out", "in", "both"]
Rows = Sequence[StoreRow]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is waited for. See DocHandle.synced."""

    target: Target = None
    level: Level | None = None
    direction: Way = "out"
    heads: Heads | None = None
    copies: int | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be waited for."""
        if isinstance(self.target, Iterator):
            object.__setattr__(
                self, "target", tuple(self.target)
            )  # it names them once, and is asked for each document
        if self.direction not in ("out", "in", "both"):
            raise ValueError(f'{self.direction!r} is no direction: "out", "in" or "both"')
        if self.copies is not None and self.copies < 1:
            raise ValueError(f"{self.copies} copies are there already: wait for at least one")
        if self.level is not None and self.level not in (Level.RECEIVED, Level.STORED):
            raise ValueError(f"{self.level!r} is never reported: wait for Level.RECEIVED or Level.STORED")

    @property
    def gives(self) -> bool:
        """Others are to have ours."""
        return self.direction != "in"

    @property
    def takes(self) -> bool:
        """We are to have theirs."""
        return self.direction != "out"


class Goal:
    """The wish, with the heads as they were at the call: later ones, ours or theirs, do not prolong it."""

    def __init__(self, wish: Wish, heads: Heads, policy: SafetyPolicy, stores: KnownStores) -> None:
        """Raises TypeError for a target that is none, InvalidId for a name that several stores go by."""
        self.wish = wish
        self.heads = heads if wish.heads is None else wish.heads
        self.whom = Whom(wish.target, stores)
        self._policy = policy
        self._copies = wish.copies or policy.copies
        self._theirs: dict[str, Heads] = {}  # what each store had when it was first seen

    def note(self, rows: Rows, view: Viewpoint) -> None:
        """Remember who is there, and what he had when he was first seen."""
        self.whom.note(rows, view.judge)
        for row in self.whom.to_take(rows):
            if row.known and row.link in IN_REACH:
                self._theirs.setdefault(
                    row.store_id, row.received | row.relayed | row.stored | row.last_heard
                )

    def candidates(self, rows: Rows, view: Viewpoint) -> list[StoreRow]:
        """Those without whom it cannot be reached."""
        return self.whom.to_give(rows, view.judge) if self.wish.gives else self.whom.to_take(rows)

    def given(self, rows: Rows, view: Viewpoint, document: Document) -> list[StoreRow] | None:
        """Those that have ours, if they are all that were named, or enough; else None."""
        holders = self._holders(rows, view, document)
        return holders if self.whom.satisfied(holders, self._copies) else None

    def lacking(self, rows: Rows, view: Viewpoint, document: Document) -> list[StoreRow]:
        """Those that are to have ours and do not, or not well enough."""
        if not self.wish.gives:
            return []
        held = {row.store_id for row in self._holders(rows, view, document)}
        return [row for row in self.whom.to_give(rows, view.judge) if row.store_id not in held]

    def taken(self, rows: Rows, document: Document) -> list[StoreRow] | None:
        """Those of whom all is here that they had, if they are all that were named, or all in reach; else None."""
        suppliers = self.whom.to_take(rows)
        if self.wish.heads is not None:
            return suppliers if document.knows_all(self.wish.heads) else None
        done = [row for row in suppliers if self._is_here(document, row)]
        if not self.whom.is_named and len(done) < len(suppliers):
            return None
        return done if self.whom.satisfied(done, copies=1) else None

    def owing(self, rows: Rows, document: Document) -> list[StoreRow]:
        """Those of whom it is known that not all is here that they had."""
        if not self.wish.takes or self.wish.heads is not None:
            return []
        suppliers = [row for row in self.whom.to_take(rows) if row.store_id in self._theirs]
        return [row for row in suppliers if not self._is_here(document, row)]

    def needed(self, row: StoreRow, rows: Rows, view: Viewpoint) -> Level:
        """The level asked for, or the best that can be had: of this one, if it was named; else as rows count it."""
        if self.wish.level is not None:
            return self.wish.level
        if self.whom.is_named:
            return view.judge.needed(row, strict=False)
        return view.judge.level_of_copy(row, strict=view.judge.needs_storing(rows))

    def wanting(
        self, rows: Rows, shown: Sequence[DocPeer], view: Viewpoint, document: Document
    ) -> Iterator[str]:
        """What is there already, and what keeps it from being reached, in words. `shown`: the rows for users."""
        if self.wish.gives:
            yield from self._shortfall(rows, shown, view, document)
        yield from self.whom.not_met(rows)
        if self.wish.takes:
            owing = {row.store_id for row in self.whom.to_take(rows) if not self._is_here(document, row)}
            yield from (owes(row) for row in shown if row.id in owing)

    def _holders(self, rows: Rows, view: Viewpoint, document: Document) -> list[StoreRow]:
        candidates = view.evidence(self.whom.to_give(rows, view.judge))
        standings = standings_of(document, self.heads, candidates)
        return [one.row for one in candidates if self._holds(one, rows, view, standings)]

    def _holds(self, one: Evidence, rows: Rows, view: Viewpoint, standings: Mapping[Heads, Standing]) -> bool:
        if one.row.denied:
            return False
        if self.whom.is_named:
            # Whoever names a store takes the word of those who speak for it.
            one = Evidence(one.row, one.shown, one.reported, one.reported)
        elif not view.judge.is_fresh(one.row):
            return False
        return has(one, self.needed(one.row, rows, view), standings)

    def _is_here(self, document: Document, row: StoreRow) -> bool:
        had = self._theirs.get(row.store_id)
        if had is not None and row.reader and not self.whom.is_named:
            return True  # what of it is not here is not accepted
        return row.unavailable or (had is not None and document.knows_all(had))

    def _shortfall(
        self, rows: Rows, shown: Sequence[DocPeer], view: Viewpoint, document: Document
    ) -> Iterator[str]:
        wanted = {row.store_id for row in self.whom.to_give(rows, view.judge)}
        held = {row.store_id for row in self._holders(rows, view, document)}
        if held:
            yield have_it([row for row in shown if row.id in held])
        level = self.wish.level or self._policy.level
        yield from (lacks(row, level) for row in shown if row.id in wanted - held)
        if not self.whom.is_named:
            yield from view.judge.doubts
        if not self.whom.is_named and len(wanted) < self._copies:
            known = (
                "only one store that counts is"
                if len(wanted) == 1
                else f"only {len(wanted)} stores that count are"
            )
            yield f"{self._copies} copies are asked for, and {known} known"
