"""Waiting for other stores: when it ends, and with what."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_automerge.document import Document, Standing
from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.errors import NoPeers, PeerGone, SyncDenied, SyncTimeout, WaitError
from jupyter_automerge.repo.comparing import Evidence, Viewpoint, has, standings_of
from jupyter_automerge.repo.live import LiveDocument
from jupyter_automerge.repo.looking import copy_here, viewpoint
from jupyter_automerge.repo.phrases import have_it, lacks, owes
from jupyter_automerge.repo.report import IN_MEMORY, STORED, UNREPORTED, SyncReport
from jupyter_automerge.repo.rows import DocPeer
from jupyter_automerge.repo.safety import IN_REACH
from jupyter_automerge.repo.targets import Target
from jupyter_automerge.repo.whom import Way, Whom
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.status import Level

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


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
        if self.direction not in ("out", "in", "both"):
            raise ValueError(f'{self.direction!r} is no direction: "out", "in" or "both"')
        if self.copies is not None and self.copies < 1:
            raise ValueError(f"{self.copies} copies are there already: wait for at least one")
        if self.level is not None and self.level not in (Level.RECEIVED, Level.STORED):
            raise ValueError(f"{self.level!r} is never reported: wait for Level.RECEIVED or Level.STORED")


class SyncWait:
    """One wait: what was asked for at the call, and the answer as of each look."""

    def __init__(self, running: "Running", live: LiveDocument, heads: Heads, wish: Wish) -> None:
        """In any thread. Raises TypeError for a target that is none."""
        self._running = running
        self._live = live
        self._wish = wish
        self._heads = heads if wish.heads is None else wish.heads
        self._whom = Whom(wish.target, running.stores)
        self._copies = wish.copies or running.safety.copies
        self._theirs: dict[str, Heads] = {}  # what each store had when it was first seen
        self._began = running.clock.now()
        self._note(self._viewpoint())

    async def run(self, seconds: float | None) -> SyncReport:
        """On the Repo's loop. Ends with the report or raises."""
        try:
            async with asyncio.timeout(seconds):
                with self._running.watching.of(self._live.document_id) as moved:
                    await self._running.driver.settled()
                    while (report := self.look()) is None:
                        moved.clear()
                        await moved.wait()
                    return report
        except TimeoutError:
            report = self.report()
            words = f"not synced after {seconds} s: {'; '.join(report.blockers)}"
            raise SyncTimeout(words, report) from None

    def look(self) -> SyncReport | None:
        """The report if it is done, None if it goes on. Raises why it cannot succeed."""
        self._running.check()
        view = self._viewpoint()
        self._note(view)
        given = self._given(view) if self._gives else []
        taken = self._taken() if self._takes else []
        if given is None or taken is None:
            self._fail_if_hopeless(view)
            return None
        if not self._gives:
            return self.report(taken, self._own_level())
        return self.report(given, min((self._needed(view, row) for row in given), default=Level.NONE))

    def report(self, done: Sequence[StoreRow] | None = None, level: Level = Level.NONE) -> SyncReport:
        """As of now; `done` are the stores that made it a success, None while it is none."""
        view = self._viewpoint()
        rows = {row.id: row for row in view.peers(self._rows, self._live.require(), self._heads)}
        return SyncReport(
            heads=self._heads,
            level=level,
            copies=tuple(rows[row.store_id] for row in done or () if row.store_id in rows),
            rows=tuple(rows.values()),
            durability={Level.STORED: STORED, Level.RECEIVED: IN_MEMORY}.get(level, UNREPORTED),
            elapsed=self._running.clock.now() - self._began,
            blockers=tuple(self._blockers(view)) if done is None else (),
        )

    @property
    def _gives(self) -> bool:
        return self._wish.direction != "in"

    @property
    def _takes(self) -> bool:
        return self._wish.direction != "out"

    @property
    def _rows(self) -> tuple[StoreRow, ...]:
        return self._live.rows

    def _viewpoint(self) -> Viewpoint:
        return viewpoint(self._running, self._live)

    def _note(self, view: Viewpoint) -> None:
        self._whom.note(self._rows, view.judge)
        for row in self._whom.to_take(self._rows):
            if row.known and row.link in IN_REACH:
                self._theirs.setdefault(row.store_id, row.received | row.relayed | row.stored)

    def _given(self, view: Viewpoint) -> list[StoreRow] | None:
        """Those that have ours, if they are all that were named, or enough."""
        holders = self._holders(view)
        return holders if self._whom.satisfied(holders, self._copies) else None

    def _holders(self, view: Viewpoint) -> list[StoreRow]:
        candidates = view.evidence(self._whom.to_give(self._rows, view.judge))
        standings = standings_of(self._live.require(), self._heads, candidates)
        return [one.row for one in candidates if self._holds(view, one, standings)]

    def _holds(self, view: Viewpoint, one: Evidence, standings: Mapping[Heads, Standing]) -> bool:
        if one.row.denied:
            return False
        if self._whom.is_named:
            # Whoever names a store takes the word of those who speak for it.
            one = Evidence(one.row, one.reported, one.reported)
        elif not view.judge.is_fresh(one.row):
            return False
        return has(one, self._needed(view, one.row), standings)

    def _taken(self) -> list[StoreRow] | None:
        """Those of whom all is here that they had, if they are all that were named, or all in reach."""
        document, suppliers = self._live.require(), self._whom.to_take(self._rows)
        if self._wish.heads is not None:
            return suppliers if document.knows_all(self._wish.heads) else None
        done = [row for row in suppliers if self._is_here(document, row)]
        if not self._whom.is_named and len(done) < len(suppliers):
            return None
        return done if self._whom.satisfied(done, copies=1) else None

    def _is_here(self, document: Document, row: StoreRow) -> bool:
        had = self._theirs.get(row.store_id)
        return row.unavailable or (had is not None and document.knows_all(had))

    def _own_level(self) -> Level:
        document = self._live.require()
        return copy_here(self._running, self._live, document, document.heads).level

    def _needed(self, view: Viewpoint, row: StoreRow) -> Level:
        """The level asked for, or the best that can be had: of this one, if it was named."""
        if self._wish.level is not None:
            return self._wish.level
        strict = not self._whom.is_named and view.judge.needs_storing(self._rows)
        return view.judge.needed(row, strict=strict)

    def _fail_if_hopeless(self, view: Viewpoint) -> None:
        if (left := self._whom.gone(self._rows)) is not None:
            name = left.petname or left.name or left.store_id
            raise self._error(PeerGone, f"{name} left; without a store it will not come back as the same")
        candidates = self._candidates(view)
        if (denied := self._whom.denied(self._rows, candidates)) is not None:
            name = denied.petname or denied.name or denied.store_id
            raise self._error(SyncDenied, f"the share policy keeps the document from {name}")
        if not self._running.hopes and not self._whom.may_come_back:
            raise self._error(NoPeers, _nobody(self._running.directory.dialers))

    def _candidates(self, view: Viewpoint) -> list[StoreRow]:
        if not self._gives:
            return self._whom.to_take(self._rows)
        return self._whom.to_give(self._rows, view.judge)

    def _error(self, kind: type[WaitError], message: str) -> WaitError:
        return kind(message, self.report())

    def _blockers(self, view: Viewpoint) -> list[str]:
        said = [f"this store fails: {self._live.trouble}"] if self._live.trouble else []
        wanted = {row.store_id for row in self._candidates(view)}
        rows = view.peers(self._rows, self._live.require(), self._heads)
        if not wanted:
            return [*said, _nobody(self._running.directory.dialers)]
        if self._gives:
            said += self._shortfall(view, [row for row in rows if row.id in wanted])
        if self._takes:
            said += self._debts(rows)
        return said

    def _shortfall(self, view: Viewpoint, rows: Sequence[DocPeer]) -> Iterator[str]:
        level = self._wish.level or self._running.safety.level
        held = {row.store_id for row in self._holders(view)}
        if held:
            yield have_it([row for row in rows if row.id in held])
        yield from (lacks(row, level) for row in rows if row.id not in held)
        if not self._whom.is_named and len(rows) < self._copies:
            yield f"{self._copies} copies are asked for, and {_only(len(rows))} known"

    def _debts(self, rows: Sequence[DocPeer]) -> Iterator[str]:
        document = self._live.require()
        owing = {row.store_id for row in self._whom.to_take(self._rows) if not self._is_here(document, row)}
        return (owes(row) for row in rows if row.id in owing)


def _nobody(dialers: Sequence[object]) -> str:
    return "nobody is connected" + ("" if dialers else " and nothing is dialing: repo.connect(url) first")


def _only(stores: int) -> str:
    return "only one store that counts is" if stores == 1 else f"only {stores} stores that count are"
