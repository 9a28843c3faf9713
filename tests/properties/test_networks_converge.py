"""Whatever happens to a network of Repos: healed, all converge, fall silent, and what was saved is there."""

import random
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from jupyter_automerge.document import Document
from jupyter_automerge.engine.events import PolicyChanged, Stop, Unload
from jupyter_automerge.engine.notices import DocumentSaved
from jupyter_automerge.errors import DocumentGone
from jupyter_automerge.testing.bad_chunks import SpoilOnce, spoil
from jupyter_automerge.testing.simulated_link import SimulatedLink
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulated_story import describe
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.testing.strategies import NetworkPlan, networks
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import KeyKind, StorageKey, key_kind
from jupyter_automerge.values.status import Access, DocumentState

MOST_MESSAGES = 6
SILENCE = 60.0
WHO = st.integers(0, 7)
WHICH = st.integers(0, 1)


class Networks(RuleBasedStateMachine):
    """Two documents, up to four Repos and perhaps a guest who may only read."""

    sim: Simulation
    repos: list[SimulatedRepo]
    links: list[SimulatedLink]
    documents: list[DocumentId]

    @initialize(plan=networks())
    def begin(self, plan: NetworkPlan) -> None:
        self.sim, self.repos, self.links = plan.build()
        self.random = random.Random(plan.seed)
        self.spoiled: list[tuple[SimulatedLink, object, SpoilOnce]] = []
        self.documents = [self.repos[0].create({"n": 0}), self.repos[1].create({"m": 0})]
        self.edits = 0
        self.backups: dict[SimulatedRepo, dict[StorageKey, bytes]] = {}
        # Stores that were made to forget a document: what they once called saved is no promise any more.
        self.forgotten: set[tuple[str, DocumentId]] = set()
        self.sim.run_until_quiet(30.0)
        for repo in self.repos:
            self.look(repo)
        self.sim.run_until_quiet(30.0)

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
            self.forgotten.add((repo.store, self.documents[which]))
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
            repo.disk.roll_back(self.backups.get(repo, {}))
            self.forgotten |= {(repo.store, document) for document in self.documents}
            repo.restart()
            self.look(repo)

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
        self.kill(repo, keeps=0)

    @rule(who=WHO, keeps=st.integers(0, 3))
    def crash(self, who: int, keeps: int) -> None:
        self.kill(self.pick(who), keeps)

    @rule(who=WHO, keeps=st.integers(0, 3))
    def restart(self, who: int, keeps: int) -> None:
        dead = [repo for repo in self.repos if not repo.running]
        repo = dead[who % len(dead)] if dead else self.pick(who)
        self.kill(repo, keeps)
        repo.restart()
        self.look(repo)

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

    def kill(self, repo: SimulatedRepo, keeps: int) -> None:
        if repo.running:
            repo.crash(keeps=keeps)
            self.check_what_is_left(repo)

    # What must hold

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

    def heal_everything(self) -> None:
        for link in self.links:
            link.tamper = None
            link.unclog()
        for repo in self.repos:
            repo.policy.otherwise = (True, True)
            repo.feed(PolicyChanged())
            repo.disk.failing = ""
            repo.resume_disk()
            if not repo.running:
                repo.restart()
        for link in self.links:
            if self.offences(link) > 1:
                self.sim.replug(link)  # a document muted on a connection stays so for the connection's life
            self.sim.heal(link)
        self.spoiled.clear()
        for repo in self.repos:
            self.look(repo)
        # Failed loads and puts are tried again after at most half a minute.
        self.sim.run(40.0)
        for repo in self.repos:
            self.look(repo)
        self.sim.run_until_quiet(30.0)

    def check_convergence(self, document: DocumentId) -> None:
        having = [repo for repo in self.writers() if ready(repo, document)]
        if not having:
            return  # whoever made it died before it was saved or sent
        assert having == self.writers(), self.tell(f"only {names(having)} have it")
        ends = {repo.name: describe(repo.heads(document)) for repo in having}
        assert self.sim.documents_equal(document, having), self.tell(f"{document[:6]} differs: {ends}")
        for guest in self.guests():
            theirs = having[0].heads(document)
            assert guest.document(document).knows_all(theirs), self.tell("the guest lacks changes")
            own: Heads = frozenset().union(*(changed.after for changed in guest.commits))
            for repo in having:
                assert not repo.document(document).known(own), self.tell("the guest got one in")

    def check_silence(self, document: DocumentId) -> None:
        author = self.writers()[-1]
        if not ready(author, document):
            return
        for link in self.links:
            link.reset_counts()
        self.write(author, document, "last")
        self.sim.run_until_quiet(30.0)
        for link in self.links:
            spoken = link.sync_messages.get(document, 0)
            assert spoken <= MOST_MESSAGES, self.tell(f"{spoken} messages for one edit on {cable_name(link)}")
            link.reset_counts()
        self.check_convergence(document)
        self.sim.run(SILENCE)
        for link in self.links:
            assert not link.sync_messages, self.tell(f"{cable_name(link)} is not silent")

    def check_what_is_left(self, repo: SimulatedRepo) -> None:
        """All that the Repo called saved, in whatever life, and that others were told it stored, is on disk."""
        promised = [(saved.document_id, saved.heads) for saved in repo.heard(DocumentSaved)]
        for other in self.repos:
            rows = [(document, row) for document in self.documents for row in other.engine.rows(document)]
            promised += [(document, row.stored) for document, row in rows if row.store_id == repo.store]
        for document, heads in promised:
            if repo.stores and (repo.store, document) not in self.forgotten:
                kept = on_disk(repo, document).knows_all(heads)
                assert kept, self.tell(f"{repo.name} lost what was called saved")

    def check_what_is_known(self, repo: SimulatedRepo) -> None:
        """Nobody is believed to have received what he has not."""
        for other in self.repos:
            for document in self.documents:
                rows = repo.engine.rows(document)
                received = [row.received for row in rows if other.peer_id in row.peer_ids]
                known = all(map(other.document(document).knows_all, received))
                assert known, self.tell(f"{repo.name} believes too much of {other.name}")

    # Words

    def pick(self, who: int, document: DocumentId | None = None) -> SimulatedRepo:
        """One of all, or of those in whom the document can be edited, as long as there are any."""
        able = [repo for repo in self.repos if document is not None and ready(repo, document)] or self.repos
        return able[who % len(able)]

    def cable(self, which: int) -> SimulatedLink:
        return self.links[which % len(self.links)]

    def guests(self) -> list[Any]:
        return [link.caller for link in self.links if link.access is Access.READ]

    def offences(self, link: SimulatedLink) -> int:
        """How many bad chunks came over the connection that the cable now carries."""
        over = [
            tamper
            for other, connection, tamper in self.spoiled
            if (other, connection) == (link, link.connection)
        ]
        return sum(tamper.done for tamper in over)

    def siblings(self, repo: SimulatedRepo) -> list[SimulatedRepo]:
        """Others on the same store."""
        return [
            other for other in self.repos if other is not repo and other.disk.entries is repo.disk.entries
        ]

    def thinking(self) -> float:
        """How long a user's policy takes to answer."""
        return self.random.choice([0.0, 0.0, 0.01, 1.0])

    def writers(self) -> list[SimulatedRepo]:
        return [repo for repo in self.repos if repo not in self.guests()]

    def look(self, repo: SimulatedRepo) -> None:
        for document in self.documents:
            repo.find(document)

    def write(self, repo: SimulatedRepo, document: DocumentId, key: str) -> None:
        if ready(repo, document):
            self.edits += 1
            # A document that is just leaving says so to whoever changes it.
            with suppress(DocumentGone):
                repo.change(document, **{key: self.edits})

    def tell(self, what: str) -> str:
        return f"{what}\n{self.sim.story()}"


def ready(repo: SimulatedRepo, document: DocumentId) -> bool:
    return repo.running and repo.state(document) is DocumentState.READY


def names(repos: list[SimulatedRepo]) -> str:
    return ", ".join(repo.name for repo in repos)


def cable_name(link: SimulatedLink) -> str:
    return f"{link.caller.name}-{link.listener.name}"


def on_disk(repo: SimulatedRepo, document: DocumentId) -> Document:
    """The document as a new life would read it."""
    kinds = (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL)
    chunks = [repo.disk.entries[key] for key in repo.disk.below(document) if key_kind(key) in kinds]
    return Document.load(chunks)[0]


Networks.TestCase.settings = settings(
    max_examples=100,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)
TestNetworks = Networks.TestCase
