"""A store that fails for long: it is told, memory stays bounded, and nothing is lost once it is mended."""

import pytest

from jupyter_automerge.engine.events import Stop
from jupyter_automerge.engine.notices import Stopped, StorageTrouble
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.limits import PUT_RETRY_MOST_SECONDS
from tests.scenarios.shared_store import large


@pytest.mark.parametrize("ack_after_save", [False, True])
def test_an_hour_without_a_disk_piles_nothing_up(sim: Simulation, ack_after_save: bool) -> None:
    alice = sim.repo("alice", ack_after_save=ack_after_save)
    bob = sim.repo("bob")
    sim.connect(alice, bob)
    note = large(sim, alice)
    bob.find(note)
    sim.run_until_quiet()
    alice.disk.failing = "no space left"
    taken = []
    for number in range(120):
        for writer in (alice, bob):
            writer.change(note, **{writer.name: number})
        sim.run(30.0)
        full = alice.engine.metrics()
        taken.append((full["open_questions"], full["frames_waiting"], len(alice.engine._desk._deadlines)))
    assert max(taken[20:]) <= max(taken[:20]), f"{taken}\n{sim.story()}"
    assert alice.engine.saved_heads(note) != alice.heads(note), sim.story()
    last = alice.heard(StorageTrouble)[-1]
    assert last.error == "no space left" and last.retry_at is not None, sim.story()
    assert last.retry_at <= sim.now + PUT_RETRY_MOST_SECONDS, sim.story()
    alice.disk.failing = ""
    sim.run(120.0)
    assert alice.engine.saved_heads(note) == alice.heads(note) == bob.heads(note), sim.story()
    value = alice.value(note)
    alice.restart()
    alice.find(note)
    sim.run_until_quiet()
    assert value["bob"] == 119 and alice.value(note) == value, sim.story()


def test_who_stops_meanwhile_names_what_is_not_saved(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note, saved = large(sim, alice), large(sim, alice)
    alice.disk.failing = "no space left"
    alice.change(note, n=1)
    sim.run(5.0)
    alice.feed(Stop())
    sim.run(5.0)
    assert alice.heard(Stopped) == [Stopped((note,))], f"{saved}\n{sim.story()}"
