"""Whatever happens to a network of Repos: healed, all converge, fall silent, and what was saved is there."""

from contextlib import suppress

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from jupyter_automerge.engine.events import PolicyChanged, Stop, TrustStore, Unload
from jupyter_automerge.errors import DocumentGone
from jupyter_automerge.testing.bad_chunks import spoil
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.values.status import Trust
from tests.properties.drawn_network import ready
from tests.properties.healed_network import HealedNetwork

WHO = st.integers(0, 7)
WHICH = st.integers(0, 1)


class Networks(HealedNetwork):
    """What users do, and what the world does to them, in any order."""

    # What users do

    @rule(who=WHO, which=WHICH, key=st.sampled_from("abc"))
    def edit(self, who: int, which: int, key: str) -> None:
        self.write(self.pick(who, self.documents[which]), self.documents[which], key)

    @rule(who=WHO, which=WHICH, seconds=st.sampled_from([0.01, 2.0]))
    def edit_slowly(self, who: int, which: int, seconds: float) -> None:
        document = self.documents[which]
        repo = self.pick(who, document)
        if ready(repo, document):
            self.edits += 1
            with suppress(DocumentGone), repo.changing(document) as root:
                root["slow"] = self.edits
                self.sim.run(seconds)

    @rule(who=WHO, which=WHICH)
    def unload(self, who: int, which: int) -> None:
        self.pick(who).feed(Unload(self.documents[which]))

    @rule(who=WHO, which=WHICH)
    def delete(self, who: int, which: int) -> None:
        repo = self.pick(who)
        if repo.running and not self.siblings(repo):
            self.deleted.add((repo.store, self.documents[which]))
            repo.remove(self.documents[which], force=True)

    @rule(who=WHO, announce=st.booleans(), access=st.booleans())
    def change_policy(self, who: int, announce: bool, access: bool) -> None:
        repo = self.pick(who)
        repo.policy.otherwise = (announce, access)
        repo.policy.delay = self.thinking
        repo.feed(PolicyChanged())

    @rule(who=WHO)
    def stop_and_start(self, who: int) -> None:
        repo = self.pick(who)
        repo.feed(Stop())
        self.sim.run(1.0)
        repo.restart()
        self.look(repo)

    @rule(who=WHO)
    def back_up(self, who: int) -> None:
        repo = self.pick(who)
        self.backups[repo] = repo.disk.copy()

    @rule(who=WHO)
    def roll_back(self, who: int) -> None:
        """The machine dies, and its store is put back to where it was once, or emptied."""
        repo = self.pick(who)
        if repo.stores and not self.siblings(repo):
            repo.crash()
            self.note_what_is_taken(repo)
            repo.disk.roll_back(self.backups.get(repo, {}))
            repo.restart()
            self.look(repo)

    @rule(
        who=WHO,
        whom=WHO,
        trust=st.sampled_from([Trust.TRUSTED, Trust.TRUSTED, Trust.NORMAL, Trust.UNTRUSTED]),
    )
    def trust(self, who: int, whom: int, trust: Trust) -> None:
        self.pick(who).feed(TrustStore(self.pick(whom).store, trust))

    @rule(who=WHO)
    def find(self, who: int) -> None:
        self.look(self.pick(who))

    # What the world does

    @rule(which=WHO)
    def cut(self, which: int) -> None:
        self.sim.cut(self.cable(which))

    @rule(which=WHO)
    def heal(self, which: int) -> None:
        self.sim.heal(self.cable(which))

    @rule(which=WHO, latency=st.sampled_from([0.0005, 0.005, 0.3]))
    def delay(self, which: int, latency: float) -> None:
        self.cable(which).latency = latency

    @rule(which=WHO)
    def clog(self, which: int) -> None:
        self.cable(which).clogged = True

    @rule(which=WHO)
    def unclog(self, which: int) -> None:
        self.cable(which).unclog()

    @rule(who=WHO, which=WHICH, seconds=st.sampled_from([0.004, 0.1]), hangs=st.booleans())
    def edit_and_die(self, who: int, which: int, seconds: float, hangs: bool) -> None:
        repo = self.pick(who, self.documents[which])
        repo.disk.paused = repo.disk.paused or hangs
        self.write(repo, self.documents[which], "last words")
        self.sim.run(seconds)
        self.kill(repo, keeps=0, tears=False)

    @rule(who=WHO, keeps=st.integers(0, 3), tears=st.booleans())
    def crash(self, who: int, keeps: int, tears: bool) -> None:
        self.kill(self.pick(who), keeps, tears)

    @rule(who=WHO, keeps=st.integers(0, 3), tears=st.booleans(), hangs=st.booleans())
    def restart(self, who: int, keeps: int, tears: bool, hangs: bool) -> None:
        """If its disk hangs, it is there and does not say what it has."""
        dead = [repo for repo in self.repos if not repo.running]
        repo = dead[who % len(dead)] if dead else self.pick(who)
        self.kill(repo, keeps, tears)
        repo.disk.paused = repo.disk.paused or hangs
        repo.restart()
        self.look(repo)
        self.sim.run(0.1 if hangs else 0.0)

    @rule(who=WHO, error=st.sampled_from(["", "no space left on the disk"]))
    def disk_fails(self, who: int, error: str) -> None:
        self.pick(who).disk.failing = error

    @rule(who=WHO, latency=st.sampled_from([0.0001, 0.02]))
    def disk_slows(self, who: int, latency: float) -> None:
        self.pick(who).disk.latency = latency

    @rule(who=WHO)
    def disk_hangs(self, who: int) -> None:
        self.pick(who).disk.paused = True

    @rule(who=WHO)
    def disk_goes_on(self, who: int) -> None:
        self.pick(who).resume_disk()

    @rule(which=WHO, from_caller=st.booleans())
    def bad_chunk(self, which: int, from_caller: bool) -> None:
        link = self.cable(which)
        sender = link.caller if from_caller else link.listener
        self.spoiled.append((link, link.connection, spoil(link, sender, self.random)))

    @rule(seconds=st.sampled_from([0.001, 0.004, 0.05, 0.6, 12.0]))
    def wait(self, seconds: float) -> None:
        self.sim.run(seconds)

    def kill(self, repo: SimulatedRepo, keeps: int, tears: bool) -> None:
        if repo.running:
            repo.crash(keeps=keeps, tears=tears)
            self.check_what_is_left(repo)

    @invariant()
    def nobody_is_believed_too_much(self) -> None:
        for repo in self.repos:
            if repo.running:
                self.check_what_is_believed(repo)
                self.check_what_is_called_safe(repo)

    @precondition(lambda self: hasattr(self, "documents"))
    @rule()
    def all_is_well_again(self) -> None:
        self.heal_everything()
        for document in self.documents:
            self.check_convergence(document)
            self.check_silence(document)
        for repo in self.repos:
            self.check_what_is_left(repo)
            self.check_what_is_known(repo)

    def teardown(self) -> None:
        if hasattr(self, "documents"):
            self.all_is_well_again()


Networks.TestCase.settings = settings(
    max_examples=100,
    stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)
TestNetworks = Networks.TestCase
