"""A store that lost everything while its Repo ran: whoever was told that it keeps something brings it again (E48)."""

import pytest

from jupyter_automerge.engine import events as e
from jupyter_automerge.engine.notices import StoreRegressed
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.heads import NO_HEADS
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import is_chunk


def put_away(sim: Simulation) -> tuple[SimulatedRepo, SimulatedRepo, DocumentId]:
    """Alice's note, which the server has stored and has not in memory any more. She is connected, and idle."""
    server, alice = sim.repos("server", "alice")
    alice.dial(server)
    note = alice.create({"n": 1})
    sim.run(5.0)
    server.feed(e.Unload(note))
    sim.run(5.0)
    assert server.engine.document(note) is None and alice.row(note, server).stored == alice.heads(note)
    return server, alice, note


def empty(server: SimulatedRepo) -> None:
    server.disk.entries.clear()
    server.feed(e.StoreBeganAnew("another-epoch"))


def kept(server: SimulatedRepo, note: DocumentId) -> bool:
    return any(key[0] == note and is_chunk(key) for key in server.disk.entries)


@pytest.mark.parametrize(
    "in_memory", [False, True], ids=["nobody at the server has it open", "it is open there"]
)
def test_what_an_emptied_store_had_is_called_stored_only_once_it_is_there_again(
    sim: Simulation, in_memory: bool
) -> None:
    server, alice, note = put_away(sim)
    if in_memory:
        server.find(note)
        sim.run(5.0)
    empty(server)
    for _ in range(4_000):
        sim.run(0.01)
        row = alice.row(note, server)
        if row.stored and row.sessions:
            break
        # The handshake is the first that she can hear of it.
        assert not row.sessions or row.stored == NO_HEADS, sim.story()
    assert alice.heard(StoreRegressed), sim.story()
    assert kept(server, note) and alice.row(note, server).stored == alice.heads(note), sim.story()


def test_who_is_away_while_a_store_is_emptied_hears_of_it_when_he_comes(sim: Simulation) -> None:
    server, alice = sim.repos("server", "alice")
    cable = sim.connect(alice, server)
    note = alice.create({"n": 1})
    sim.run(5.0)
    sim.cut(cable)
    server.feed(e.Unload(note))
    sim.run(5.0)
    empty(server)
    sim.run(5.0)
    assert not kept(server, note)
    sim.heal(cable)
    sim.run(5.0)
    assert kept(server, note) and alice.row(note, server).stored == alice.heads(note), sim.story()
    assert alice.heard(StoreRegressed), sim.story()


def test_a_server_that_starts_on_its_emptied_store_is_brought_everything_that_is_open(
    sim: Simulation,
) -> None:
    server, alice, note = put_away(sim)
    server.crash()
    server.disk.entries.clear()
    server.start()
    sim.run(30.0)
    assert kept(server, note) and alice.row(note, server).stored == alice.heads(note), sim.story()


def test_a_repo_goes_on_with_its_lease_and_what_it_knows_of_others(sim: Simulation) -> None:
    server, _alice, note = put_away(sim)
    server.find(note)
    sim.run(5.0)
    empty(server)
    sim.run(30.0)
    names = {key[1] for key in server.disk.entries if key[0] == ".jupyter-automerge"}
    assert {"sessions", "stores"} <= names, sim.story()
    assert any(key[1] == "remote-heads" for key in server.disk.entries if key[0] == note), sim.story()
