"""Waiting for other stores: when it ends, and with what."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.errors import (
    NoPeers,
    PeerGone,
    SaveTimeout,
    StorageError,
    SyncDenied,
    SyncTimeout,
    WaitError,
)
from jupyter_automerge.repo.goal import Goal, Wish
from jupyter_automerge.repo.live import LiveDocument
from jupyter_automerge.repo.looking import copy_here, viewpoint
from jupyter_automerge.repo.report import IN_MEMORY, STORED, UNREPORTED, SyncReport
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.status import DialerState, Level

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running

_DURABILITY = {Level.STORED: STORED, Level.RECEIVED: IN_MEMORY, Level.NONE: UNREPORTED}


class SyncWait:
    """One wait: what was asked for at the call, and the answer as of each look."""

    def __init__(self, running: "Running", live: LiveDocument, heads: Heads, wish: Wish) -> None:
        """In any thread. Raises TypeError or InvalidId for a target that is none, or could be several."""
        self._running = running
        self._live = live
        self._goal = Goal(wish, heads, running.safety, running.stores)
        self._began = running.clock.now()
        self._goal.note(live.rows, viewpoint(running, live))

    async def run(self, seconds: float | None) -> SyncReport:
        """On the Repo's loop. Ends with the report or raises."""
        if self._goal.whom.is_nobody:
            self._fail(
                NoPeers, "an empty list names nobody to wait for; without with_ the safety policy says whom"
            )
        # Who has it has it: for that no time is needed.
        if (report := self._success()) is not None:
            return report
        try:
            async with asyncio.timeout(seconds):
                with self._running.watching.of(self._live.document_id) as moved:
                    await self._running.driver.settled()
                    while (report := self._success()) is None:
                        self._fail_if_hopeless()
                        moved.clear()
                        await moved.wait()
                    return report
        except TimeoutError:
            words = f"not synced after {seconds} s: {'; '.join(self._blockers())}"
            self._fail(SyncTimeout, words)

    def _success(self) -> SyncReport | None:
        """The report if the goal is reached."""
        self._running.check()
        goal, rows, document = self._goal, self._live.rows, self._live.require()
        view = viewpoint(self._running, self._live)
        goal.note(rows, view)
        given = goal.given(rows, view, document) if goal.wish.gives else []
        taken = goal.taken(rows, document) if goal.wish.takes else []
        if given is None or taken is None:
            return None
        if not goal.wish.gives:
            # How well it is kept that was taken is this Repo's own affair.
            return self._report(taken, copy_here(self._running, self._live, document, document.heads).level)
        return self._report(given, min((goal.needed(row, rows, view) for row in given), default=Level.NONE))

    def _report(self, done: Sequence[StoreRow] | None = None, level: Level = Level.NONE) -> SyncReport:
        """As of now; `done` are the stores that made it a success, None while it is none."""
        rows, document = self._live.rows, self._live.require()
        view = viewpoint(self._running, self._live)
        shown = view.peers(rows, document, self._goal.heads)
        holders = {row.store_id for row in done or ()}
        return SyncReport(
            heads=self._goal.heads,
            level=level,
            copies=tuple(row for row in shown if row.id in holders),
            rows=shown,
            durability=_DURABILITY[level],
            elapsed=self._running.clock.now() - self._began,
            blockers=(*self._own_trouble(), *self._blockers()) if done is None else (),
        )

    def _own_trouble(self) -> list[str]:
        return [f"this store fails: {self._live.trouble}"] if self._live.trouble else []

    def _blockers(self) -> list[str]:
        """What others lack, or that nobody is there."""
        rows, document, goal = self._live.rows, self._live.require(), self._goal
        view = viewpoint(self._running, self._live)
        if not goal.candidates(rows, view):
            return [self._not_met()]
        return list(goal.wanting(rows, view.peers(rows, document, goal.heads), view, document))

    def _fail_if_hopeless(self) -> None:
        rows, whom = self._live.rows, self._goal.whom
        if (left := whom.gone(rows)) is not None:
            self._fail(PeerGone, f"{_name(left)} left; without a store it will not come back as the same")
        if (lost := whom.lost(rows)) is not None:
            self._fail(PeerGone, f"{_name(lost)} is lost for good, by what repo.stores was told of it")
        candidates = self._goal.candidates(rows, viewpoint(self._running, self._live))
        if (denied := whom.denied(rows, candidates)) is not None:
            self._fail(SyncDenied, f"the share policy keeps the document from {_name(denied)}")
        if self._nobody_else_may_come and (refusing := self._refusing()) is not None:
            self._fail(SyncDenied, f"{_name(refusing)} takes no changes from us: read-only")
        if (reader := whom.unaccepted(rows, self._goal.owing(rows, self._live.require()))) is not None:
            self._fail(SyncDenied, f"what {_name(reader)} changed is not accepted: it may only read here")
        if not self._running.hopes and not whom.may_come_back:
            self._fail(NoPeers, self._nobody())
        wish = self._goal.wish
        if wish.gives and wish.level is Level.STORED and self._is_never_reported(candidates):
            names = ", ".join(map(_name, candidates))
            self._fail(
                NoPeers,
                f"no store here ever says what it stored ({names}): level RECEIVED is the most to wait for",
            )

    def _refusing(self) -> StoreRow | None:
        """Somebody who is to have our changes and takes none."""
        rows, goal = self._live.rows, self._goal
        if not any(row.read_only for row in rows):
            return None
        lacking = goal.lacking(rows, viewpoint(self._running, self._live), self._live.require())
        return goal.whom.refuses(rows, lacking)

    def _is_never_reported(self, candidates: Sequence[StoreRow]) -> bool:
        """Whether everybody has spoken, is of those who never say what they stored, and nobody else may come."""
        if not self._nobody_else_may_come:
            return False
        if not candidates or any(row.durable_acks or not row.known for row in candidates):
            return False
        # A memory alone would tell of stores behind it.
        return not any(one.metadata.durable_acks for one in self._running.directory.connections)

    @property
    def _nobody_else_may_come(self) -> bool:
        directory = self._running.directory
        trying = any(one.is_trying and one.state is not DialerState.CONNECTED for one in directory.dialers)
        return not (trying or directory.is_reachable or self._running.is_introducing)

    def _fail(self, kind: type[WaitError], message: str) -> NoReturn:
        """End the wait. Where the own store fails too, that is the worse news, and the one to act on (E19)."""
        report = self._report()
        error = kind(message, report)
        if not self._live.trouble:
            raise error from None
        storing = SaveTimeout if kind is SyncTimeout else StorageError
        both = "; ".join((*self._own_trouble(), message))
        raise storing(both, self._live.document_id, report) from error

    def _not_met(self) -> str:
        """Why there is no row to wait for."""
        there = ", ".join(sorted({peer.name or str(peer.peer_id) for peer in self._running.directory.peers}))
        if not there:
            return self._nobody()
        whom = self._goal.whom
        doubts = whom.doubts() if whom.is_named else viewpoint(self._running, self._live).judge.doubts
        met = "nobody who was named" if whom.is_named else "no store that counts"
        return "; ".join((*doubts, f"{met} has been met here; connected: {there}"))

    def _nobody(self) -> str:
        remedy = "" if self._running.directory.dialers else " and nothing is dialing: repo.connect(url) first"
        return f"nobody is connected{remedy}"


def _name(row: StoreRow) -> str:
    return row.petname or row.name or row.store_id
