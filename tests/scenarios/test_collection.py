"""Group K of the acceptance catalogue: many documents, many peers, and documents that leave."""

import pytest

from jupyter_automerge.engine.notices import DocumentRemoved
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.wire.messages import DocUnavailable


def test_K1_a_new_document_starts_syncing_with_connected_peers(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    sim.run_until_quiet()
    note = alice.create({"new": True})
    sim.run_until_quiet()
    assert bob.value(note) == {"new": True}, sim.story()


def test_K2_a_new_peer_starts_syncing_existing_documents(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    notes = [alice.create({"number": number}) for number in range(5)]
    sim.connect(bob, alice)
    sim.run_until_quiet()
    assert [bob.value(note) for note in notes] == [{"number": number} for number in range(5)], sim.story()


def test_K3_a_peer_excluded_by_policy_is_not_synced(sim: Simulation) -> None:
    alice = sim.repo("alice", share=None)
    bob, carol = sim.repos("bob", "carol")
    alice.policy.rule("bob", announce=False, access=False)
    for peer in (bob, carol):
        sim.connect(peer, alice)
    note = sim.shared(alice)
    assert carol.value(note) == {"n": 0}, sim.story()
    assert bob.state(note) is None, sim.story()


def test_K4_a_document_excluded_by_policy_is_not_synced(sim: Simulation) -> None:
    alice = sim.repo("alice", share=None)
    bob = sim.repo("bob")
    secret, note = alice.create({"secret": True}), alice.create({"open": True})
    alice.policy.rule("bob", announce=False, access=False, document_id=secret)
    sim.connect(bob, alice)
    sim.run_until_quiet()
    assert bob.value(note) == {"open": True}, sim.story()
    assert bob.state(secret) is None, sim.story()


def test_K5_a_removed_document_stops_syncing_and_removing_again_is_harmless(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    link = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    alice.remove(note, force=True)
    alice.remove(note, force=True)
    sim.run_until_quiet()
    assert [notice.refused for notice in alice.heard(DocumentRemoved)] == ["", ""], sim.story()
    link.reset_counts()
    bob.change(note, n=1)
    sim.run_until_quiet()
    assert link.sync_messages.get(note, 0) <= 1, "nobody answers\n" + sim.story()
    assert alice.state(note) is None, sim.story()


def test_K6_a_deleted_document_stays_away_whatever_comes_and_works_again_once_it_is_wanted(
    sim: Simulation,
) -> None:
    """Any message brings it back in JavaScript; here a deletion holds until its own user asks for it."""
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    alice.remove(note, force=True)
    bob.change(note, n=1)
    sim.run_until_quiet()
    assert alice.state(note) is None and not alice.disk.below(note), sim.story()
    alice.find(note)
    sim.run_until_quiet()
    assert alice.value(note) == {"n": 1}, sim.story()


@pytest.mark.parametrize("delay", [0.0, 0.0005, 0.001, 0.005, 0.0055, 0.0105, 0.02])
def test_K7_K8_removal_at_any_moment_of_an_exchange_leaves_nothing_behind(
    sim: Simulation, delay: float
) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(bob, alice)
    note = sim.shared(alice, bob)
    bob.change(note, n=1)
    sim.run(delay)
    alice.remove(note, force=True)
    bob.change(note, n=2)
    sim.run(30.0)
    assert alice.state(note) is None, sim.story()
    assert not alice.disk.below(note), sim.story()
    assert alice.engine.metrics()["sessions"] == 0, sim.story()
    alice.restart()
    sim.run(5.0)
    assert alice.state(note) is None, "not after a restart either\n" + sim.story()


def test_a_request_for_a_deleted_document_is_answered_unavailable(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    alice.remove(note, force=True)
    bob = sim.stranger("bob", alice)
    bob.join()
    bob.ask(note)
    sim.run_until_quiet()
    assert [message.document_id for message in bob.got(DocUnavailable)] == [note], sim.story()


def test_a_document_that_nobody_else_keeps_is_not_deleted_unless_forced(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    note = sim.shared(alice)
    alice.remove(note)
    sim.run_until_quiet()
    assert alice.heard(DocumentRemoved)[-1].refused and alice.value(note), sim.story()
    sim.connect(alice, bob)
    sim.run_until_quiet()
    alice.remove(note)
    sim.run_until_quiet()
    assert not alice.heard(DocumentRemoved)[-1].refused, "bob keeps it now\n" + sim.story()


def test_a_document_can_be_unloaded_and_found_again(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    alice.change(note, n=1)
    sim.run_until_quiet()
    alice.unload(note)
    sim.run_until_quiet()
    assert alice.state(note) is None and alice.disk.below(note), sim.story()
    alice.find(note)
    sim.run_until_quiet()
    bob.change(note, n=2)
    sim.run_until_quiet()
    assert alice.value(note) == {"n": 2}, sim.story()


def test_a_peers_change_brings_an_unloaded_document_back(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    link = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    for number in range(1, 5):
        alice.unload(note)
        sim.run_until_quiet()
        bob.change(note, n=number)
        sim.run_until_quiet()
        assert alice.value(note) == {"n": number}, sim.story()
    link.reset_counts()
    bob.change(note, n=9)
    sim.run_until_quiet()
    assert link.sync_messages[note] <= 6, sim.story()


def test_K9_policy_questions_on_arrival_are_bounded(sim: Simulation) -> None:
    alice = sim.repo("alice", share=None)
    alice.policy.delay = lambda: 0.01
    for number in range(50):
        alice.create({"number": number})
    sim.connect(sim.repo("bob"), alice)
    sim.run_until_quiet()
    assert alice.policy.questions == 50 and alice.policy.most_open <= 10, sim.story()
