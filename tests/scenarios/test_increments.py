"""Large documents: a key costs its own bytes, and small chunks do not pile up (P68)."""

import pytest

from jupyter_automerge.document import Document
from jupyter_automerge.engine import saving
from jupyter_automerge.engine.increments import Increment, to_merge
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.heads import NO_HEADS
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import KeyKind, StorageKey, key_kind
from jupyter_automerge.values.limits import MERGE_INCREMENTS
from tests.scenarios.shared_store import large


def increments(repo: SimulatedRepo, note: DocumentId) -> list[StorageKey]:
    return [key for key in repo.disk.below(note) if key_kind(key) is KeyKind.INCREMENTAL]


def type_keys(sim: Simulation, repo: SimulatedRepo, note: DocumentId, number: int) -> int:
    """So many changes, each saved. How many bytes were put for them."""
    written = 0
    for key in range(number):
        before = dict(repo.disk.entries)
        repo.change(note, key=key)
        sim.run_until_quiet()
        written += sum(len(data) for name, data in repo.disk.entries.items() if name not in before)
    return written


def test_a_key_in_a_large_document_does_not_rewrite_it(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = large(sim, alice, 1_000_000)
    assert type_keys(sim, alice, note, 1) < 300, sim.story()


def test_small_chunks_become_one_and_nothing_is_lost(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = large(sim, alice, 500_000)
    written = type_keys(sim, alice, note, 3 * MERGE_INCREMENTS)
    assert len(increments(alice, note)) <= MERGE_INCREMENTS + 3, sim.story()
    assert written < 3 * MERGE_INCREMENTS * 300, f"{written} bytes\n{sim.story()}"
    opened, _ = Document.load(
        [alice.disk.entries[key] for key in alice.disk.below(note) if len(key[2]) == 64]
    )
    assert opened.heads == alice.heads(note), sim.story()


def test_what_an_earlier_life_left_is_merged_as_well(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = large(sim, alice, 100_000)
    for _ in range(3):
        type_keys(sim, alice, note, MERGE_INCREMENTS // 2)
        alice.restart()
        alice.find(note)
        sim.run_until_quiet()
    type_keys(sim, alice, note, MERGE_INCREMENTS // 2)
    assert len(increments(alice, note)) <= MERGE_INCREMENTS, sim.story()


def test_the_old_chunks_go_only_once_the_one_that_has_them_is_durable(
    sim: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "MERGE_INCREMENTS", 4)
    alice = sim.repo("alice")
    note = large(sim, alice)
    type_keys(sim, alice, note, 3)
    small = increments(alice, note)
    alice.disk.failing = "no space left"
    alice.change(note, n=1)
    sim.run(5.0)
    assert increments(alice, note) == small, sim.story()
    alice.disk.failing = ""
    sim.run(60.0)
    (merged,) = increments(alice, note)
    assert merged not in small, sim.story()
    value = alice.value(note)
    alice.restart()
    alice.find(note)
    sim.run_until_quiet()
    assert alice.value(note) == value, sim.story()


@pytest.mark.parametrize("keeps", range(4))
def test_a_crash_while_chunks_are_merged_loses_nothing(
    sim: Simulation, monkeypatch: pytest.MonkeyPatch, keeps: int
) -> None:
    monkeypatch.setattr(saving, "MERGE_INCREMENTS", 4)
    alice = sim.repo("alice")
    note = large(sim, alice)
    for delay in (0.0, 0.0005, 0.0015, 0.0025):
        type_keys(sim, alice, note, 3)
        saved = alice.engine.saved_heads(note)
        alice.change(note, n=1)
        sim.run(delay)
        alice.restart(keeps=keeps)
        alice.find(note)
        sim.run_until_quiet()
        assert alice.document(note).knows_all(saved), sim.story()


def test_sizes_are_carried_like_digits() -> None:
    def sizes(*numbers: int) -> list[Increment]:
        return [
            Increment((str(place), (size and "x") or "y"), NO_HEADS, size)
            for place, size in enumerate(numbers)
        ]

    assert to_merge(sizes(), 4) == ()
    assert to_merge(sizes(0, 0), 4) == ()
    assert len(to_merge(sizes(0, 0, 0), 4)) == 3
    assert len(to_merge(sizes(1, 0, 0, 0), 4)) == 3
    assert len(to_merge(sizes(1, 1, 1, 0, 0), 4)) == 0
    assert len(to_merge(sizes(1, 1, 1, 0, 0, 0), 4)) == 6
    assert len(to_merge(sizes(2, 1, 1, 1, 0, 0, 0), 4)) == 6
