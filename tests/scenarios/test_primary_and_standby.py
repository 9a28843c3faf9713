"""Several connections to one life of a peer: one is spoken on, the others stand by (E31, P70)."""

from typing import Any

import pytest

from jupyter_automerge.engine.events import ConnectionClosed, Follow, RoundTrip
from jupyter_automerge.engine.local import FixedShare
from jupyter_automerge.engine.notices import (
    ConnectionChanged,
    DocumentUnloaded,
    EphemeralReceived,
    PeerDown,
    PeerUp,
    RowsChanged,
)
from jupyter_automerge.testing.simulated_link import SimulatedLink
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId, StorageId
from jupyter_automerge.values.status import Access, DocumentState
from jupyter_automerge.wire.codec import decode, encode
from jupyter_automerge.wire.messages import Notice, Primary


def spoken_on(repo: SimulatedRepo) -> list[SimulatedLink]:
    """The cables of the connections that the Repo takes for primary."""
    return [repo.links[connection.id] for connection in repo.engine._connections.primary]


def agreed(sim: Simulation, *repos: SimulatedRepo) -> SimulatedLink:
    """The one cable on which all of them speak."""
    cables = {id(cable): cable for repo in repos for cable in spoken_on(repo)}
    assert len(cables) == 1, f"they speak on {len(cables)} cables\n{sim.story()}"
    return next(iter(cables.values()))


def type_into(
    sim: Simulation, repo: SimulatedRepo, note: DocumentId, times: int, reader: SimulatedRepo
) -> None:
    for number in range(times):
        repo.change(note, n=number)
        sim.run_until_quiet()
    assert reader.value(note)["n"] == times - 1, sim.story()


def deaf_to_the_word(sim: Simulation, cable: SimulatedLink, note: DocumentId) -> None:
    """The peers are of a release that does not know who leads."""

    def tamper(sender: Any, frame: bytes) -> bytes:
        message = decode(frame)
        if isinstance(message, Primary):
            return encode(Notice(message.sender_id, message.target_id, note, "no such message"))
        return frame

    cable.tamper = tamper


@pytest.fixture
def pair(sim: Simulation) -> tuple[SimulatedRepo, SimulatedRepo]:
    alice, bob = sim.repos("alice", "bob")
    return alice, bob


def test_a_hundred_edits_go_over_one_of_two_connections(
    sim: Simulation, pair: tuple[SimulatedRepo, SimulatedRepo]
) -> None:
    alice, bob = pair
    first, second = sim.connect(alice, bob), sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    for cable in (first, second):
        cable.reset_counts()
    type_into(sim, alice, note, 50, bob)
    type_into(sim, bob, note, 50, alice)
    assert first.frames >= 100 and second.frames == 0, f"{first.frames}, {second.frames}\n{sim.story()}"
    assert alice.row(note, bob).sessions == 2, sim.story()


def test_broadcasts_and_news_of_other_stores_go_over_one_of_two_connections(sim: Simulation) -> None:
    alice, bob, carol = sim.repos("alice", "bob", "carol")
    first, second = sim.connect(alice, bob), sim.connect(alice, bob)
    sim.connect(bob, carol)
    note = sim.shared(carol, alice, bob)
    second.reset_counts()
    alice.broadcast(note, b"\xf6")
    carol.change(note, n=1)
    sim.run_until_quiet()
    for repo in (bob, carol):
        assert len(repo.heard(EphemeralReceived)) == 1, sim.story()
    assert {row.store_id for row in alice.engine.rows(note)} == {"store-bob", "store-carol"}, sim.story()
    assert first.frames and not second.frames, sim.story()


@pytest.mark.parametrize("seed", range(10))
def test_a_primary_that_dies_in_the_middle_of_a_sync_loses_nothing(seed: int) -> None:
    sim = Simulation(seed)
    alice, bob = sim.repos("alice", "bob")
    first, second = sim.connect(alice, bob, bytes_per_second=20_000.0), sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    alice.change(note, film="x".join(str(sim.random.random()) for _ in range(2_000)))
    bob.change(note, also="bob")
    sim.run(sim.random.uniform(0.0, 1.5))
    sim.cut(first)
    sim.run_until_quiet()
    assert sim.documents_equal(note) and {"film", "also"} <= bob.value(note).keys(), sim.story()
    assert agreed(sim, alice, bob) is second
    for repo in (alice, bob):
        assert not repo.heard(PeerDown), sim.story()
    sim.run(1.0)  # reports of what is stored take turns
    for one, other in ((alice, bob), (bob, alice)):
        assert one.row(note, other).stored == one.heads(note), sim.story()


def test_two_who_call_each_other_at_once_come_to_speak_on_one_connection(
    sim: Simulation, pair: tuple[SimulatedRepo, SimulatedRepo]
) -> None:
    alice, bob = pair
    note = alice.create({"n": 0})
    cables = [sim.connect(alice, bob), sim.connect(bob, alice)]
    sim.run(0.007)
    assert spoken_on(alice) != spoken_on(bob), "each has answered the other's call\n" + sim.story()
    bob.find(note)
    alice.change(note, n=1)
    sim.run_until_quiet()
    assert bob.value(note) == {"n": 1}, sim.story()
    (spare,) = [cable for cable in cables if cable is not agreed(sim, alice, bob)]
    spare.reset_counts()
    type_into(sim, alice, note, 10, bob)
    type_into(sim, bob, note, 10, alice)
    assert spare.frames == 0, sim.story()


def test_what_bob_follows_he_is_not_asked_about_after_he_said_so_on_two_connections(
    sim: Simulation, pair: tuple[SimulatedRepo, SimulatedRepo]
) -> None:
    alice, bob = pair
    bob.feed(Follow((StorageId("far"),)))
    sim.connect(alice, bob)
    sim.connect(bob, alice)
    sim.run_until_quiet()
    assert [sorted(one.follows) for one in alice.engine._connections.open] == [["far"]] * 2, (
        "he spoke on one before he heard which it is\n" + sim.story()
    )
    assert not any(one.asked for one in alice.engine._connections.open), sim.story()


@pytest.mark.parametrize("announces", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_two_who_never_agree_lose_nothing_and_fall_silent(seed: int, announces: bool) -> None:
    sim = Simulation(seed)
    alice = sim.repo("alice", share=FixedShare(announce=announces))
    bob = sim.repo("bob")
    note = alice.create({"n": 0})
    cables = [sim.connect(alice, bob), sim.connect(bob, alice)]
    for cable in cables:
        deaf_to_the_word(sim, cable, note)
    sim.run(1.0)
    assert spoken_on(alice) != spoken_on(bob), sim.story()
    bob.find(note)
    sim.run_until_quiet()
    for number in range(5):
        alice.change(note, a=number)
        if sim.random.random() < 0.5:
            sim.run(0.003)
        bob.change(note, b=number)
        sim.run_until_quiet()
        assert alice.value(note) == bob.value(note) == {"n": 0, "a": number, "b": number}, sim.story()
    sim.run(1.0)  # reports of what is stored take turns
    for one, other in ((alice, bob), (bob, alice)):
        assert one.row(note, other).stored == one.heads(note), sim.story()
    for cable in cables:
        cable.reset_counts()
    sim.run(60.0)
    assert not any(cable.frames for cable in cables), sim.story()
    sim.cut(cables[0])
    alice.change(note, n=7)
    sim.run_until_quiet()
    assert bob.value(note)["n"] == 7, sim.story()


def test_of_three_connections_the_next_takes_over_until_none_is_left(
    sim: Simulation, pair: tuple[SimulatedRepo, SimulatedRepo]
) -> None:
    alice, bob = pair
    cables = [sim.connect(alice, bob), sim.connect(bob, alice), sim.connect(alice, bob)]
    note = sim.shared(alice, bob)
    left = list(cables)
    while left:
        current = agreed(sim, alice, bob)
        for cable in left:
            cable.reset_counts()
        type_into(sim, alice, note, 5, bob)
        assert [cable for cable in left if cable.frames] == [current], sim.story()
        sim.cut(current)
        left.remove(current)
        alice.change(note, n=100 + len(left))
        sim.run_until_quiet()
        assert (bob.value(note)["n"] == 100 + len(left)) is bool(left), sim.story()
        assert bool(alice.heard(PeerDown)) is (not left), sim.story()
    assert len(alice.heard(PeerUp)) == len(alice.heard(PeerDown)) == 1, sim.story()


def test_when_a_standby_dies_nothing_happens(
    sim: Simulation, pair: tuple[SimulatedRepo, SimulatedRepo]
) -> None:
    alice, bob = pair
    first, second = sim.connect(alice, bob), sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    first.reset_counts()
    told = len(alice.notices)
    sim.cut(second)
    sim.run_until_quiet()
    assert first.frames == 0, sim.story()
    assert {type(notice) for notice in alice.notices[told:]} <= {ConnectionChanged, RowsChanged}, sim.story()
    type_into(sim, alice, note, 3, bob)


def test_roles_are_told_and_the_one_in_use_stays_when_a_better_one_comes(
    sim: Simulation, pair: tuple[SimulatedRepo, SimulatedRepo]
) -> None:
    alice, bob = pair
    first, slow, fast = (sim.connect(alice, bob, latency=seconds) for seconds in (0.005, 0.006, 0.007))
    sim.run_until_quiet()
    for repo in (alice, bob):
        for cable, seconds in ((first, 0.3), (slow, 0.2), (fast, 0.1)):
            assert cable.connection is not None
            repo.feed(RoundTrip(cable.connection, seconds))
    sim.run_until_quiet()
    assert agreed(sim, alice, bob) is first
    told = len(alice.notices)
    sim.cut(first)
    sim.run_until_quiet()
    assert agreed(sim, alice, bob) is fast, "the shortest way of those there are\n" + sim.story()
    news = [notice for notice in alice.notices[told:] if isinstance(notice, ConnectionChanged)]
    assert [(one.connection, one.open, one.standby) for one in news] == [
        (news[0].connection, False, False),
        (fast.connection, True, False),
    ], sim.story()
    opened = {one.connection: one.standby for one in alice.heard(ConnectionChanged) if one.open}
    assert opened == {1: False, 2: True, 3: False}, sim.story()


def test_a_primary_that_takes_nothing_is_left_when_it_is_closed_and_all_is_sent_again(
    sim: Simulation, pair: tuple[SimulatedRepo, SimulatedRepo]
) -> None:
    alice, bob = pair
    first, _ = sim.connect(alice, bob), sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    first.clogged = True
    for number in range(4):
        alice.change(note, n=number)
        sim.run(1.0)
    assert bob.value(note)["n"] < 3, "pings find that out, which the simulation has not\n" + sim.story()
    sim.hang_up(first, "no answer to a ping")
    sim.run_until_quiet()
    assert bob.value(note) == {"n": 3}, sim.story()


def test_a_primary_that_takes_nothing_yields_to_a_new_connection(
    sim: Simulation, pair: tuple[SimulatedRepo, SimulatedRepo]
) -> None:
    alice, bob = pair
    first = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    first.clogged = True
    for number in range(4):
        alice.change(note, n=number)
        sim.run(1.0)
    second = sim.connect(alice, bob)
    sim.run_until_quiet()
    assert bob.value(note) == {"n": 3} and agreed(sim, alice, bob) is second, sim.story()


def test_a_dialer_that_calls_again_takes_the_place_of_the_dead_connection_before(
    sim: Simulation, pair: tuple[SimulatedRepo, SimulatedRepo]
) -> None:
    """Bob's laptop woke up elsewhere: his end knows that the connection is dead, Alice's does not."""
    alice, bob = pair
    bob.dial(alice)
    sim.run(1.0)
    note = sim.shared(alice, bob)
    ((connection, cable),) = bob.links.items()
    cable.clogged = True
    del bob.links[connection]
    bob.feed(ConnectionClosed(connection, None, "the network is another one"))
    sim.run(2.0)
    alice.change(note, n=1)
    sim.run(0.1)
    assert bob.value(note) == {"n": 1}, sim.story()
    assert len(alice.engine._connections.open) == 1 and not alice.heard(PeerDown), sim.story()


def test_connections_with_other_rights_do_not_stand_by_for_each_other(
    sim: Simulation, pair: tuple[SimulatedRepo, SimulatedRepo]
) -> None:
    alice, bob = pair
    sim.connect(bob, alice, access=Access.READ)
    sim.connect(bob, alice, access=Access.WRITE)
    note = sim.shared(alice, bob)
    bob.change(note, by="bob")
    sim.run_until_quiet()
    assert alice.value(note)["by"] == "bob", sim.story()
    for repo in pair:
        assert len(spoken_on(repo)) == 2, sim.story()


@pytest.mark.parametrize("begins", ["alice", "bob"])
def test_a_document_that_turns_up_late_is_had_over_whichever_connection_was_asked(
    sim: Simulation, begins: str
) -> None:
    alice, bob, carol = sim.repo("alice"), sim.repo("bob"), sim.repo("carol")
    note = carol.create({"n": 0})
    cables = [sim.connect(alice, bob), sim.connect(bob, alice)]
    for cable in cables:
        deaf_to_the_word(sim, cable, note)
    sim.run(1.0)
    seeker, host = (alice, bob) if begins == "alice" else (bob, alice)
    seeker.find(note)
    sim.run(5.0)
    assert seeker.state(note) is DocumentState.UNAVAILABLE, sim.story()
    sim.connect(host, carol)
    host.find(note)
    sim.run_until_quiet()
    assert seeker.value(note) == {"n": 0}, sim.story()


def test_a_document_unloaded_and_found_again_is_synced_on_the_new_primary(
    sim: Simulation, pair: tuple[SimulatedRepo, SimulatedRepo]
) -> None:
    alice, bob = pair
    first, _ = sim.connect(alice, bob), sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    alice.unload(note)
    sim.run_until_quiet()
    assert alice.heard(DocumentUnloaded), sim.story()
    sim.cut(first)
    bob.change(note, n=1)
    sim.run_until_quiet()
    alice.find(note)
    sim.run_until_quiet()
    assert alice.value(note) == {"n": 1}, sim.story()
    type_into(sim, alice, note, 3, bob)
