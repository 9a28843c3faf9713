"""Group N of the acceptance catalogue: connections come, go, are replaced; and Dialers call again."""

from itertools import pairwise

from jupyter_automerge.engine.effects import Effect
from jupyter_automerge.engine.events import ConnectionClosed, DialerRemoved, FrameReceived
from jupyter_automerge.engine.notices import (
    ConnectionChanged,
    DialerChanged,
    EphemeralReceived,
    PeerDown,
    PeerUp,
)
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import ConnectionId, PeerId, StorageId
from jupyter_automerge.values.status import DialerState
from jupyter_automerge.wire.codec import encode
from jupyter_automerge.wire.messages import Join


def states(repo: SimulatedRepo) -> list[DialerState]:
    return [notice.state for notice in repo.heard(DialerChanged)]


def test_N5_the_late_end_of_a_replaced_connection_is_not_reported(sim: Simulation) -> None:
    server = sim.repo("server")
    page = sim.repo("page", plain=True, peer_id="page")
    sim.connect(page, server)
    note = sim.shared(server, page)
    older = next(iter(server.links))
    sim.connect(page, server)
    sim.run_until_quiet()
    downs = len(server.heard(PeerDown))
    server.feed(ConnectionClosed(older, 1006, "the network noticed at last"))
    assert len(server.heard(PeerDown)) == downs, sim.story()
    server.change(note, n=1)
    sim.run_until_quiet()
    assert page.value(note) == {"n": 1}, sim.story()


def test_N6_two_repos_sync_both_ways_in_either_role(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    for caller, listener in ((alice, bob), (bob, alice)):
        link = sim.connect(caller, listener)
        note = sim.shared(caller, listener)
        caller.change(note, by_caller=1)
        listener.change(note, by_listener=1)
        sim.run_until_quiet()
        assert caller.value(note) == listener.value(note), sim.story()
        assert {"by_caller", "by_listener"} < set(caller.value(note)), sim.story()
        sim.cut(link)


def test_N7_three_repos_converge_as_a_mesh_and_around_a_hub(sim: Simulation) -> None:
    for cables in (((0, 1), (1, 2), (2, 0)), ((0, 1), (0, 2))):
        repos = sim.repos(*(f"{len(cables)}-{number}" for number in range(3)))
        for caller, listener in cables:
            sim.connect(repos[caller], repos[listener])
        note = sim.shared(repos[0], *repos[1:])
        for number, repo in enumerate(repos):
            repo.change(note, **{f"by{number}": True})
        sim.run_until_quiet()
        assert sim.documents_equal(note, repos), sim.story()
        assert len(repos[0].value(note)) == 4, sim.story()


def test_N8_a_broadcast_reaches_the_other_repos(sim: Simulation) -> None:
    alice, bob, carol = sim.repos("alice", "bob", "carol")
    sim.line(alice, bob, carol)
    note = sim.shared(alice, bob, carol)
    alice.broadcast(note, b"\x01")
    sim.run_until_quiet()
    for repo in (bob, carol):
        (heard,) = repo.heard(EphemeralReceived)
        assert (heard.data, heard.sender_id) == (b"\x01", alice.peer_id), sim.story()
    assert not alice.heard(EphemeralReceived), sim.story()


def test_N9_a_new_peer_is_reported_with_its_claims(sim: Simulation) -> None:
    server = sim.repo("server")
    guest = sim.stranger("guest", server)
    guest.metadata = PeerMetadata(storage_id=StorageId("guests-store"), is_ephemeral=False)
    guest.join()
    (up,) = server.heard(PeerUp)
    assert up == PeerUp(guest.peer_id, guest.metadata), sim.story()


def test_N10_both_sides_report_the_end_when_one_side_leaves(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    dialer = alice.dial(bob)
    sim.run(1.0)
    alice.feed(DialerRemoved(dialer))
    sim.run(1.0)
    assert [down.peer_id for down in bob.heard(PeerDown)] == [alice.peer_id], sim.story()
    assert [down.peer_id for down in alice.heard(PeerDown)] == [bob.peer_id], sim.story()


def test_N11_nothing_is_taken_from_a_closed_connection(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    link = sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    connection = next(iter(bob.links))
    sim.cut(link)
    late = encode(Join(PeerId("late")))
    effects: list[Effect] = bob.engine.handle(FrameReceived(connection, late), sim.now)
    effects += bob.engine.handle(FrameReceived(ConnectionId(999), late), sim.now)
    assert not effects, sim.story()
    assert bob.value(note) == {"n": 0}, sim.story()


def test_N12_reconnecting_announces_the_peer_again(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    link = sim.connect(alice, bob)
    sim.run_until_quiet()
    sim.replug(link)
    sim.run_until_quiet()
    for repo, other in ((alice, bob), (bob, alice)):
        assert [up.peer_id for up in repo.heard(PeerUp)] == [other.peer_id] * 2, sim.story()
        assert [down.peer_id for down in repo.heard(PeerDown)] == [other.peer_id], sim.story()


def test_one_of_two_connections_to_a_peer_can_go_and_nothing_is_lost(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    links = [sim.connect(alice, bob), sim.connect(bob, alice)]
    note = sim.shared(alice, bob)
    assert [up.peer_id for up in alice.heard(PeerUp)] == [bob.peer_id], "one peer, two paths\n" + sim.story()
    assert alice.row(note, bob).sessions == 2, sim.story()
    for number, link in enumerate(links):
        sim.cut(link)
        alice.change(note, n=number + 1)
        sim.run_until_quiet()
        assert bob.value(note)["n"] == 1, sim.story()
        assert bool(alice.heard(PeerDown)) is (number == 1), sim.story()


def test_a_dialer_calls_again_with_growing_waits_until_the_door_opens(sim: Simulation) -> None:
    alice, server = sim.repos("alice", "server")
    server.door.refusal = "connection refused"
    alice.dial(server)
    sim.run(60.0)
    waits = [notice.retry_at for notice in alice.heard(DialerChanged) if notice.retry_at is not None]
    gaps = [later - earlier for earlier, later in pairwise(waits)]
    assert 8 <= len(waits) <= 20 and max(gaps) <= 10.1 and gaps[0] < 1.0, f"{gaps}\n{sim.story()}"
    server.door.refusal = ""
    sim.run(11.0)
    assert states(alice)[-1] is DialerState.CONNECTED, sim.story()


def test_a_dialer_gives_up_where_trying_again_cannot_help(sim: Simulation) -> None:
    alice, server = sim.repos("alice", "server")
    server.door.refusal, server.door.fatal = "403: wrong token", True
    alice.dial(server)
    sim.run(60.0)
    assert states(alice) == [DialerState.DIALING, DialerState.FAILED], sim.story()
    assert alice.heard(DialerChanged)[-1].error == "403: wrong token", sim.story()


def test_a_dialer_comes_back_to_a_server_that_was_restarted(sim: Simulation) -> None:
    alice, server = sim.repos("alice", "server")
    alice.dial(server)
    note = sim.shared(server, alice)
    sim.run(1.0)
    server.crash()
    alice.change(note, n=1)
    sim.run(20.0)
    server.restart()
    sim.run(20.0)
    assert server.value(note) == {"n": 1}, sim.story()


def test_a_server_that_greets_and_drops_is_not_hammered(sim: Simulation) -> None:
    alice, server = sim.repos("alice", "server")
    alice.dial(server)
    for _ in range(600):
        sim.run(0.1)
        for link in list(sim.links):
            sim.hang_up(link, "go away")
    assert len([state for state in states(alice) if state is DialerState.DIALING]) < 20, sim.story()


def test_two_addresses_of_one_javascript_peer_do_not_evict_each_other_for_ever(sim: Simulation) -> None:
    alice = sim.repo("alice")
    server = sim.repo("server", plain=True, peer_id="server")
    for _ in range(3):
        alice.dial(server)
    note = sim.shared(server)
    sim.run(120.0)
    opened = [notice for notice in server.heard(ConnectionChanged) if notice.open]
    assert len(opened) <= 6, sim.story()
    alice.find(note)
    sim.run(1.0)
    server.change(note, n=1)
    sim.run(1.0)
    assert alice.value(note) == {"n": 1}, sim.story()


def test_a_repo_that_calls_itself_hangs_up_for_good(sim: Simulation) -> None:
    alice, mirror = sim.repo("alice"), sim.repo("mirror", peer_id="alice-1", session="session-alice-1")
    alice.dial(mirror)
    sim.run(30.0)
    assert states(alice)[-1] is DialerState.FAILED, sim.story()
    assert "itself" in alice.heard(DialerChanged)[-1].error, sim.story()
