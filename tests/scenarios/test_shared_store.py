"""Repos on one store without a cable: they see each other's changes, deletions, and what is missing (P62-P64)."""

import pytest

from jupyter_automerge.document import Document
from jupyter_automerge.engine import events as e
from jupyter_automerge.engine.effects import Put
from jupyter_automerge.engine.notices import DocumentChanged, DocumentRemoved
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId, StorageId
from jupyter_automerge.values.keys import (
    KeyKind,
    document_prefix,
    remote_heads_key,
    tombstone_key,
)
from jupyter_automerge.values.status import DocumentState, Origin
from tests.scenarios.shared_store import SharedStore, increment, large, torn_apart


def test_what_one_writes_the_other_has_without_a_cable(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice, bob = store.repo("alice"), store.repo("bob")
    note = sim.shared(alice, bob)
    for number in range(5):
        alice.change(note, a=number)
        sim.run(0.1)
        assert bob.value(note)["a"] == number, sim.story()
        bob.change(note, b=number)
        sim.run(0.1)
        assert alice.value(note)["b"] == number, sim.story()
    assert {notice.origin for notice in bob.heard(DocumentChanged)} == {Origin.STORAGE}, sim.story()
    assert alice.engine.saved_heads(note) == bob.engine.saved_heads(note) == alice.heads(note), sim.story()


def test_what_came_from_the_store_is_not_written_a_second_time(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice, bob = store.repo("alice"), store.repo("bob")
    note = large(sim, alice)
    bob.find(note)
    sim.run_until_quiet()
    for number in range(5):
        alice.change(note, a=number)
        sim.run(0.2)
    assert bob.value(note)["a"] == 4, sim.story()
    assert not [key for key in bob.disk.puts if key[0] == note], sim.story()


def test_news_of_own_writes_cost_no_look_at_the_store(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = large(sim, alice)
    sim.run(5.0)
    looks = len(alice.disk.reads) + len(alice.disk.loads) + len(alice.disk.listings)
    for number in range(20):
        alice.change(note, n=number)
        sim.run(0.2)
    assert len(alice.disk.reads) + len(alice.disk.loads) + len(alice.disk.listings) == looks, sim.story()


def test_of_a_large_document_only_the_new_chunk_is_read(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice, bob = store.repo("alice"), store.repo("bob")
    note = large(sim, alice)
    bob.find(note)
    sim.run_until_quiet()
    loads = list(bob.disk.loads)
    alice.change(note, n=1)
    sim.run(1.0)
    (new,) = store.chunks(note, KeyKind.INCREMENTAL)
    assert bob.disk.reads[-1] == (new,), sim.story()
    assert [prefix for prefix in bob.disk.loads[len(loads) :] if prefix[0] == note] == [], sim.story()


def test_a_change_that_comes_while_the_store_is_read_is_not_missed(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice, bob = store.repo("alice"), store.repo("bob")
    note = large(sim, alice)
    bob.disk.latency = 0.5
    bob.find(note)
    for number in range(4):
        sim.run(0.15)
        alice.change(note, n=number)
    sim.run(5.0)
    assert bob.value(note)["n"] == 3, sim.story()


def test_vague_news_lead_to_what_is_new_of_what_is_open_alone(sim: Simulation) -> None:
    store = SharedStore(sim)
    store.place = lambda key: None
    alice, bob = store.repo("alice"), store.repo("bob")
    note, other = large(sim, alice), large(sim, alice)
    bob.find(note)
    sim.run_until_quiet()
    alice.change(note, n=1)
    alice.change(other, n=1)
    sim.run(1.0)
    bob.feed(e.StorageChanged(()))
    sim.run(1.0)
    assert bob.value(note)["n"] == 1, sim.story()
    assert document_prefix(other) not in (*bob.disk.listings, *bob.disk.loads), sim.story()
    alice.change(note, n=2)
    sim.run(1.0)
    bob.feed(e.StorageChanged(document_prefix(note)))
    sim.run(1.0)
    assert bob.value(note)["n"] == 2, sim.story()


def test_a_document_that_was_unavailable_appears_in_the_store(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice, bob = store.repo("alice"), store.repo("bob")
    document = Document()
    with document.change() as root:
        root["n"] = 1
    note = DocumentId("2zYPPdUrDKx7hkF4PivZ1MH6KGL7")
    bob.find(note)
    sim.run_until_quiet()
    assert bob.state(note) is DocumentState.UNAVAILABLE, sim.story()
    alice.take_in(document, document_id=note)
    sim.run(1.0)
    assert bob.state(note) is DocumentState.READY and bob.value(note) == {"n": 1}, sim.story()


def test_what_comes_from_the_store_waits_for_an_open_change(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice, bob = store.repo("alice"), store.repo("bob")
    note = sim.shared(alice, bob)
    with bob.changing(note) as root:
        root["b"] = 1
        alice.change(note, a=1)
        sim.run(1.0)
        assert "a" not in bob.value(note), sim.story()
    sim.run(1.0)
    assert bob.value(note) == alice.value(note) == {"n": 0, "a": 1, "b": 1}, sim.story()


def test_a_compaction_leaves_what_joined_while_it_was_written(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice, bob = store.repo("alice"), store.repo("bob")
    note = large(sim, alice)
    bob.find(note)
    sim.run_until_quiet()
    alice.disk.latency = 1.0
    alice.change(note, text=sim.random.randbytes(9_000).hex())
    alice.disk.latency = 0.001
    bob.change(note, b=1)
    sim.run(0.5)
    assert alice.value(note)["b"] == 1, sim.story()
    for number in range(3):
        sim.run(2.0)
        assert store.opened(note).knows_all(store.said_to_be_saved(note)), sim.story()
        alice.change(note, more=sim.random.randbytes(9_000).hex() + str(number))


def test_a_compaction_by_a_sibling_is_no_loss(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice, bob = store.repo("alice"), store.repo("bob")
    note = large(sim, alice)
    bob.find(note)
    sim.run_until_quiet()
    for number in range(3):
        bob.change(note, n=number)
        sim.run(0.2)
    sim.run(15.0)
    alice.change(note, text=sim.random.randbytes(9_000).hex())
    sim.run(1.0)
    alice.change(note, last=sim.random.randbytes(9_000).hex())
    sim.run(15.0)
    assert len(store.chunks(note)) == 1, sim.story()
    written = len(bob.disk.puts)
    bob.feed(e.StorageChanged(()))
    sim.run(30.0)
    assert len(bob.disk.puts) == written, "bob takes nothing for lost\n" + sim.story()
    assert bob.engine.saved_heads(note) == bob.heads(note), sim.story()


def test_what_somebody_destroys_is_written_again_by_who_has_it(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = large(sim, alice)
    for number in range(3):
        alice.change(note, n=number)
        sim.run(0.5)
    sim.run(15.0)
    value = alice.value(note)
    first, *_ = store.chunks(note, KeyKind.INCREMENTAL)
    store.remove(first)
    sim.run(1.0)
    assert store.opened(note).value() == value, sim.story()
    sim.run(15.0)
    store.remove(*store.chunks(note))
    sim.run(1.0)
    assert store.opened(note).value() == value, sim.story()
    assert alice.engine.saved_heads(note) == alice.heads(note), sim.story()


def test_while_what_was_destroyed_is_not_written_again_it_is_not_called_saved(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = large(sim, alice)
    alice.change(note, n=1)
    sim.run(15.0)
    alice.disk.latency = 5.0
    store.remove(*store.chunks(note, KeyKind.INCREMENTAL))
    sim.run(21.0)
    assert alice.engine.saved_heads(note) != alice.heads(note), sim.story()
    sim.run(10.0)
    assert alice.engine.saved_heads(note) == alice.heads(note), sim.story()


def test_a_slow_write_does_not_call_saved_what_was_destroyed_meanwhile(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = large(sim, alice)
    alice.change(note, n=1)
    sim.run(15.0)
    alice.disk.duration = lambda effect: 20.0 if isinstance(effect, Put) else 0.001  # type: ignore[method-assign]
    alice.change(note, n=2)
    sim.run(1.0)
    store.remove(*store.chunks(note, KeyKind.INCREMENTAL))
    for _ in range(60):
        sim.run(1.0)
        saved = alice.engine.saved_heads(note)
        assert store.opened(note).knows_all(saved), sim.story()
    assert alice.engine.saved_heads(note) == alice.heads(note), sim.story()


def test_what_a_peer_sent_and_waited_for_a_stored_change_is_not_called_saved_with_it(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = large(sim, alice)
    elsewhere = alice.document(note).fork(actor=sim.actor())
    first, second, _ = torn_apart(sim, elsewhere)
    alice.document(note).apply([second])
    store.write(increment(note, first), first)
    sim.run(5.0)
    assert alice.value(note)["elsewhere-1"] == 1, sim.story()
    assert store.opened(note).value() == alice.value(note), sim.story()


def test_what_a_sibling_deletes_is_gone_here_too_and_does_not_come_back(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice, bob = store.repo("alice"), store.repo("bob")
    note = sim.shared(alice, bob)
    alice.remove(note, force=True)
    sim.run(30.0)
    assert bob.heard(DocumentRemoved) == [DocumentRemoved(note)], sim.story()
    assert bob.state(note) is None and not store.chunks(note), sim.story()
    bob.find(note)
    sim.run(1.0)
    assert tombstone_key(note) not in store.entries, (
        "who wants it again takes the deletion back\n" + sim.story()
    )


def test_a_deletion_that_was_taken_back_elsewhere_is_forgotten_here(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice, bob = store.repo("alice"), store.repo("bob")
    note = sim.shared(alice, bob)
    copy, _ = Document.load([alice.document(note).save()])
    alice.remove(note, force=True)
    sim.run(15.0)
    bob.take_in(copy, document_id=note, fresh=False)
    sim.run(15.0)
    assert bob.value(note) == {"n": 0} and store.chunks(note), sim.story()
    carol = sim.repo("carol")
    sim.connect(carol, alice)
    carol.find(note)
    sim.run(5.0)
    assert carol.value(note) == {"n": 0}, sim.story()


@pytest.mark.parametrize("vague", [False, True])
def test_the_tombstone_that_is_just_being_lifted_buries_nothing(sim: Simulation, vague: bool) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = sim.shared(alice)
    alice.remove(note, force=True)
    sim.run(15.0)
    alice.disk.latency = 1.0
    alice.feed(e.StorageChanged(() if vague else tombstone_key(note)))
    sim.run(0.2)
    document = Document()
    with document.change() as root:
        root["again"] = True
    alice.take_in(document, document_id=note, fresh=False)
    sim.run(30.0)
    assert alice.value(note) == {"again": True} and tombstone_key(note) not in store.entries, sim.story()


def test_what_is_kept_there_of_other_stores_is_not_read_again(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = sim.shared(alice)
    sim.run(15.0)
    looks = (len(alice.disk.reads), len(alice.disk.loads), len(alice.disk.listings))
    for kind in ("remote-heads", "sync-state"):
        alice.feed(e.StorageChanged((note, kind, "somebody")))
    alice.feed(e.StorageChanged(remote_heads_key(note, StorageId("x"))), e.StorageChanged((note, "other")))
    sim.run(5.0)
    assert (len(alice.disk.reads), len(alice.disk.loads), len(alice.disk.listings)) == looks, sim.story()
