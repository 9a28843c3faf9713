"""What is remembered of other stores when a Repo comes back, and copies of a store that are none."""

from jupyter_automerge.engine.notices import StoreClone
from jupyter_automerge.testing.simulated_disk import SimulatedDisk
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.status import Level, Link, PeerState, Relation, Safety
from tests.scenarios.onlooker import Onlooker


def test_S16_alice_comes_back_offline_and_knows_what_bob_had(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    cable = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    alice.change(note, n=1)
    sim.run(5.0)
    sim.cut(cable)
    told_at = Onlooker(alice, note).row(bob).as_of
    assert told_at is not None
    sim.run(3600.0)
    alice.restart()
    alice.find(note)
    sim.run(1.0)
    seen = Onlooker(alice, note)
    row = seen.row(bob)
    assert (row.link, row.state, row.level) == (Link.OFFLINE, PeerState.SYNCED, Level.STORED), sim.story()
    assert row.as_of is not None and abs((row.as_of - told_at).total_seconds()) < 2.0, sim.story()
    assert seen.sync.state is Safety.SAFE, sim.story()
    for number in range(1, 4):
        alice.change(note, m=number)
        row = seen.row(bob)
        assert (row.relation, row.missing_there, row.safe) == (Relation.AHEAD, number, False), sim.story()
    sim.heal(cable)
    sim.run(1.0)
    assert seen.peers.all_synced and seen.row(bob).level is Level.STORED, sim.story()


def test_S16_the_memory_of_bobs_last_life_is_no_promise(sim: Simulation) -> None:
    """He had received it and not stored it when Alice left: so it stays, however long ago that was."""
    alice, bob = sim.repos("alice", "bob")
    cable = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    sim.run(5.0)
    bob.disk.paused = True
    alice.change(note, n=1)
    sim.run(5.0)
    sim.cut(cable)
    alice.restart()
    alice.find(note)
    sim.run(1.0)
    seen = Onlooker(alice, note)
    assert seen.row(bob).level is Level.RECEIVED and not seen.row(bob).safe, sim.story()
    assert seen.sync.state is not Safety.SAFE, sim.story()


def test_S28_a_folder_that_was_copied_is_synced_with_and_is_nobodys_copy(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    sim.run(5.0)
    elsewhere = SimulatedDisk(entries=alice.disk.copy())
    copied = sim.repo("copied", store=alice.store, disk=elsewhere)
    sim.connect(copied, alice)
    copied.find(note)
    sim.run(10.0)
    alice.change(note, n=1)
    sim.run(5.0)
    assert copied.value(note) == {"n": 1}, "it is synced with\n" + sim.story()
    seen = Onlooker(alice, note)
    (row,) = seen.peers
    assert not row.safe and seen.sync.copies == 0, sim.story()
    assert seen.sync.state is Safety.ALONE, sim.story()


def test_S26_a_sibling_on_the_same_store_is_no_clone(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    sibling = sim.repo("sibling", store=alice.store, disk=SimulatedDisk(entries=alice.disk.entries))
    sim.connect(sibling, alice)
    sibling.find(note)
    alice.change(note, n=1)
    sim.run(10.0)
    assert not alice.heard(StoreClone) and not sibling.heard(StoreClone), sim.story()
    (row,) = Onlooker(alice, note).peers
    assert row.same_store and not row.clone and not row.safe, sim.story()
    assert row.state is PeerState.SYNCED and sibling.value(note) == {"n": 1}, sim.story()
