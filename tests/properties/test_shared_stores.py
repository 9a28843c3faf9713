"""Repos on one store that hear of each other by it alone: they converge, and what was called saved stays."""

import pytest

from jupyter_automerge.engine import saving
from jupyter_automerge.engine.events import Stop, Unload
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.status import DocumentState
from tests.scenarios.shared_store import SharedStore, large

STEPS = 50
MERGED = 4


class World:
    """Three Repos, one document, and a fate that the seed decides."""

    def __init__(self, seed: int, *, cables: bool) -> None:
        self.sim = Simulation(seed)
        self.random = self.sim.random
        self.store = SharedStore(self.sim)
        self.store.delay = lambda: self.random.choice((0.001, 0.05, 0.05, 1.0))
        self.store.place = self._place
        self.repos = [self.store.repo(name) for name in ("alice", "bob", "carol")]
        self.note = large(self.sim, self.repos[0], self.random.choice((100, 3_000)))
        for repo in self.repos:
            repo.find(self.note)
        if cables:
            self.sim.connect(self.repos[0], self.repos[1])
        self.sim.run_until_quiet()
        self.edits = 0

    def _place(self, key: StorageKey) -> StorageKey | None:
        """News are exact, vague, or none at all."""
        return self.random.choice((key, key, key, key, key[:1], (), None))

    def ready(self, repo: SimulatedRepo) -> bool:
        return repo.running and repo.state(self.note) is DocumentState.READY

    def edit(self, repo: SimulatedRepo) -> None:
        if self.ready(repo):
            self.edits += 1
            size = self.random.choice((1, 1, 1, 500))
            repo.change(self.note, **{f"{repo.name}-{self.edits}": self.random.randbytes(size).hex()})

    def edit_slowly(self, repo: SimulatedRepo) -> None:
        if self.ready(repo):
            self.edits += 1
            with repo.changing(self.note) as root:
                root[f"slow-{self.edits}"] = self.edits
                self.sim.run(0.3)

    def slow_disk(self, repo: SimulatedRepo) -> None:
        repo.disk.latency = self.random.choice((0.001, 0.01, 0.5))

    def crash(self, repo: SimulatedRepo) -> None:
        repo.restart(keeps=self.random.choice((0, 1, 2)))
        repo.find(self.note)

    def leave(self, repo: SimulatedRepo) -> None:
        repo.feed(Stop())
        self.sim.run(1.0)
        repo.restart()
        repo.find(self.note)

    def unload(self, repo: SimulatedRepo) -> None:
        repo.feed(Unload(self.note))
        self.sim.run(1.0)
        repo.find(self.note)

    def fail(self, repo: SimulatedRepo) -> None:
        repo.disk.failing = self.random.choice(("", "no space left"))

    def step(self) -> None:
        acts = [self.edit] * 12 + [
            self.edit_slowly,
            self.slow_disk,
            self.crash,
            self.leave,
            self.unload,
            self.fail,
        ]
        self.random.choice(acts)(self.random.choice(self.repos))
        self.sim.run(self.random.choice((0.0, 0.001, 0.02, 0.1)))

    def check_saved(self) -> None:
        """Whatever was called saved is found by whoever opens the document now."""
        kept = self.store.opened(self.note)
        assert kept.knows_all(self.store.said_to_be_saved(self.note)), self.sim.story()

    def heal(self) -> None:
        for repo in self.repos:
            repo.disk.failing, repo.disk.latency = "", 0.001
        self.sim.run(120.0)
        for _ in range(3):
            self.store.tell_all(())
            self.sim.run(60.0)


def values(repos: list[SimulatedRepo], note: DocumentId) -> list[object]:
    return [repo.value(note) for repo in repos]


@pytest.mark.parametrize("seed", range(12))
def test_repos_on_one_store_converge_and_lose_nothing_that_was_saved(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "MERGE_INCREMENTS", MERGED)
    world = World(seed, cables=seed % 3 == 0)
    for _ in range(STEPS):
        world.step()
        world.check_saved()
    world.heal()
    world.check_saved()
    first, *others = values(world.repos, world.note)
    assert all(other == first for other in others), world.sim.story()
    assert world.store.opened(world.note).value() == first, world.sim.story()
    chunks = len(world.store.chunks(world.note))
    assert chunks <= 6 * MERGED, f"{chunks} chunks\n{world.sim.story()}"
    saves = sum(len(repo.disk.puts) for repo in world.repos)
    world.store.tell_all(())
    world.sim.run(300.0)
    assert sum(len(repo.disk.puts) for repo in world.repos) == saves, (
        "it never comes to rest\n" + world.sim.story()
    )
