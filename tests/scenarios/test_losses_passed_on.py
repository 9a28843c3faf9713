"""What a store lost is passed on to those who know of it through others (P65)."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import pytest

from jupyter_automerge.engine.events import Follow, TrustStore
from jupyter_automerge.repo import DocPeer
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.heads import NO_HEADS
from jupyter_automerge.values.ids import DocumentId, StorageId
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.status import Level, Relation, Safety, Trust
from jupyter_automerge.wire.messages import RemoteHeadsChanged, StoreHeads
from tests.scenarios.javascript import FAR, javascript, ours, told
from tests.scenarios.onlooker import Onlooker

SLOW = 3.0
"""Seconds that a disk takes: so long one can see what is not stored yet."""


def trusting(*line: SimulatedRepo) -> None:
    """Each relies on what the next says of those behind it."""
    for one, other in pairwise(line):
        one.feed(TrustStore(StorageId(other.store), Trust.TRUSTED))


def comes_back(bob: SimulatedRepo, note: DocumentId, backup: Mapping[StorageKey, bytes]) -> None:
    """He dies, and comes back with what was once in his store."""
    bob.crash()
    bob.disk.roll_back(dict(backup))
    bob.start()
    bob.disk.latency = SLOW
    bob.sim.came_back(bob)
    bob.find(note)


def looking(seen: Onlooker, bob: SimulatedRepo, seconds: float) -> Iterator[DocPeer]:
    """The row of Bob, again and again."""
    for _ in range(int(seconds * 50)):
        bob.sim.run(0.02)
        yield seen.row(bob)


@pytest.mark.parametrize("wiped", [False, True])
@pytest.mark.parametrize("hops", [1, 2, 3])
def test_alice_hears_through_others_that_bob_lost_what_he_had_stored(
    sim: Simulation, hops: int, wiped: bool
) -> None:
    alice, *_, bob = line = sim.repos("alice", *(f"s{number}" for number in range(hops)), "bob")
    sim.line(*line)
    note = sim.shared(*line)
    trusting(*line)
    sim.run(5.0)
    backup, before = bob.disk.copy(), alice.heads(note)
    alice.change(note, n=1)
    sim.run(5.0)
    seen = Onlooker(alice, note)
    assert seen.row(bob).safe and seen.row(bob).facts.stored == alice.heads(note), sim.story()
    comes_back(bob, note, {} if wiped else backup)
    lost = [row for row in looking(seen, bob, 20.0) if row.level is not Level.STORED]
    assert lost and not any(row.safe for row in lost), sim.story()
    assert {row.facts.stored for row in lost} == {NO_HEADS if wiped else before}, sim.story()
    assert seen.row(bob).safe and bob.value(note)["n"] == 1, "and that he has it again\n" + sim.story()


def test_alice_hears_that_a_plain_server_died_before_it_had_saved(sim: Simulation) -> None:
    alice, hub, far = sim.repo("alice"), sim.repo("hub"), sim.repo("far", plain=True)
    sim.line(alice, hub, far)
    note = sim.shared(alice, hub, far)
    trusting(alice, hub)
    sim.run(5.0)
    seen, before = Onlooker(alice, note), alice.heads(note)
    far.disk.paused = True
    alice.change(note, n=1)
    sim.run(1.0)
    assert (seen.row(far).relation, seen.row(far).level) == (Relation.SYNCED, Level.RECEIVED), sim.story()
    far.crash()
    hub.disk.paused = True
    far.start()
    sim.came_back(far)
    far.find(note)
    lost = [row for row in looking(seen, far, 5.0) if row.relation is Relation.AHEAD]
    assert lost and {row.heads for row in lost} == {before}, sim.story()
    assert not any(row.safe for row in lost), sim.story()
    assert seen.row(far).relation is Relation.SYNCED, sim.story()


def test_alice_who_was_away_hears_of_the_loss_when_she_is_back(sim: Simulation) -> None:
    alice, hub, bob = sim.repos("alice", "hub", "bob")
    near, far = sim.line(alice, hub, bob)
    note = sim.shared(alice, hub, bob)
    trusting(alice, hub)
    sim.run(5.0)
    backup, before = bob.disk.copy(), alice.heads(note)
    alice.change(note, n=1)
    sim.run(5.0)
    seen = Onlooker(alice, note)
    sim.cut(near)
    comes_back(bob, note, backup)
    while hub.row(note, bob).stored != before:
        sim.run(0.1)
    sim.cut(far)
    assert seen.row(bob).safe, "as she last heard\n" + sim.story()
    sim.heal(near)
    sim.run(1.0)
    assert seen.row(bob).facts.stored == before and not seen.row(bob).safe, sim.story()


def test_through_javascript_a_loss_is_not_passed_on(sim: Simulation) -> None:
    """It keeps nothing of ours: who hears through it believes on, as long as nobody tells otherwise."""
    alice, hub, bob = sim.repos("alice", "hub", "bob")
    worker = sim.repo("worker", plain=True)
    sim.line(alice, worker, hub, bob)
    alice.feed(Follow((StorageId(bob.store),)))
    note = sim.shared(alice, worker, hub, bob)
    sim.run(5.0)
    backup = bob.disk.copy()
    alice.change(note, n=1)
    sim.run(5.0)
    seen = Onlooker(alice, note)
    comes_back(bob, note, backup)
    assert {row.heads for row in looking(seen, bob, 5.0)} == {alice.heads(note)}, sim.story()
    assert not seen.row(bob).safe and seen.row(bob).level is Level.RECEIVED, sim.story()


def test_a_loss_takes_the_place_of_what_its_teller_said_and_of_nothing_else(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    early = alice.heads(note)
    alice.change(note, n=1)
    late = alice.heads(note)
    hub, other = ours(sim, "hub", alice), ours(sim, "other", alice)
    for peer, heads in ((hub, late), (other, early)):
        peer.ask(note)
        sim.run_until_quiet()
        peer.send(RemoteHeadsChanged(peer.peer_id, peer.target, note, {FAR: StoreHeads(heads, 1.0)}))
        sim.run(1.0)
    nothing = {FAR: StoreHeads(NO_HEADS, 2.0, instead=True)}
    other.send(RemoteHeadsChanged(other.peer_id, other.target, note, nothing))
    sim.run(1.0)
    (row,) = [row for row in alice.engine.rows(note) if row.store_id == FAR]
    assert row.relayed == late, sim.story()
    hub.send(RemoteHeadsChanged(hub.peer_id, hub.target, note, nothing))
    sim.run(1.0)
    (row,) = [row for row in alice.engine.rows(note) if row.store_id == FAR]
    assert not row.relayed and row.known, sim.story()
    assert told(other, note, FAR)[-1] == StoreHeads(
        NO_HEADS, told(other, note, FAR)[-1].timestamp, instead=True
    ), sim.story()


def test_word_of_a_loss_makes_no_rows_and_javascript_cannot_give_it(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    hub, worker = ours(sim, "hub", alice), javascript(sim, "worker", alice, note)
    hub.ask(note)
    sim.run_until_quiet()
    for peer, said in (
        (hub, StoreHeads(NO_HEADS, 1.0, instead=True)),
        (worker, StoreHeads(alice.heads(note), 1.0)),
        (worker, StoreHeads(NO_HEADS, 2.0, instead=True)),
    ):
        peer.send(RemoteHeadsChanged(peer.peer_id, peer.target, note, {FAR: said}))
        sim.run(1.0)
        rows = [row.relayed for row in alice.engine.rows(note) if row.store_id == FAR]
        assert rows == ([] if peer is hub else [alice.heads(note)]), sim.story()


def test_a_reconnection_that_loses_nothing_is_no_loss(sim: Simulation) -> None:
    hub, far = sim.repo("hub"), sim.repo("far", plain=True)
    sim.connect(hub, far)
    note = sim.shared(hub, far)
    hearer = ours(sim, "hearer", hub)
    hearer.ask(note)
    sim.run(5.0)
    before = len(told(hearer, note, far.store))
    for _ in range(3):
        far.restart()
        far.find(note)
        sim.run(5.0)
    assert before and len(told(hearer, note, far.store)) == before, sim.story()


@pytest.mark.parametrize("where", ["in the ring", "beside it"])
def test_S18_a_loss_in_a_ring_of_repos_comes_to_rest(sim: Simulation, where: str) -> None:
    s1, s2, s3, bob = sim.repos("s1", "s2", "s3", "bob")
    alice, tail = sim.repos("alice", "tail")
    for caller, listener in ((s1, s2), (s2, s3), (s3, s1), (alice, s3), (tail, s1)):
        sim.connect(caller, listener)
    sim.connect(bob, s1 if where == "in the ring" else tail)
    everybody = (s1, s2, s3, bob, alice, tail)
    note = sim.shared(*everybody)
    for repo in everybody:
        repo.feed(*(TrustStore(StorageId(other.store), Trust.TRUSTED) for other in everybody))
    sim.run(5.0)
    backup = bob.disk.copy()
    alice.change(note, n=1)
    sim.run(5.0)
    seen = Onlooker(alice, note)
    comes_back(bob, note, backup)
    lost = [row for row in looking(seen, bob, 20.0) if row.level is not Level.STORED]
    assert bool(lost) is (where == "in the ring"), "beside it, echoes outlast it\n" + sim.story()
    sim.run(60.0)
    before = sum(link.frames for link in sim.links)
    sim.run(3600.0)
    assert sum(link.frames for link in sim.links) == before, sim.story()
    assert seen.row(bob).level is Level.STORED and seen.sync.state is Safety.SAFE, sim.story()
