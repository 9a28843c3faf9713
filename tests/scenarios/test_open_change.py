"""A change held open for two seconds while the world goes on: nothing is lost and nobody else waits."""

import pytest

from jupyter_automerge.engine.notices import DocumentSaved
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId

EDITS = 200


class Interrupted(Exception):
    """What the block of a user raised."""


@pytest.fixture
def friends(sim: Simulation) -> list[SimulatedRepo]:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    return [alice, bob]


def append(repo: SimulatedRepo, document: DocumentId, value: int) -> None:
    with repo.changing(document) as root:
        root["edits"].append(value)


def type_for_two_seconds(
    sim: Simulation, bob: SimulatedRepo, note: DocumentId, other: DocumentId
) -> list[float]:
    """Bob edits both documents; how long each edit of the other one took to reach Alice's side."""
    sent: list[float] = []
    for number in range(EDITS):
        append(bob, note, number)
        append(bob, other, number)
        sent.append(sim.now)
        sim.run(2.0 / EDITS)
    return sent


def test_two_hundred_remote_edits_arrive_during_an_open_change_and_none_is_lost(
    sim: Simulation, friends: list[SimulatedRepo]
) -> None:
    alice, bob = friends
    note = sim.shared(alice, bob, edits=[])
    other = sim.shared(alice, bob, edits=[])
    with alice.changing(note) as root:
        root["by alice"] = True
        before = alice.heads(note)
        type_for_two_seconds(sim, bob, note, other)
        assert alice.heads(note) == before, sim.story()
        assert alice.value(note) == {"edits": []}, "readers see the document as it was before"
        assert alice.value(other) == {"edits": list(range(EDITS))}, sim.story()
    sim.run_until_quiet()
    for repo in friends:
        assert repo.value(note) == {"by alice": True, "edits": list(range(EDITS))}, sim.story()


def test_other_documents_are_not_delayed_by_an_open_change(
    sim: Simulation, friends: list[SimulatedRepo]
) -> None:
    alice, bob = friends
    note = sim.shared(alice, bob, edits=[])
    other = sim.shared(alice, bob, edits=[])
    with alice.changing(note) as root:
        root["by alice"] = True
        append(bob, note, 1)
        for number in range(20):
            append(bob, other, number)
            sim.run(0.006)  # a cable takes 5 ms
            assert alice.value(other)["edits"][-1] == number, sim.story()


def test_when_the_block_raises_only_alices_own_edit_is_gone(
    sim: Simulation, friends: list[SimulatedRepo]
) -> None:
    alice, bob = friends
    note = sim.shared(alice, bob, edits=[])
    other = sim.shared(alice, bob, edits=[])
    with pytest.raises(Interrupted), alice.changing(note) as root:
        root["by alice"] = True
        type_for_two_seconds(sim, bob, note, other)
        raise Interrupted
    sim.run_until_quiet()
    for repo in friends:
        assert repo.value(note) == {"edits": list(range(EDITS))}, sim.story()


def test_an_open_change_is_saved_and_sent_only_when_it_is_done(
    sim: Simulation, friends: list[SimulatedRepo]
) -> None:
    alice, bob = friends
    note = sim.shared(alice, bob, edits=[])
    saved = len(alice.heard(DocumentSaved))
    with alice.changing(note) as root:
        root["draft"] = 1
        sim.run(5.0)
        assert bob.value(note) == {"edits": []}, sim.story()
        assert len(alice.heard(DocumentSaved)) == saved, sim.story()
    sim.run_until_quiet()
    assert bob.value(note) == {"draft": 1, "edits": []}, sim.story()
    assert alice.engine.saved_heads(note) == alice.heads(note), sim.story()
