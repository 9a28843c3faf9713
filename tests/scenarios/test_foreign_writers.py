"""Others than Repos of ours write into the store: noticed, kept in mind, and met with one chunk (P69)."""

from jupyter_automerge.engine import events as e
from jupyter_automerge.engine.notices import ForeignWritersSeen
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.keys import FOREIGN_WRITERS_KEY, KeyKind, incremental_key
from jupyter_automerge.values.limits import FOREIGN_IDLE_SECONDS, SIBLING_SECONDS
from tests.scenarios.shared_store import STORE, SharedStore, large


def foreign_change(sim: Simulation, store: SharedStore, note: object) -> None:
    """JavaScript has the document open, and saves a change."""
    (alice, *_) = store.repos
    document = alice.document(note).fork(actor=sim.actor())  # type: ignore[arg-type]
    before = document.heads
    with document.change() as root:
        root["by JavaScript"] = sim.number()
    data = document.save_since(before)
    store.write(incremental_key(note, data), data)  # type: ignore[arg-type]


def test_a_chunk_that_no_repo_of_ours_wrote_marks_the_store(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = large(sim, alice)
    sim.run(100.0)
    assert alice.engine.foreign_writers_seen is None, sim.story()
    foreign_change(sim, store, note)
    sim.run(5.0)
    (seen,) = alice.heard(ForeignWritersSeen)
    assert seen.store_id == STORE and FOREIGN_WRITERS_KEY in store.entries, sim.story()


def test_siblings_mark_nothing_also_when_they_left_a_moment_ago(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice, bob = store.repo("alice"), store.repo("bob")
    note = large(sim, alice)
    bob.find(note)
    sim.run(100.0)
    for number in range(5):
        bob.change(note, n=number)
        sim.run(1.0)
    bob.change(note, n=6)
    bob.feed(e.Stop())
    sim.run(10.0)
    assert alice.value(note)["n"] == 6, sim.story()
    for repo in (alice, bob):
        assert repo.engine.foreign_writers_seen is None, sim.story()
    assert FOREIGN_WRITERS_KEY not in store.entries, sim.story()


def test_a_sibling_that_left_long_ago_is_no_excuse(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice, bob = store.repo("alice"), store.repo("bob")
    note = large(sim, alice)
    bob.feed(e.Stop())
    sim.run(SIBLING_SECONDS + 10.0)
    foreign_change(sim, store, note)
    sim.run(5.0)
    assert alice.engine.foreign_writers_seen is not None, sim.story()


def test_a_chunk_that_nobody_of_us_removed_marks_the_store(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = large(sim, alice)
    alice.change(note, n=1)
    sim.run(100.0)
    store.remove(*store.chunks(note, KeyKind.INCREMENTAL))
    sim.run(5.0)
    assert alice.engine.foreign_writers_seen is not None, sim.story()


def test_javascript_that_claims_our_store_marks_it(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    page = sim.repo("page", store=STORE, plain=True)
    sim.connect(page, alice)
    sim.run(5.0)
    assert alice.engine.foreign_writers_seen is not None, sim.story()


def test_the_mark_is_there_in_the_next_life_and_for_siblings(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = large(sim, alice)
    sim.run(100.0)
    bob = store.repo("bob")
    sim.run(SIBLING_SECONDS + 10.0)
    store.entries[FOREIGN_WRITERS_KEY] = b"whatever it says"
    store.tell([FOREIGN_WRITERS_KEY])
    sim.run(5.0)
    assert bob.engine.foreign_writers_seen is not None, sim.story()
    alice.restart()
    alice.find(note)
    sim.run(5.0)
    assert len(alice.heard(ForeignWritersSeen)) == 2, sim.story()


def test_in_a_marked_store_a_document_at_rest_becomes_one_chunk(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = large(sim, alice)
    sim.run(100.0)
    foreign_change(sim, store, note)
    sim.run(2.0)
    for number in range(8):
        alice.change(note, n=number)
        sim.run(FOREIGN_IDLE_SECONDS / 2)
        assert len(store.chunks(note)) > 1, "not while it is edited\n" + sim.story()
    sim.run(2 * FOREIGN_IDLE_SECONDS)
    (only,) = store.chunks(note)
    assert only[1] == "snapshot" and store.opened(note).heads == alice.heads(note), sim.story()
    puts = len(alice.disk.puts)
    sim.run(100.0)
    assert len(alice.disk.puts) == puts, "and then it rests\n" + sim.story()


def test_in_a_store_of_ours_alone_a_document_at_rest_keeps_its_chunks(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = large(sim, alice)
    alice.change(note, n=1)
    sim.run(100.0)
    assert len(store.chunks(note)) == 2, sim.story()


def test_what_waits_for_others_is_not_taken_into_the_one_chunk_and_stays(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice = store.repo("alice")
    note = large(sim, alice)
    sim.run(100.0)
    foreign_change(sim, store, note)
    document = alice.document(note).fork(actor=sim.actor())
    with document.change() as root:
        root["missing"] = 1
    before = document.heads
    with document.change() as root:
        root["orphan"] = 1
    orphan = document.save_since(before)
    store.write(incremental_key(note, orphan), orphan)
    sim.run(200.0)
    assert incremental_key(note, orphan) in store.entries and len(store.chunks(note)) == 2, sim.story()
