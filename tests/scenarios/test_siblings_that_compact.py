"""Repos on one store with vague news: a sibling's snapshot in place of ours is no loss, and alarms nobody."""

import pytest

from jupyter_automerge.engine.notices import DocumentSaved, StoreRegressed
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.heads import NO_HEADS
from tests.scenarios.shared_store import SharedStore


@pytest.mark.parametrize("vague", [True, False], ids=["vague news", "news by key"])
def test_a_sibling_that_writes_a_small_document_anew_takes_nothing_back(sim: Simulation, vague: bool) -> None:
    store = SharedStore(sim)
    if vague:
        store.place = lambda key: ()
    alice, bob, carol = store.repo("alice"), store.repo("bob"), sim.repo("carol")
    sim.connect(alice, carol)
    note = sim.shared(alice, carol, n=0)
    sim.run(60.0)
    bob.find(note)
    sim.run(60.0)
    for number in range(1, 4):
        bob.change(note, n=number)
        for _ in range(200):
            sim.run(0.01)
            assert alice.engine.saved_heads(note) != NO_HEADS, "a sibling's snapshot has it\n" + sim.story()
        sim.run(20.0)
        assert alice.value(note) == carol.value(note) == {"n": number}, sim.story()
    assert not carol.heard(StoreRegressed), "nothing was ever lost\n" + sim.story()
    assert carol.row(note, alice).stored == carol.heads(note), sim.story()
    assert alice.heard(DocumentSaved), sim.story()
    assert len(store.chunks(note)) == 1, sim.story()
