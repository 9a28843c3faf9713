"""How users and machines do what is drawn for them, and how everything becomes well again."""

import asyncio

from jupyter_automerge.errors import AutomergeError
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import Trust
from tests.properties.machines import Cable, Machine
from tests.properties.mortal_machines import QUIET_SECONDS, MortalMachines


class MortalDeeds(MortalMachines):
    """Each is told in the story, and lets the loop go on for some turns."""

    def other(self, number: int) -> Machine:
        return self.others[number % len(self.others)]

    def cable(self, number: int) -> Cable:
        return self.cables[number % len(self.cables)]

    def document(self, number: int) -> DocumentId:
        return self.documents[number % len(self.documents)]

    def _reads(self) -> bool:
        return self.ours.disk is None or self.ours.disk.reading.is_set()

    async def _edit(self, machine: Machine, document_id: DocumentId, moments: int) -> None:
        handle = machine.handle(document_id)
        if handle is not None:
            self.edits += 1
            self.tell(f"{machine.name} edits {document_id[:6]}")
            try:
                with handle.change() as root:
                    root[machine.name] = self.edits
            except AutomergeError as error:
                self.tell(f"in vain: {error}")
        await turns(moments)

    async def _unload(self, machine: Machine, document_id: DocumentId, moments: int) -> None:
        if machine.running:
            self.tell(f"{machine.name} unloads {document_id[:6]}")
            machine.note_what_is_held(document_id)
            machine.repo.unload(document_id)
        await turns(max(moments, 3))  # the wish is on its way

    async def _open(self, document_id: DocumentId, moments: int) -> None:
        self.tell(f"we open {document_id[:6]}")
        self.ours.repo.search(document_id)
        await turns(moments)

    async def _trust(self, who: Machine, whom: Machine, trust: Trust) -> None:
        # Who trusts somebody that boasts has himself to blame.
        if not who.running or whom is who or (whom.boasts and trust is Trust.TRUSTED) or whom.disk is None:
            return
        if who.repo.stores.get(whom.store_id) is not None:
            self.tell(f"{who.name} calls {whom.name} {trust.value}")
            await who.repo.stores.trust(whom.store_id, trust)

    async def _crash(self, machine: Machine, keeps: int, tears: bool, back: bool) -> None:
        if machine.running:
            self.tell(f"{machine.name} crashes, {keeps} writes are kept{', one is torn' if tears else ''}")
            self.drop_cables(machine)
            machine.note_what_is_held(*self.documents)
            await machine.crash(keeps, tears=tears)
        if back and not machine.running:
            await self._start(machine)
        await turns(3)

    async def _put_back(self, machine: Machine, *, empty: bool) -> None:
        disk = machine.disk
        if disk is None:
            return
        self.note_what_is_taken(machine)
        await self._crash(machine, 0, False, back=False)
        is_emptied = empty or machine not in self.backups
        self.tell(f"the store of {machine.name} is {'emptied' if is_emptied else 'put back to a backup'}")
        if is_emptied:
            disk.wipe()
            self.wiped.add(machine)
        else:
            disk.roll_back(self.backups[machine])
            self.wiped.discard(machine)
        await self._start(machine)
        await turns(3)

    async def _start(self, machine: Machine) -> None:
        await machine.start()
        for cable in self.cables:
            if cable.plugged and machine in (cable.one, cable.other):
                cable.drop()
                cable.plug()
        self.look_who_is_there()

    def drop_cables(self, machine: Machine) -> None:
        for cable in self.cables:
            if machine in (cable.one, cable.other):
                cable.drop()
        self.look_who_is_there()

    def _hold(self, machine: Machine) -> None:
        if machine.disk is not None:
            self.tell(f"the disk of {machine.name} hangs")
            machine.disk.hold()

    def _let_go(self, machine: Machine) -> None:
        async def let_go() -> None:
            assert machine.disk is not None
            machine.disk.release()
            await turns(3)

        if machine.disk is not None:
            self.tell(f"the disk of {machine.name} goes on")
            self.do(let_go())

    async def _recover(self, *documents: DocumentId) -> None:
        """All machines run, all disks work, all cables are plugged in, and these documents are open."""
        self.tell("everything recovers")
        for machine in self.machines:
            if machine.disk is not None:
                machine.disk.release()
            if not machine.running:
                await self._start(machine)
        for cable in self.cables:
            cable.release()
            cable.plug()
        self.look_who_is_there()
        for document_id in documents:
            await self._open(document_id, 3)
        await asyncio.sleep(QUIET_SECONDS)
        self.note_who_has_spoken()

    async def _all_is_well_again(self) -> None:
        """Then it is safe to leave, as far as others are there who count."""
        self.tell("all is well again, and everybody connects anew")
        for cable in self.cables:
            cable.drop()
        await self._recover(*self.documents)
        await asyncio.sleep(60.0)
        for _ in range(2):
            report = await self.ask()
            assert report is not None
            # Of what was torn before it was ever saved nothing can become safe.
            at_risk = [
                one for one, changes in self.what_is_ours().items() if changes and one in report.at_risk
            ]
            assert not at_risk or not self.are_enough(), f"it never becomes safe\n{self.story()}"
            for document_id in self.documents:
                await self._unload(self.ours, document_id, 3)
            await asyncio.sleep(QUIET_SECONDS)
        for machine in self.machines:
            await machine.stop()

    def are_enough(self) -> bool:
        """Whether as many as the policy asks for are there, and can say what they store."""
        able = [one for one in self.others if one.disk is not None and not one.plain and self._may_count(one)]
        near = [
            one for cable in self.cables if cable.one is self.ours for one in [cable.other] if one in able
        ]
        return len(near) >= self.policy.copies


async def turns(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)
