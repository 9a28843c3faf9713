"""A store that turns out to have lost what it had confirmed: nobody relies on it until it has it again (E7)."""

import pytest

from jupyter_automerge.engine.effects import Put
from jupyter_automerge.engine.notices import StoreRegressed
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.heads import NO_HEADS
from jupyter_automerge.values.ids import DocumentId
from tests.scenarios.shared_store import SharedStore, large


def stored_note(sim: Simulation, store: SharedStore) -> tuple[SimulatedRepo, SimulatedRepo, DocumentId]:
    """Alice's note, of which the server has reported that it keeps all of it."""
    server, alice = store.repo("server"), sim.repo("alice")
    sim.connect(alice, server)
    note = large(sim, alice)
    alice.change(note, n=1)
    sim.run(2.0)
    assert alice.row(note, server).stored == alice.heads(note), sim.story()
    return server, alice, note


def writes_take(repo: SimulatedRepo, seconds: float) -> None:
    repo.disk.duration = lambda effect: seconds if isinstance(effect, Put) else 0.001  # type: ignore[method-assign]


@pytest.mark.parametrize("rest", [0.0, 15.0], ids=["just written", "at rest"])
def test_what_is_gone_is_not_called_stored_until_it_is_written_again(sim: Simulation, rest: float) -> None:
    store = SharedStore(sim)
    server, alice, note = stored_note(sim, store)
    sim.run(rest)
    writes_take(server, 30.0)
    store.entries.clear()
    store.tell_all(())
    sim.run(1.0)
    assert server.engine.saved_heads(note) == NO_HEADS, sim.story()
    assert alice.row(note, server).stored == NO_HEADS, sim.story()
    assert StoreRegressed("the-store", note) in alice.heard(StoreRegressed), sim.story()
    sim.run(20.0)
    assert alice.row(note, server).stored == NO_HEADS, sim.story()
    writes_take(server, 0.001)
    sim.run(40.0)
    assert store.opened(note).value() == alice.value(note), sim.story()
    assert alice.row(note, server).stored == alice.heads(note), sim.story()


def test_a_part_that_is_gone_is_told_as_what_is_left(sim: Simulation) -> None:
    store = SharedStore(sim)
    server, alice, note = stored_note(sim, store)
    before = alice.heads(note)
    alice.change(note, n=2)
    sim.run(1.0)
    assert alice.row(note, server).stored == alice.heads(note), sim.story()
    writes_take(server, 30.0)
    added = [key for key in store.chunks(note) if store.opened(note).knows_all(before)][-1]
    store.remove(added)
    store.tell_all(())
    sim.run(1.0)
    left = alice.row(note, server).stored
    assert store.opened(note).knows_all(left) and left != alice.heads(note), sim.story()
    writes_take(server, 0.001)
    sim.run(40.0)
    assert alice.row(note, server).stored == alice.heads(note), sim.story()


def test_a_write_under_way_while_the_store_is_looked_at_is_no_loss(sim: Simulation) -> None:
    store = SharedStore(sim)
    server, alice, note = stored_note(sim, store)
    server.disk.latency = 0.5
    for number in range(20):
        alice.change(note, n=number)
        store.tell_all(())
        sim.run(0.13)
    sim.run(30.0)
    assert not alice.heard(StoreRegressed), sim.story()
    assert alice.row(note, server).stored == alice.heads(note), sim.story()
