"""A folder that a tool syncs: files come late, in pieces, renamed, under odd names; nothing is lost (P62, P64)."""

from jupyter_automerge.document import Document
from jupyter_automerge.engine.notices import ChunkSetAside, DocumentSaved
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import KeyKind, StorageKey
from jupyter_automerge.values.status import DocumentState
from tests.scenarios.shared_store import SharedStore, increment, large, torn_apart


def test_increments_that_come_before_what_they_need_wait_for_it(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = large(sim, alice)
    elsewhere = alice.document(note).fork(actor=sim.actor())
    pieces = torn_apart(sim, elsewhere)
    for data in reversed(pieces):
        store.write(increment(note, data), data)
        sim.run(2.0)
    assert alice.value(note) == elsewhere.value(), sim.story()
    sim.run(120.0)
    assert store.opened(note).value() == elsewhere.value(), sim.story()


def test_an_increment_that_comes_before_the_document_itself(sim: Simulation) -> None:
    store = SharedStore(sim)
    bob = store.repo("bob")
    elsewhere = Document(actor=sim.actor())
    with elsewhere.change() as root:
        root["text"] = "x" * 100
    snapshot = elsewhere.save()
    (first, *_) = torn_apart(sim, elsewhere)
    note = DocumentId("2zYPPdUrDKx7hkF4PivZ1MH6KGL7")
    store.write(increment(note, first), first)
    bob.find(note)
    sim.run(2.0)
    assert bob.state(note) is DocumentState.UNAVAILABLE, sim.story()
    store.write((note, "snapshot", "ab" * 32), snapshot)
    sim.run(2.0)
    assert bob.value(note)["elsewhere-0"] == 0, sim.story()


def test_a_store_that_tells_nothing_is_looked_at_again_while_something_waits(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = large(sim, alice)
    elsewhere = alice.document(note).fork(actor=sim.actor())
    pieces = torn_apart(sim, elsewhere)
    alice.crash()
    for data in pieces[1:]:
        alice.disk.entries[increment(note, data)] = data
    alice.restart()
    alice.find(note)
    sim.run(3.0)
    alice.disk.entries[increment(note, pieces[0])] = pieces[0]
    sim.run(60.0)
    assert alice.value(note) == elsewhere.value(), sim.story()
    looks = len(alice.disk.listings)
    sim.run(600.0)
    assert len(alice.disk.listings) == looks, "and then no more\n" + sim.story()


def test_a_conflicted_copy_is_read_like_any_chunk(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = large(sim, alice)
    pieces = torn_apart(sim, elsewhere := alice.document(note).fork(actor=sim.actor()))
    for number, data in enumerate(pieces):
        store.write((note, "incremental", f"abc (conflicted copy {number}).bin"), data)
    store.write((note, "snapshot", "967e (conflicted copy 2026-11-23)"), elsewhere.save())
    sim.run(2.0)
    assert alice.value(note) == elsewhere.value(), sim.story()


def test_foreign_and_empty_files_break_nothing_and_stay(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = large(sim, alice)
    foreign: dict[StorageKey, bytes] = {
        (note, "incremental", "Thumbs.db"): b"not a chunk",
        (note, "snapshot", "readme.txt"): b"",
        (note, "snapshot", "deep", "er"): b"x",
        (note, "notes"): b"y",
    }
    for key, data in foreign.items():
        store.write(key, data)
    alice.change(note, n=1)
    sim.run(300.0)
    alice.restart()
    alice.find(note)
    sim.run(300.0)
    alice.change(note, text=sim.random.randbytes(9_000).hex())
    sim.run(300.0)
    assert alice.value(note)["n"] == 1, sim.story()
    assert foreign.items() <= store.entries.items(), sim.story()
    assert all(notice.kept is None for notice in alice.heard(ChunkSetAside)), sim.story()


def test_a_chunk_that_is_written_in_pieces_is_read_once_it_is_whole(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = large(sim, alice)
    (data, *_) = torn_apart(sim, alice.document(note).fork(actor=sim.actor()))
    key = increment(note, data)
    for length in (0, 5, 20, len(data) - 1):
        store.write(key, data[:length])
        sim.run(20.0)
        assert "elsewhere-0" not in alice.value(note), sim.story()
    store.write(key, data)
    sim.run(1.0)
    assert alice.value(note)["elsewhere-0"] == 0, sim.story()
    assert not alice.heard(ChunkSetAside), sim.story()
    sim.run(300.0)
    assert store.entries[key] == data, sim.story()


def test_a_renamed_chunk_is_no_loss(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = large(sim, alice)
    alice.change(note, n=1)
    sim.run(15.0)
    (key,) = store.chunks(note, KeyKind.INCREMENTAL)
    data = store.entries[key]
    store.remove(key)
    store.write((*key[:2], "renamed"), data)
    sim.run(15.0)
    assert store.opened(note).value() == alice.value(note), sim.story()
    assert alice.engine.saved_heads(note) == alice.heads(note), sim.story()
    assert alice.heard(DocumentSaved), sim.story()


def test_S5_the_ghost_of_an_empty_document_is_no_document(sim: Simulation) -> None:
    """JavaScript 2.5 leaves the snapshot of an empty document when it deletes one."""
    alice = sim.repo("alice")
    note = DocumentId("2zYPPdUrDKx7hkF4PivZ1MH6KGL7")
    ghost = (note, "snapshot", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    alice.disk.entries[ghost] = Document().save()
    alice.find(note)
    sim.run_until_quiet()
    assert alice.state(note) is DocumentState.UNAVAILABLE, sim.story()
