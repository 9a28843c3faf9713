"""Our machine, others whose disks and cables we do not rule, and what would be left if ours were lost now."""

import asyncio
import random
from collections.abc import Coroutine
from contextlib import ExitStack
from itertools import combinations, pairwise
from typing import Any
from unittest.mock import patch

from hypothesis.stateful import RuleBasedStateMachine, initialize

from jupyter_automerge.errors import AutomergeError
from jupyter_automerge.repo import ExitReport
from jupyter_automerge.repo import repo as repo_module
from jupyter_automerge.repo.leaving import exit_report
from jupyter_automerge.repo.running import Running
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import Level, Trust
from tests.properties.casts import Cast, casts
from tests.properties.machines import Cable, Machine
from tests.properties.mortal_disk import MortalDisk
from tests.properties.virtual_loop import WALL_OFFSET, one_world

QUIET_SECONDS = 8.0
DOUBTED = (Trust.UNTRUSTED, Trust.DEAD)


class MortalMachines(RuleBasedStateMachine):
    """Each answer of `repo.safe_to_exit()` is held against what the others have at that instant."""

    @initialize(cast=casts())
    def begin(self, cast: Cast) -> None:
        seed, kinds, cables, self.policy = cast.seed, cast.kinds, cast.cables, cast.policy
        self._exits = ExitStack()
        self.loop = self._exits.enter_context(one_world(seed))
        self._exits.enter_context(patch.object(repo_module, "exit_report", self._watched))
        self.random = random.Random(seed)
        self.told: list[str] = [f"{self.policy}"]
        self.edits = self.answers = self.safe_answers = 0
        self.backups: dict[Machine, dict[Any, bytes]] = {}
        self.taken: dict[tuple[Machine, DocumentId], set[bytes]] = {}
        self.wiped: set[Machine] = set()
        self.documents: list[DocumentId] = []
        self.was_in_touch, self.alone_since = False, 0.0
        self.asks_often = seed % 2 == 0
        self.questions: list[asyncio.Task[object]] = []
        self.do(self._build(kinds, cables))

    async def _build(self, kinds: tuple[str, ...], cables: tuple[int, ...]) -> None:
        self.machines = [self._machine(number, kind) for number, kind in enumerate(("ours", *kinds))]
        self.ours, *self.others = self.machines
        for machine in self.machines:
            await machine.start()
        pairs = list(combinations(self.machines, 2))
        # Without a drawing they stand in a line: who is further away is heard of through others.
        chosen = [pairs[number % len(pairs)] for number in cables] or pairwise(self.machines)
        self.cables = [Cable(*ends) for ends in dict.fromkeys([pairs[0], *chosen]) if not _both_plain(*ends)]
        for cable in self.cables:
            cable.plug()
        self.look_who_is_there()
        self.told.append(f"{self.machines}, {self.cables}")
        for _ in range(2):
            self.create()
        await asyncio.sleep(QUIET_SECONDS)

    def _machine(self, number: int, kind: str) -> Machine:
        disk = None if kind == "ephemeral" else MortalDisk(f"store-{number}", self.wall)
        chance = random.Random(number).random
        return Machine(
            f"m{number}", disk, self.policy, chance, plain=kind == "plain", boasts=kind == "boasting"
        )

    def wall(self) -> float:
        return WALL_OFFSET + self.loop.time()

    def do(self, work: Coroutine[Any, Any, object]) -> None:
        self.loop.run_until_complete(work)

    def tell(self, line: str) -> None:
        self.told.append(f"{self.loop.time():9.3f} s  {line}")

    def story(self) -> str:
        return "\n".join(self.told)

    def create(self) -> None:
        handle = self.ours.repo.create({"n": len(self.documents)})
        self.documents.append(handle.document_id)
        self.tell(f"we make {handle.document_id[:6]}")

    # What would be left

    async def _watched(self, running: Running) -> ExitReport:
        report = await exit_report(running)
        if running is self.ours.running:
            self._answered(report)
        return report

    def _answered(self, report: ExitReport) -> None:
        self.answers += 1
        for document_id, changes in self.what_is_ours().items():
            if document_id in report.at_risk:
                continue
            self.safe_answers += 1
            copies = [machine for machine in self.others if self._keeps(machine, document_id, changes)]
            assert len(copies) >= self.policy.copies, self._lost(document_id, changes, copies)
            assert self._in_time(), self._lost(document_id, changes, copies)

    def what_is_ours(self) -> dict[DocumentId, frozenset[bytes]]:
        """All changes of each document that is open here, or on our disk."""
        running, disk = self.ours.running, self.ours.disk
        assert running is not None
        closed = {} if disk is None else {one: disk.history(one) for one in disk.documents()}
        return closed | {
            one: frozenset(change.hash for change in handle.history())
            for one, handle in running.documents.ready.items()
        }

    def _keeps(self, machine: Machine, document_id: DocumentId, changes: frozenset[bytes]) -> bool:
        """Whether the machine counts, and would have all of it if it crashed now: as the policy asks."""
        if not self._may_count(machine):
            return False
        if machine.disk is None or machine.plain or self.policy.level is Level.RECEIVED:
            # Its word is about its memory, and what became of that since is not promised.
            machine.note_what_is_held(document_id)
            return machine.held[document_id] >= changes
        kept = machine.disk.history(document_id) | self.taken.get((machine, document_id), set())
        return kept >= changes

    def _may_count(self, machine: Machine) -> bool:
        if machine.disk is None:
            return self.policy.count_ephemeral and self.policy.stores is None and machine.running is not None
        named = self.policy.stores is None or machine.store_id in self.policy.stores
        return named and self.trust_in(machine) not in DOUBTED

    def trust_in(self, machine: Machine) -> Trust:
        store = self.ours.repo.stores.get(machine.store_id)
        return Trust.NORMAL if store is None else store.trust

    def _in_time(self) -> bool:
        """Whether anybody has been connected since what was heard became too old."""
        age = self.policy.max_age
        return age is None or self.is_in_touch or self.loop.time() - self.alone_since <= age

    def look_who_is_there(self) -> None:
        """Since when nobody has been connected to us."""
        if self.was_in_touch and not self.is_in_touch:
            self.alone_since = self.loop.time()
        self.was_in_touch = self.is_in_touch

    @property
    def is_in_touch(self) -> bool:
        return any(cable.connects for cable in self.cables if cable.one is self.ours)

    def _lost(self, document_id: DocumentId, changes: frozenset[bytes], copies: list[Machine]) -> str:
        handle = self.ours.handle(document_id)
        rows = "not open" if handle is None else f"{handle.sync!r} {handle.peers!r}"
        return (
            f"{document_id[:6]} is called safe, and {len(changes)} changes of it are kept by {copies} alone: {rows}"
            f"\n{self.story()}"
        )

    def note_what_is_taken(self, machine: Machine) -> None:
        """Somebody empties its store, or puts a backup back: nobody can know of that until it speaks again."""
        assert machine.disk is not None
        for document_id in machine.disk.documents():
            gone = self.taken.setdefault((machine, document_id), set())
            gone.update(machine.disk.history(document_id))

    def note_who_has_spoken(self) -> None:
        """Of whoever is connected and well for a while it is known again what he has, of what we have open."""
        for cable in self.cables:
            other = cable.other
            if cable.one is not self.ours or not cable.connects or cable.is_held or other.disk is None:
                continue
            for document_id in self.documents:
                if other.disk.is_well and (other in self.wiped or self.ours.handle(document_id)):
                    self.taken.pop((other, document_id), None)

    async def ask(self) -> ExitReport | None:
        try:
            report = await self.ours.repo.safe_to_exit()
        except AutomergeError as error:
            self.tell(f"no answer: {error}")
            return None
        self.tell(f"we are told: {report}")
        return report

    def teardown(self) -> None:
        if hasattr(self, "_exits"):
            self._exits.close()


def _both_plain(one: Machine, other: Machine) -> bool:
    return one.plain and other.plain
