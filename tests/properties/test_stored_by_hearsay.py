"""In a line of Repos nobody is believed to keep what he does not, whoever says so on the way.

Alice is at one end, Bob's store at the other, and between them is one server or two. Each is honest, or boasts:
says of every store that it keeps whatever it heard of it; or is plain, and knows no difference. Whom each of
them trusts is drawn, but nobody trusts who boasts, unless he is plain and what he says of that is not heard.
"""

from dataclasses import dataclass

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from jupyter_automerge.engine.events import TrustStore
from jupyter_automerge.testing.simulated_link import SimulatedLink
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import DocumentState, Trust
from tests.properties.boasting import let_boast
from tests.properties.healed_network import on_disk

WAITS = (0.02, 0.2, 3.0)


class Boaster(SimulatedRepo):
    """Boasts in every life."""

    def start(self) -> None:
        super().start()
        let_boast(self.engine)


@dataclass(frozen=True, slots=True)
class Hop:
    """One on the way. `trusted`: by the neighbour that is nearer to Alice."""

    boasts: bool
    plain: bool
    trusted: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What happens, and to whom, of those who are able to."""

    what: str
    who: int
    seconds: float


HONEST, BOASTING, PLAIN_BOASTING = Hop(False, False, True), Hop(True, False, False), Hop(True, True, True)
HOPS = st.builds(Hop, st.booleans(), st.booleans(), st.booleans())
LINES = st.lists(HOPS, min_size=1, max_size=2) | st.sampled_from(
    [[HONEST], [BOASTING], [PLAIN_BOASTING], [HONEST, BOASTING], [HONEST, PLAIN_BOASTING], [BOASTING, HONEST]]
)
"""Any, and those more often in which somebody is heard through somebody who is trusted."""
DEEDS = ("bob does not store", "edit", "hang", "go on", "crash", "tear", "cut", "heal", "trust")
STEPS = st.builds(Step, st.sampled_from(DEEDS), st.integers(0, 3), st.sampled_from(WAITS))


class Line:
    """Alice, the hops, and Bob; all have opened one note."""

    def __init__(self, seed: int, hops: list[Hop]) -> None:
        self.sim = Simulation(seed)
        self.hops = hops
        self.repos = [self.sim.repo("alice"), *map(self._hop, range(len(hops))), self.sim.repo("bob")]
        self.alice, *self.middle, self.bob = self.repos
        self.links: list[SimulatedLink] = self.sim.line(*self.repos)
        self.note: DocumentId = self.alice.create({"n": 0})
        self.sim.run(1.0)
        for repo in self.repos[1:]:
            repo.find(self.note)
        self.sim.run(3.0)
        for hop, nearer, repo in zip(hops, self.repos, self.middle, strict=False):
            if hop.trusted:
                self.trust(nearer, repo)

    def _hop(self, number: int) -> SimulatedRepo:
        hop, name = self.hops[number], f"server-{number}"
        if not hop.boasts:
            return self.sim.repo(name, plain=hop.plain)
        repo = Boaster(self.sim, name, plain=hop.plain)
        self.sim.everybody.append(repo)
        return repo

    def trust(self, who: SimulatedRepo, whom: SimulatedRepo) -> None:
        if whom is self.bob or (whom in self.middle and self.is_reliable(whom)):
            who.feed(TrustStore(whom.store, Trust.TRUSTED))

    def is_reliable(self, repo: SimulatedRepo) -> bool:
        hop = self.hops[self.middle.index(repo)]
        return hop.plain or not hop.boasts

    def happen(self, step: Step) -> None:
        """The step, and the time after it."""
        far = [self.bob, self.bob, *self.middle][step.who % (2 + len(self.middle))]
        link = self.links[step.who % len(self.links)]
        match step.what:
            case "bob does not store":
                self.bob.disk.paused = True
                self._edit(self.alice, step)
            case "edit":
                self._edit(self.repos[step.who % len(self.repos)], step)
            case "hang":
                far.disk.paused = True
            case "go on":
                far.resume_disk()
            case "crash" | "tear":
                far.crash(keeps=step.who % 2, tears=step.what == "tear")
                far.restart()
                far.find(self.note)
            case "cut":
                self.sim.cut(link)
            case "heal":
                self.sim.heal(link)
            case "trust":
                self.trust(self.repos[step.who % len(self.middle)], self.middle[step.who % len(self.middle)])
        self.sim.run(step.seconds)

    def recover(self) -> None:
        """All are connected, and all disks work."""
        for link in self.links:
            self.sim.heal(link)
        for repo in self.repos:
            repo.resume_disk()
        self.sim.run(3.0)

    def _edit(self, repo: SimulatedRepo, step: Step) -> None:
        if repo.state(self.note) is DocumentState.READY:
            repo.change(self.note, **{repo.name: self.sim.number()})

    def check(self) -> None:
        """What any honest one believes to be stored is on that disk now, and would be after a crash."""
        for repo in self.repos:
            for row in repo.engine.rows(self.note):
                for other in self.repos:
                    if other.store == row.store_id and row.stored:
                        kept = on_disk(other, self.note).knows_all(row.stored)
                        assert kept, (
                            f"{repo.name} believes that {other.name} keeps what it does not, via {row.via}\n"
                            f"{self.hops}\n{self.sim.story()}"
                        )


@settings(
    max_examples=100, deadline=None, derandomize=True, database=None, phases=(Phase.generate, Phase.shrink)
)
@given(
    st.integers(0, 2**32 - 1),
    LINES,
    st.lists(STEPS, max_size=8),
)
def test_nobody_is_believed_to_keep_what_he_does_not_whoever_says_so_on_the_way(
    seed: int, hops: list[Hop], steps: list[Step]
) -> None:
    line = Line(seed, hops)
    line.check()
    for step in steps:
        line.happen(step)
        line.check()
    line.recover()
    line.happen(Step("bob does not store", 0, 0.5))
    line.check()
