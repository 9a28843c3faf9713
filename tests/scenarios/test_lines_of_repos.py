"""Group M of the acceptance catalogue: documents that travel over several Repos, and when they are ready."""

import random
from typing import Any

from jupyter_automerge.engine.local import FixedShare
from jupyter_automerge.engine.notices import DocumentStateChanged
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import DocumentState
from jupyter_automerge.wire.sync_message import V1, Have, SyncMessage

ON_REQUEST = FixedShare(announce=False)
UNAVAILABLE = DocumentState.UNAVAILABLE


def values(repos: list[SimulatedRepo], document: DocumentId) -> list[Any]:
    return [repo.value(document) for repo in repos]


def stages(repo: SimulatedRepo, document: DocumentId) -> list[DocumentState]:
    return [notice.state for notice in repo.heard(DocumentStateChanged) if notice.document_id == document]


def test_M1_ten_repos_in_a_line_deliver_from_end_to_end_both_ways(sim: Simulation) -> None:
    repos = sim.repos(*(f"r{number}" for number in range(10)))
    sim.line(*repos)
    note = sim.shared(repos[0], *repos[1:])
    assert values(repos, note) == [{"n": 0}] * 10, sim.story()
    repos[-1].change(note, back=True)
    sim.run_until_quiet()
    assert values(repos, note) == [{"n": 0, "back": True}] * 10, sim.story()


def test_M5_the_far_node_loads_a_changed_document_through_the_middle(sim: Simulation) -> None:
    alice, bob, carol = sim.repos("alice", "bob", "carol")
    sim.connect(alice, bob)
    note = sim.shared(alice)
    alice.change(note, n=1)
    sim.run_until_quiet()
    assert bob.value(note) == {"n": 1}, sim.story()
    sim.connect(carol, bob)
    carol.find(note)
    sim.run_until_quiet()
    assert carol.value(note) == {"n": 1}, sim.story()


def test_M6_a_document_loaded_from_storage_starts_syncing(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(bob)
    alice.restart()
    bob.restart()
    bob.find(note)
    sim.run_until_quiet()
    bob.change(note, n=1)
    sim.run_until_quiet()
    assert alice.value(note) == {"n": 1}, sim.story()


def test_M7_a_peer_that_still_reads_its_store_is_waited_for(sim: Simulation) -> None:
    server, middle, alice = sim.repos("server", "middle", "alice")
    note = sim.shared(server)
    server.disk.latency = 20.0
    server.restart()
    sim.line(alice, middle, server)
    sim.run(0.1)
    alice.find(note)
    sim.run(19.0)
    assert UNAVAILABLE not in stages(alice, note), sim.story()
    sim.run(20.0)
    assert alice.value(note) == {"n": 0}, sim.story()


def test_M8_ready_means_that_a_peers_advertised_heads_are_covered(sim: Simulation) -> None:
    server, alice = sim.repo("server"), sim.repo("alice", stores=False)
    note = sim.shared(server)
    for number in range(1000):
        server.change(note, n=number)
    sim.run_until_quiet()
    heads = server.heads(note)
    alice.find(note)
    sim.connect(alice, server)
    ready_at = None
    while not sim.clock.idle:
        sim.clock.step(sim.now + 60)
        if alice.state(note) is DocumentState.READY:
            ready_at = ready_at or alice.heads(note)
    assert ready_at == heads, sim.story()


def test_M8_a_document_is_not_ready_with_a_part_of_what_was_advertised(sim: Simulation) -> None:
    alice, maker = sim.repos("alice", "maker")
    note = sim.shared(maker)
    half = maker.document(note).save_since(frozenset())
    maker.change(note, n=1)
    server = sim.stranger("server", alice)
    server.join()
    alice.find(note)
    sim.run_until_quiet()
    whole = tuple(maker.heads(note))
    server.say(note, SyncMessage(V1, heads=whole, have=(Have(),), changes=(half,)).encode())
    sim.run(10.0)
    assert alice.state(note) is DocumentState.REQUESTING, sim.story()
    rest = maker.document(note).save_since(alice.heads(note))
    server.say(note, SyncMessage(V1, heads=whole, have=(Have(),), changes=(rest,)).encode())
    sim.run_until_quiet()
    assert alice.state(note) is DocumentState.READY and alice.value(note) == {"n": 1}, sim.story()


def test_M10_a_document_that_is_not_announced_can_be_requested_across_hops(sim: Simulation) -> None:
    alice = sim.repo("alice", share=ON_REQUEST)
    middle = sim.repo("middle")
    carol = sim.repo("carol")
    sim.line(alice, middle, carol)
    note = sim.shared(alice)
    assert middle.state(note) is None, sim.story()
    carol.find(note)
    sim.run_until_quiet()
    assert carol.value(note) == {"n": 0}, sim.story()
    alice.change(note, n=1)
    sim.run_until_quiet()
    assert carol.value(note) == {"n": 1}, sim.story()


def test_M16_a_hundred_random_edits_and_creations_over_three_repos(sim: Simulation) -> None:
    repos = sim.repos("alice", "bob", "carol")
    sim.line(*repos)
    dice = random.Random(16)
    notes = [sim.shared(repos[0], *repos[1:])]
    for number in range(100):
        repo = dice.choice(repos)
        if dice.random() < 0.2:
            notes.append(repo.create({"number": number}))
        known = [note for note in notes if repo.state(note) is DocumentState.READY]
        repo.change(dice.choice(known), **{dice.choice("abc"): number})
        sim.run(dice.random() * 0.01)
    sim.run_until_quiet()
    for note in notes:
        assert sim.documents_equal(note), sim.story()
