"""A deletion is final for this store, whatever happens in the middle of it."""

import pytest

from jupyter_automerge.document import Document, SyncSession
from jupyter_automerge.engine.notices import DocumentRemoved
from jupyter_automerge.engine.removal import UNSAFE
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.keys import TOMBSTONE_PREFIX, tombstone_key
from jupyter_automerge.wire.messages import DocUnavailable


@pytest.mark.parametrize("keeps", [0, 1, 2])
@pytest.mark.parametrize("delay", [0.0, 0.0015, 0.0025])
def test_a_crash_during_a_deletion_leaves_a_whole_document_or_none(
    sim: Simulation, keeps: int, delay: float
) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    alice.remove(note)
    sim.run(delay)
    alice.crash(keeps=keeps)
    recorded = tombstone_key(note) in alice.disk.entries
    assert recorded or alice.disk.below(note), "removed before the removal was recorded\n" + sim.story()
    bob.change(note, n=1)
    alice.restart()
    sim.run(5.0)
    present = alice.state(note) is not None
    assert present is not recorded, sim.story()


def test_a_deletion_that_cannot_be_recorded_is_refused_and_removes_nothing(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    alice.disk.failing = "read-only file system"
    alice.remove(note, force=True)
    sim.run_until_quiet()
    assert "read-only file system" in alice.heard(DocumentRemoved)[-1].refused, sim.story()
    assert alice.disk.below(note), sim.story()


def test_what_is_remembered_of_a_store_that_is_away_is_not_enough_to_delete_our_own(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    link = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    sim.run(1.0)
    sim.cut(link)
    for _ in range(2):
        alice.remove(note)
        sim.run_until_quiet()
        assert alice.heard(DocumentRemoved)[-1].refused == UNSAFE and alice.disk.below(note), sim.story()
        alice.restart()
        alice.find(note)
        sim.run(1.0)
    sim.heal(link)
    sim.run(1.0)
    alice.remove(note)
    sim.run_until_quiet()
    assert not alice.heard(DocumentRemoved)[-1].refused and not alice.disk.below(note), sim.story()


def test_a_deletion_holds_in_the_next_life_and_an_explicit_find_lifts_it(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    link = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    alice.remove(note)
    sim.run_until_quiet()
    for _ in range(2):
        alice.restart()
        bob.change(note, again=bob.sim.number())
        sim.run(5.0)
        assert alice.state(note) is None and not alice.disk.below(note), sim.story()
    alice.find(note)
    sim.run(5.0)
    assert alice.value(note) == bob.value(note), sim.story()
    alice.restart()
    sim.cut(link)
    alice.find(note)
    sim.run(5.0)
    assert alice.value(note) == bob.value(note), sim.story()


def test_a_copy_that_is_only_in_some_memory_does_not_make_deletion_safe(sim: Simulation) -> None:
    alice, page = sim.repo("alice"), sim.repo("page", stores=False)
    sim.connect(page, alice)
    note = sim.shared(alice, page)
    alice.remove(note)
    sim.run_until_quiet()
    assert alice.heard(DocumentRemoved)[-1].refused, sim.story()


def test_a_store_that_lacks_the_last_edit_does_not_make_deletion_safe(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    link = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    sim.cut(link)
    alice.change(note, n=1)
    sim.run_until_quiet()
    alice.remove(note)
    sim.run_until_quiet()
    assert alice.heard(DocumentRemoved)[-1].refused, sim.story()


def test_whoever_has_the_document_open_is_told_of_its_deletion_once(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    page = sim.stranger("page", alice)
    page.join()
    page.ask(note)
    sim.run(1.0)
    alice.remove(note, force=True)
    sim.run(1.0)
    assert len(page.got(DocUnavailable)) == 1, sim.story()
    copy = Document(actor=sim.actor())
    with copy.change() as root:
        root["still"] = "here"
    for _ in range(3):
        data = copy.generate(SyncSession())
        assert data is not None
        page.say(note, data)
        sim.run(1.0)
    assert len(page.got(DocUnavailable)) == 1, "told again\n" + sim.story()


def test_a_find_right_after_the_start_takes_a_deletion_back(sim: Simulation) -> None:
    """The tombstones of earlier lives are still being read then."""
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    alice.remove(note)
    sim.run_until_quiet()
    bob.change(note, n=1)
    alice.disk.latency = 3.0
    alice.restart()
    alice.find(note)
    sim.run(30.0)
    assert alice.value(note) == {"n": 1}, sim.story()
    bob.change(note, n=2)
    sim.run(30.0)
    assert alice.value(note) == {"n": 2}, sim.story()
    assert tombstone_key(note) not in alice.disk.entries, sim.story()


def test_a_peer_cannot_bring_a_deleted_document_back_before_the_tombstones_are_read(
    sim: Simulation,
) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    alice.remove(note)
    sim.run_until_quiet()
    alice.disk.delayed[TOMBSTONE_PREFIX] = 3.0
    alice.restart()
    bob.change(note, n=1)
    sim.run(2.0)
    assert not alice.disk.below(note), sim.story()
    sim.run(30.0)
    assert alice.state(note) is None and not alice.disk.below(note), sim.story()


def test_what_peers_send_while_a_deletion_is_being_recorded_is_not_lost_when_it_fails(
    sim: Simulation,
) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    for taken_back in (True, False):
        alice.disk.failing = "" if taken_back else "read-only file system"
        alice.disk.paused = True
        alice.remove(note)
        bob.change(note, taken_back=taken_back)
        sim.run(1.0)
        if taken_back:
            alice.find(note)
        alice.resume_disk()
        sim.run(1.0)
        alice.disk.failing = ""
        sim.run(60.0)
        assert alice.heard(DocumentRemoved)[-1].refused, sim.story()
        assert alice.value(note) == {"n": 0, "taken_back": taken_back}, sim.story()
        assert tombstone_key(note) not in alice.disk.entries, sim.story()
