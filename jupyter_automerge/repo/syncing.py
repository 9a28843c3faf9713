"""Waiting for other stores: when it ends, and with what."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.errors import NoPeers, PeerGone, SyncDenied, SyncTimeout, WaitError
from jupyter_automerge.repo.ancestry import covers
from jupyter_automerge.repo.live import LiveDocument
from jupyter_automerge.repo.report import IN_MEMORY, STORED, UNREPORTED, SyncReport
from jupyter_automerge.repo.rows import DocPeer, best_level, peer_of
from jupyter_automerge.repo.targets import Target, matches
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.status import Level, Link

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


class SyncWait:
    """One wait: what was asked for at the call, and the answer as of each look. See DocHandle.synced."""

    def __init__(
        self,
        running: "Running",
        live: LiveDocument,
        heads: Heads,
        target: Target,
        level: Level | None,
        copies: int,
    ) -> None:
        """In any thread. Raises TypeError for a target that is none."""
        self._running = running
        self._live = live
        self._heads = heads
        self._targets = matches(target, running.directory)
        self._wanted = level
        self._copies = copies
        self._began = running.clock.now()
        self._seen: dict[int, str] = {}  # number of the target -> the name of who once answered to it
        self._note_who_is_there()

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
            report = self.report(())
            words = f"not synced after {seconds} s: {'; '.join(report.blockers)}"
            raise SyncTimeout(words, report) from None

    def look(self) -> SyncReport | None:
        """The report if it is done, None if it goes on. Raises why it cannot succeed."""
        self._running.check()
        document = self._live.require()
        holders = [row for row in self._candidates() if covers(document, self._evidence(row), self._heads)]
        if self._targets:
            done = all(any(match(row) for row in holders) for match in self._targets)
        else:
            done = len(holders) >= self._copies
        if done:
            return self.report(holders)
        self._fail_if_hopeless()
        return None

    def report(self, holders: Sequence[StoreRow]) -> SyncReport:
        level = self._level if holders else Level.NONE
        durability = UNREPORTED if not holders else STORED if level is Level.STORED else IN_MEMORY
        return SyncReport(
            heads=self._heads,
            level=level,
            copies=tuple(self._describe(row) for row in holders),
            rows=tuple(self._describe(row) for row in self._rows),
            durability=durability,
            elapsed=self._running.clock.now() - self._began,
            blockers=() if holders else tuple(self._blockers()),
        )

    @property
    def _rows(self) -> tuple[StoreRow, ...]:
        return self._live.rows

    @property
    def _level(self) -> Level:
        """What was asked for, or the best that anybody in reach can report."""
        if self._wanted is not None:
            return self._wanted
        reachable = [row for row in self._candidates() if row.link is Link.CONNECTED and not row.denied]
        return max((best_level(row) for row in reachable), default=Level.STORED)

    def _candidates(self) -> list[StoreRow]:
        if self._targets:
            return [row for row in self._rows if any(match(row) for match in self._targets)]
        others = [row for row in self._rows if not row.same_store and row.link is not Link.GONE]
        # The memory of a page counts only where there is nothing better.
        return [row for row in others if not row.ephemeral] or others

    def _evidence(self, row: StoreRow) -> Heads:
        return row.stored if self._level is Level.STORED else row.received | row.stored

    def _fail_if_hopeless(self) -> None:
        self._fail_if_gone()
        candidates = self._candidates()
        if candidates and all(row.denied for row in candidates):
            raise self._error(SyncDenied, "the share policy keeps the document from everybody waited for")
        if self._targets and (denied := [row for row in candidates if row.denied]):
            raise self._error(
                SyncDenied, f"the share policy keeps the document from {denied[0].name or denied[0].store_id}"
            )
        if not self._running.hopes:
            raise self._error(NoPeers, _nobody(self._running.directory.dialers))

    def _note_who_is_there(self) -> None:
        for number, match in enumerate(self._targets):
            for row in self._rows:
                if match(row) and row.link is not Link.GONE:
                    self._seen[number] = row.name or row.store_id

    def _fail_if_gone(self) -> None:
        self._note_who_is_there()
        for number, match in enumerate(self._targets):
            rows = [row for row in self._rows if match(row)]
            if number in self._seen and all(row.link is Link.GONE for row in rows):
                name = self._seen[number]
                raise self._error(PeerGone, f"{name} left; without a store it will not come back as the same")

    def _error(self, kind: type[WaitError], message: str) -> WaitError:
        return kind(message, self.report(()))

    def _blockers(self) -> list[str]:
        candidates = self._candidates()
        if not candidates:
            return [_nobody(self._running.directory.dialers)]
        return [_blocker(self._describe(row), self._level) for row in candidates]

    def _describe(self, row: StoreRow) -> DocPeer:
        return peer_of(row, self._live.require(), self._heads, self._running.clock.utc)


def _nobody(dialers: Sequence[object]) -> str:
    return "nobody is connected" + ("" if dialers else " and nothing is dialing: repo.connect(url) first")


def _blocker(row: DocPeer, level: Level) -> str:
    if row.missing_there == 0 and level > row.level:
        claim = "does not report what it stored" if not row.durable_acks else "has not stored it yet"
        return f"{row.label} {claim}"
    missing = "has told nothing yet" if row.missing_there is None else f"lacks {row.missing_there} changes"
    return f"{row.label} {missing} ({row.link.value})"
