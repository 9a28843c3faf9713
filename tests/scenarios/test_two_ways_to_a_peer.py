"""Group M of the acceptance catalogue: one peer, two connections, the newer of which counts."""

from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.status import DocumentState


def test_M2_a_pending_find_completes_when_the_peer_comes_by_another_connection(sim: Simulation) -> None:
    alice = sim.repo("alice")
    server = sim.repo("server", peer_id="server")
    note = sim.shared(server)
    first = sim.connect(alice, server)
    first.clogged = True
    alice.find(note)
    sim.run(5.0)
    assert alice.state(note) is DocumentState.REQUESTING, sim.story()
    sim.connect(alice, server)
    sim.run_until_quiet()
    assert alice.value(note) == {"n": 0}, sim.story()


def test_M3_traffic_moves_to_the_newer_connection_of_a_javascript_peer(sim: Simulation) -> None:
    alice = sim.repo("alice")
    page = sim.repo("page", plain=True, peer_id="page")
    first = sim.connect(page, alice)
    note = sim.shared(alice, page)
    second = sim.connect(page, alice)
    sim.run_until_quiet()
    first.reset_counts()
    alice.change(note, n=1)
    sim.run_until_quiet()
    assert page.value(note) == {"n": 1}, sim.story()
    assert not first.sync_messages and second.sync_messages, sim.story()


def test_M4_the_end_of_the_older_connection_does_not_stop_syncing(sim: Simulation) -> None:
    alice, page = sim.repo("alice"), sim.repo("page", plain=True, peer_id="page")
    first = sim.connect(page, alice)
    note = sim.shared(alice, page)
    sim.connect(page, alice)
    sim.cut(first)
    sim.run_until_quiet()
    for number, writer, reader in ((1, alice, page), (2, page, alice)):
        writer.change(note, n=number)
        sim.run_until_quiet()
        assert reader.value(note) == {"n": number}, sim.story()
