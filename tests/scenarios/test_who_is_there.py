"""Peers by id and session: several connections to one, one id for two, and oneself."""

from jupyter_automerge.engine.notices import (
    ConnectionChanged,
    IdCollision,
    PeerDown,
    PeerUp,
    StoreChanged,
    StoreSeen,
)
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import PeerId, SessionId
from jupyter_automerge.values.status import Link
from jupyter_automerge.values.store import RunningPeer

PINNED = PeerId("everybody-has-this-id")


def test_S23_of_two_connections_to_bob_either_may_break_and_nothing_is_lost(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    cables = [sim.connect(alice, bob), sim.connect(alice, bob)]
    note = sim.shared(alice, bob)
    for number, cable in enumerate(cables):
        sim.cut(cable)
        alice.change(note, n=number + 1)
        sim.run_until_quiet()
        row = alice.row(note, bob)
        assert (row.sessions, row.link, row.peer_ids) == (1, Link.CONNECTED, (bob.peer_id,)), sim.story()
        assert bob.value(note) == {"n": number + 1}, sim.story()
        sim.heal(cable)
        sim.run_until_quiet()
        assert alice.row(note, bob).sessions == 2, sim.story()
    assert len(alice.heard(PeerUp)) == 1 and not alice.heard(PeerDown), sim.story()
    assert [store.peers for store in alice.engine.stores()] == [
        (RunningPeer(bob.peer_id, SessionId("session-bob-1")),)
    ], sim.story()


def test_S24_bob_and_carol_go_by_one_id_and_both_are_synced_with(sim: Simulation) -> None:
    alice = sim.repo("alice")
    bob, carol = (sim.repo(name, peer_id=PINNED) for name in ("bob", "carol"))
    sim.connect(bob, alice)
    sim.run(10.0)
    sim.connect(carol, alice)
    note = sim.shared(alice)
    assert not alice.heard(IdCollision), (
        "nobody has shown yet that it is not one who came back\n" + sim.story()
    )
    sim.run(2.0)
    for peer in (bob, carol):
        peer.find(note)
        sim.run_until_quiet()
        peer.change(note, by=peer.name)
        sim.run_until_quiet()
    assert sim.documents_equal(note), sim.story()
    assert {row.store_id for row in alice.engine.rows(note)} == {"store-bob", "store-carol"}, sim.story()
    collision = IdCollision(PINNED, ("session-bob-1", "session-carol-1"))
    assert alice.heard(IdCollision) == [collision], sim.story()
    assert len(alice.heard(PeerUp)) == 2, sim.story()
    carol.crash()
    down = alice.heard(PeerDown)
    assert [(one.peer_id, one.session_id) for one in down] == [(PINNED, "session-carol-1")], sim.story()


def test_S25_bob_who_comes_back_under_his_pinned_id_is_no_collision(sim: Simulation) -> None:
    alice, bob = sim.repo("alice"), sim.repo("bob", peer_id=PINNED)
    link = sim.connect(bob, alice)
    note = sim.shared(alice, bob)
    for number in (1, 2, 3):
        bob.restart()
        bob.find(note)
        sim.run_until_quiet()
        link.reset_counts()
        alice.change(note, n=number)
        sim.run(30.0)
        assert bob.value(note) == {"n": number}, sim.story()
        assert link.sync_messages[note] <= 2, sim.story()
    (row,) = alice.engine.rows(note)
    assert row.sessions == 1, sim.story()
    assert not alice.heard(IdCollision), sim.story()
    assert [up.metadata.session_id for up in alice.heard(PeerUp)] == [
        f"session-bob-{life}" for life in (1, 2, 3, 4)
    ], sim.story()


def test_S31_a_repo_that_meets_itself_hangs_up_and_has_no_row(sim: Simulation) -> None:
    alice = sim.repo("alice")
    mirror = sim.repo("mirror", peer_id="alice-1", session="session-alice-1", store="store-alice")
    note = sim.shared(alice)
    sim.connect(alice, mirror)
    sim.run(10.0)
    assert "itself" in alice.heard(ConnectionChanged)[-1].reason, sim.story()
    assert not alice.engine.rows(note) and not alice.engine.stores(), sim.story()
    assert not alice.heard(IdCollision), sim.story()


def test_S31_somebody_else_under_our_own_id_is_told_so(sim: Simulation) -> None:
    alice, other = sim.repo("alice", peer_id=PINNED), sim.repo("other", peer_id=PINNED)
    sim.connect(alice, other)
    sim.run(10.0)
    assert other.heard(IdCollision) == [IdCollision(PINNED, ("session-other-1", "session-alice-1"))], (
        sim.story()
    )
    for repo in (alice, other):
        assert "one of its own" in repo.heard(ConnectionChanged)[-1].reason, sim.story()
        assert not repo.engine.stores(), sim.story()


def test_a_store_is_seen_once_and_each_of_its_moves_is_told(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    alice.dial(bob)
    sim.run_until_quiet()
    bob.crash()
    sim.run(3.0)
    bob.restart()
    sim.run(20.0)
    (seen,) = alice.heard(StoreSeen)
    assert (seen.store.id, seen.store.name, seen.store.link) == ("store-bob", "bob", Link.CONNECTED), (
        sim.story()
    )
    links = [notice.store.link for notice in alice.heard(StoreChanged)]
    assert links == [Link.DIALING, Link.CONNECTED], sim.story()
    (store,) = alice.engine.stores()
    assert store.endpoints == ("bob",) and store.first_seen < store.last_seen, sim.story()
