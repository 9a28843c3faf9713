"""Whether a store behind another one is there now: told when it comes and when it leaves (P66)."""

import pytest

from jupyter_automerge.engine.events import ForgetStore
from jupyter_automerge.engine.notices import StoreChanged
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulated_stranger import Stranger
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import DocumentId, SessionId, StorageId
from jupyter_automerge.values.limits import RELAYED_FOR_SECONDS
from jupyter_automerge.values.status import Link
from jupyter_automerge.wire.messages import InReach, RemoteHeadsChanged, StoreHeads
from tests.scenarios.javascript import FAR, javascript, ours, reports

ROUND_TRIP = 0.05
BOB = StorageId("store-bob")


def link(repo: SimulatedRepo, note: DocumentId, other: SimulatedRepo) -> Link:
    return repo.row(note, other).link


def able(sim: Simulation, name: str, listener: SimulatedRepo) -> Stranger:
    """A Repo of ours that says what it has stored."""
    claims = PeerMetadata(StorageId(f"store-{name}"), session_id=SessionId(name), durable_acks=True)
    peer = Stranger(sim, name, claims)
    sim.connect(peer, listener)
    peer.join()
    return peer


def reached(peer: Stranger) -> list[dict[StorageId, bool]]:
    return [dict(message.stores) for message in peer.got(InReach)]


def test_a_store_behind_the_server_is_reached_for_as_long_as_it_is_there(sim: Simulation) -> None:
    alice, server, bob = sim.repos("alice", "server", "bob")
    near, far = sim.line(alice, server, bob)
    note = sim.shared(alice, server, bob)
    sim.run(5.0)
    near.reset_counts()
    sim.run(3600.0)
    assert near.frames == 0, "nobody says anything meanwhile\n" + sim.story()
    assert link(alice, note, bob) is link(bob, note, alice) is Link.RELAYED, sim.story()
    (known,) = (one for one in alice.engine.stores() if one.id == BOB)
    assert known.link is Link.RELAYED, sim.story()
    sim.cut(far)
    sim.run(ROUND_TRIP)
    assert link(alice, note, bob) is Link.OFFLINE, sim.story()
    assert alice.heard(StoreChanged)[-1].store.link is Link.OFFLINE, sim.story()
    sim.run(3600.0)
    sim.heal(far)
    sim.run(ROUND_TRIP)
    assert link(alice, note, bob) is Link.RELAYED, sim.story()
    sim.cut(near)
    sim.run(ROUND_TRIP)
    assert link(alice, note, bob) is Link.OFFLINE, "nobody is left who reaches him\n" + sim.story()
    sim.heal(near)
    sim.run(1.0)
    assert link(alice, note, bob) is Link.RELAYED, sim.story()


def test_who_forgets_the_server_in_between_still_hears_that_it_left(sim: Simulation) -> None:
    alice, server, bob = sim.repos("alice", "server", "bob")
    near, _ = sim.line(alice, server, bob)
    note = sim.shared(alice, server, bob)
    sim.run(5.0)
    alice.feed(ForgetStore(StorageId("store-server")))
    sim.run(1.0)
    assert link(alice, note, bob) is Link.RELAYED, (
        "the server is connected, as one that was just met\n" + sim.story()
    )
    sim.cut(near)
    sim.run(ROUND_TRIP)
    assert link(alice, note, bob) is Link.OFFLINE, "nobody is left who reaches him\n" + sim.story()


def test_of_a_longer_chain_word_gets_old(sim: Simulation) -> None:
    alice, s1, s2, bob = sim.repos("alice", "s1", "s2", "bob")
    sim.line(alice, s1, s2, bob)
    note = sim.shared(alice, s1, s2, bob)
    sim.run(5.0)
    assert link(alice, note, bob) is Link.RELAYED, sim.story()
    sim.run(RELAYED_FOR_SECONDS)
    assert link(alice, note, bob) is Link.OFFLINE and link(alice, note, s2) is Link.RELAYED, sim.story()


def test_who_left_and_is_heard_of_another_way_is_reached_by_that_word(sim: Simulation) -> None:
    """Bob parts from the server, and goes on through his hub, of which the server hears."""
    alice, server, hub, bob = sim.repos("alice", "server", "hub", "bob")
    sim.line(alice, server, hub, bob)
    direct = sim.connect(bob, server)
    note = sim.shared(alice, server, hub, bob)
    sim.run(5.0)
    sim.cut(direct)
    sim.run(ROUND_TRIP)
    assert link(alice, note, bob) is Link.OFFLINE, sim.story()
    sim.run(2.0)
    bob.change(note, n=1)
    sim.run(1.0)
    assert link(alice, note, bob) is Link.RELAYED, sim.story()
    sim.run(RELAYED_FOR_SECONDS)
    assert link(alice, note, bob) is Link.OFFLINE, sim.story()


def test_one_who_tells_of_it_is_enough(sim: Simulation) -> None:
    alice, s1, s2, bob = sim.repos("alice", "s1", "s2", "bob")
    for left, right in ((alice, s1), (alice, s2), (s2, bob)):
        sim.connect(left, right)
    cable = sim.connect(s1, bob)
    note = sim.shared(alice, s1, s2, bob)
    sim.run(600.0)
    sim.cut(cable)
    sim.run(1.0)
    assert link(alice, note, bob) is Link.RELAYED, sim.story()


def test_only_stores_that_the_hearer_was_told_rows_of_and_never_its_own(sim: Simulation) -> None:
    server = sim.repo("server", share=None)
    bob, carol = sim.repos("bob", "carol")
    server.policy.rule("carol", announce=False, access=True)
    sim.connect(server, bob)
    note = sim.shared(server, bob)
    hearer = able(sim, "hearer", server)
    hearer.ask(note)
    sim.run(1.0)
    assert reached(hearer) == [{BOB: True}], sim.story()
    cable = sim.connect(server, carol)
    secret = sim.shared(server, carol)
    sim.run(5.0)
    sim.cut(cable)
    sim.run(5.0)
    assert server.row(secret, carol).link is Link.OFFLINE, sim.story()
    assert not reports(hearer, StorageId(carol.store)), sim.story()
    assert reached(hearer) == [{BOB: True}], "she shares nothing with Carol\n" + sim.story()


@pytest.mark.parametrize("kind", ["plain", "weak"])
def test_javascript_is_told_nothing_and_who_promises_nothing_is(sim: Simulation, kind: str) -> None:
    """A Repo of ours whose store may lose what it confirmed announces no durable reports, and understands them."""
    server, bob = sim.repos("server", "bob")
    cable = sim.connect(server, bob)
    note = sim.shared(server, bob)
    if kind == "plain":
        hearer: Stranger = javascript(sim, "tab", server, note)
        hearer.follow(BOB)  # type: ignore[attr-defined]
    else:
        hearer = ours(sim, "weak", server)
        hearer.ask(note)
    sim.run(5.0)
    sim.cut(cable)
    sim.run(5.0)
    assert hearer.got(RemoteHeadsChanged), sim.story()
    assert reached(hearer) == ([] if kind == "plain" else [{BOB: True}, {BOB: False}]), sim.story()


def test_a_store_that_comes_and_goes_costs_ten_frames_a_second(sim: Simulation) -> None:
    server, bob = sim.repos("server", "bob")
    cable = sim.connect(server, bob)
    note = sim.shared(server, bob)
    hearer = able(sim, "hearer", server)
    hearer.ask(note)
    sim.run(1.0)
    for _ in range(100):
        sim.cut(cable)
        sim.run(0.006)
        sim.heal(cable)
        sim.run(0.014)
    sim.run(1.0)
    assert 2 <= len(reached(hearer)) <= 22 and reached(hearer)[-1] == {BOB: True}, sim.story()


def test_what_is_said_of_stores_that_nobody_told_of_is_passed_over(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    cable = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    mallory = able(sim, "mallory", alice)
    mallory.ask(note)
    sim.run(1.0)
    sim.cut(cable)
    stores = {StorageId(f"fake-{number}"): True for number in range(50)}
    for store in (BOB, FAR, StorageId(alice.store), StorageId("store-mallory")):
        stores[store] = True
    mallory.send(InReach(mallory.peer_id, mallory.target, stores))
    sim.run(1.0)
    assert link(alice, note, bob) is Link.OFFLINE, "she never told of Bob\n" + sim.story()
    entry = alice.engine._stores.get(BOB)
    assert entry is not None and not entry.reached, "and it takes no room\n" + sim.story()
    assert {one.id for one in alice.engine.stores()} == {BOB, "store-mallory"}, sim.story()
    said = {FAR: StoreHeads(alice.heads(note), 1.0)}
    mallory.send(RemoteHeadsChanged(mallory.peer_id, mallory.target, note, said))
    mallory.send(InReach(mallory.peer_id, mallory.target, {FAR: True}))
    sim.run(3600.0)
    assert {row.link for row in alice.engine.rows(note) if row.store_id == FAR} == {Link.RELAYED}
