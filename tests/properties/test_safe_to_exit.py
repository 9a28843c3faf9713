"""Whenever `repo.safe_to_exit()` says so, our machine may be lost, and the others may crash, that very instant."""

import asyncio

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from jupyter_automerge.values.status import Trust
from tests.properties.mortal_deeds import MortalDeeds, turns
from tests.properties.mortal_machines import QUIET_SECONDS

NUMBER = st.integers(0, 5)
MOMENTS = st.sampled_from([0, 0, 3, 20])
"""For how many turns of the loop things go on after a step, so that the next comes in the middle."""


class SafeToExit(MortalDeeds):
    """What users do, and what happens to machines and cables, in any order."""

    # What users do

    @rule(which=NUMBER, moments=MOMENTS)
    def edit(self, which: int, moments: int) -> None:
        self.do(self._edit(self.ours, self.document(which), moments))

    @rule(who=NUMBER, which=NUMBER, moments=MOMENTS)
    def others_edit(self, who: int, which: int, moments: int) -> None:
        self.do(self._edit(self.other(who), self.document(which), moments))

    @precondition(lambda self: len(self.documents) < 3)
    @rule()
    def make_another(self) -> None:
        async def make() -> None:
            self.create()
            await turns(3)

        self.do(make())

    @rule(which=NUMBER, moments=MOMENTS)
    def unload(self, which: int, moments: int) -> None:
        self.do(self._unload(self.ours, self.document(which), moments))

    @rule(who=NUMBER, which=NUMBER)
    def others_unload(self, who: int, which: int) -> None:
        self.do(self._unload(self.other(who), self.document(which), 3))

    @rule(who=NUMBER, which=NUMBER, dies=st.booleans())
    def edit_while_a_disk_hangs(self, who: int, which: int, dies: bool) -> None:
        """Somebody, near or far, receives what he does not store."""

        async def edit() -> None:
            await self._recover(self.document(which))
            self._hold(self.other(who))
            await self._edit(self.ours, self.document(which), 0)
            await asyncio.sleep(0.5)
            if dies:
                await self._crash(self.other(who), 0, False, back=False)
            await self.ask()

        self.do(edit())

    @rule(who=NUMBER, which=NUMBER)
    def put_away_and_empty_a_store(self, who: int, which: int) -> None:
        """Nobody speaks of the document when somebody who had it comes back with nothing."""

        async def put_away() -> None:
            await self._recover(self.document(which))
            await self._unload(self.ours, self.document(which), 3)
            await self._put_back(self.other(who), empty=True)
            await asyncio.sleep(QUIET_SECONDS)
            self.note_who_has_spoken()
            await self.ask()

        self.do(put_away())

    @rule(which=NUMBER, moments=MOMENTS)
    def open(self, which: int, moments: int) -> None:
        self.do(self._open(self.document(which), moments))

    @rule(who=NUMBER, trust=st.sampled_from([Trust.TRUSTED, Trust.TRUSTED, Trust.NORMAL, Trust.UNTRUSTED]))
    def trust(self, who: int, trust: Trust) -> None:
        self.do(self._trust(self.ours, self.other(who), trust))

    @rule(who=NUMBER, whom=NUMBER)
    def others_trust(self, who: int, whom: int) -> None:
        self.do(self._trust(self.other(who), self.other(whom), Trust.TRUSTED))

    @rule(who=NUMBER)
    def forget(self, who: int) -> None:
        async def forget() -> None:
            other, stores = self.other(who), self.ours.repo.stores
            known = stores.get(other.store_id) if other.running or other.disk else None
            if known is not None:
                self.tell(f"we forget {other.name}")
                await stores.forget(known)

        self.do(forget())

    # What happens

    @rule(which=NUMBER)
    def pull(self, which: int) -> None:
        async def pull() -> None:
            cable = self.cable(which)
            self.tell(f"{cable} is pulled")
            cable.pull()
            self.look_who_is_there()
            await turns(3)

        self.do(pull())

    @rule(seconds=st.sampled_from([0.1, 100.0]))
    def go_away(self, seconds: float) -> None:
        """The laptop is carried off in the middle of it all, or after a quiet hour, and nobody is there."""

        async def go_away() -> None:
            if seconds > QUIET_SECONDS:
                await self._recover(*self.documents)
            self.tell(f"we are offline for {seconds} s")
            for cable in self.cables:
                if cable.one is self.ours:
                    cable.pull()
            self.look_who_is_there()
            await asyncio.sleep(seconds)
            if self._reads():
                await self.ask()

        self.do(go_away())

    @rule(which=NUMBER, moments=MOMENTS)
    def plug(self, which: int, moments: int) -> None:
        async def plug() -> None:
            cable = self.cable(which)
            self.tell(f"{cable} is plugged in")
            cable.plug()
            self.look_who_is_there()
            await turns(moments or 3)

        self.do(plug())

    @rule(which=NUMBER, holds=st.booleans())
    def clog(self, which: int, holds: bool) -> None:
        async def clog() -> None:
            cable = self.cable(which)
            self.tell(f"{cable} is {'held up' if holds else 'free'}")
            cable.hold() if holds else cable.release()
            await turns(3)

        self.do(clog())

    @rule(who=NUMBER, keeps=st.integers(0, 2), tears=st.booleans(), back=st.booleans())
    def crash(self, who: int, keeps: int, tears: bool, back: bool) -> None:
        self.do(self._crash(self.other(who), keeps, tears, back))

    @rule(keeps=st.integers(0, 2), tears=st.booleans())
    def we_crash(self, keeps: int, tears: bool) -> None:
        self.do(self._crash(self.ours, keeps, tears, back=True))

    @rule()
    def we_restart(self) -> None:
        async def restart() -> None:
            self.tell("we stop in order, and start again")
            await self.ours.stop()
            self.drop_cables(self.ours)
            await self._start(self.ours)

        self.do(restart())

    @rule(who=NUMBER, moments=MOMENTS)
    def start(self, who: int, moments: int) -> None:
        async def start() -> None:
            dead = [machine for machine in self.others if not machine.running]
            if dead:
                self.tell(f"{dead[who % len(dead)].name} starts")
                await self._start(dead[who % len(dead)])
                await turns(moments)

        self.do(start())

    @rule(who=NUMBER, empty=st.booleans())
    def put_back(self, who: int, empty: bool) -> None:
        """A store is emptied, or put back to where it was; its machine starts over."""

        self.do(self._put_back(self.other(who), empty=empty))

    @rule(who=NUMBER)
    def back_up(self, who: int) -> None:
        other = self.other(who)
        if other.disk is not None:
            self.backups[other] = dict(other.disk.entries)

    @rule(who=NUMBER)
    def disk_hangs(self, who: int) -> None:
        self._hold(self.other(who))

    @rule()
    def our_disk_hangs(self) -> None:
        self._hold(self.ours)

    @rule(who=NUMBER)
    def disk_fails(self, who: int) -> None:
        machine = self.machines[who % len(self.machines)]
        if machine.disk is not None:
            self.tell(f"the disk of {machine.name} fails")
            machine.disk.failing = "no space left"

    @rule(who=NUMBER)
    def disk_goes_on(self, who: int) -> None:
        self._let_go(self.machines[who % len(self.machines)])

    @rule(seconds=st.sampled_from([0.001, 0.004, 0.1, 1.1, 8.0, 100.0]))
    def wait(self, seconds: float) -> None:
        self.tell(f"{seconds} s pass")
        self.do(asyncio.sleep(seconds))
        if seconds >= QUIET_SECONDS:
            self.note_who_has_spoken()

    # The question

    @rule()
    def is_it_safe(self) -> None:
        self.is_it_safe_now()

    def is_it_safe_now(self) -> None:
        async def ask() -> None:
            if self._reads():
                await self.ask()

        self.do(ask())

    @invariant()
    def it_is_asked_all_the_time(self) -> None:
        if self.asks_often:
            self.is_it_safe_now()

    @rule(which=NUMBER, seconds=st.sampled_from([0.001, 1.1, 8.0]))
    def put_away(self, which: int, seconds: float) -> None:
        """Work ends here for a while: the document is given time to reach others, and unloaded."""

        async def put_away() -> None:
            self.tell(f"after {seconds} s:")
            await asyncio.sleep(seconds)
            await self._unload(self.ours, self.document(which), 3)

        self.do(put_away())

    @rule()
    def is_it_safe_they_wonder_while_our_disk_reads_slowly(self) -> None:
        """The answer comes once somebody lets the disk go on, and is about that moment."""

        async def ask() -> None:
            assert self.ours.disk is not None
            self.tell("may we leave? The disk reads slowly")
            self.ours.disk.reading.clear()
            self.questions.append(asyncio.ensure_future(self.ask()))
            await turns(3)

        self.do(ask())

    def teardown(self) -> None:
        try:
            if hasattr(self, "cables"):
                self.do(self._all_is_well_again())
        finally:
            super().teardown()


SafeToExit.TestCase.settings = settings(
    max_examples=90,
    stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)
TestSafeToExit = SafeToExit.TestCase
