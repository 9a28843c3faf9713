"""Others than Repos of ours write into the store: noticed, kept in mind, and met with one chunk (P69)."""

from dataclasses import replace

from jupyter_automerge.engine import events as e
from jupyter_automerge.engine.leases import read_lease, write_lease
from jupyter_automerge.engine.notices import ForeignWritersSeen
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import (
    FOREIGN_WRITERS_KEY,
    SESSIONS_PREFIX,
    KeyKind,
    StorageKey,
    incremental_key,
)
from jupyter_automerge.values.limits import (
    FOREIGN_IDLE_SECONDS,
    LEASE_RENEWED_SECONDS,
    LEASE_SILENT_SECONDS,
    SIBLING_SECONDS,
)
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


def crashed_sibling(sim: Simulation, store: SharedStore) -> tuple[SimulatedRepo, DocumentId]:
    """Alice's document, and the lease of Bob, who was killed a while ago."""
    alice, bob = store.repo("alice"), store.repo("bob")
    note = large(sim, alice)
    sim.run(10.0)
    bob.crash()
    sim.run(SIBLING_SECONDS + 10.0)
    return alice, note


def test_a_killed_sibling_whose_process_is_seen_to_be_gone_is_no_excuse(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice, note = crashed_sibling(sim, store)
    alice.is_gone = lambda lease: lease.name == "bob"
    foreign_change(sim, store, note)
    sim.run(5.0)
    assert alice.engine.foreign_writers_seen is None, (
        "he may have written it as the last thing\n" + sim.story()
    )
    sim.run(SIBLING_SECONDS)
    foreign_change(sim, store, note)
    sim.run(5.0)
    assert alice.engine.foreign_writers_seen is not None, sim.story()


def test_a_lease_of_one_who_was_gone_before_is_cleared_away_at_once(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice, note = crashed_sibling(sim, store)
    alice.is_gone = lambda lease: True
    alice.restart()
    alice.find(note)
    sim.run(SIBLING_SECONDS + 10.0)
    assert len(leases(store)) == 1, sim.story()
    foreign_change(sim, store, note)
    sim.run(5.0)
    assert alice.engine.foreign_writers_seen is not None, sim.story()


def test_a_killed_sibling_elsewhere_is_an_excuse_for_a_day_and_an_hour(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice, note = crashed_sibling(sim, store)
    sim.run(LEASE_SILENT_SECONDS / 2)
    foreign_change(sim, store, note)
    sim.run(2 * LEASE_RENEWED_SECONDS)
    assert alice.engine.foreign_writers_seen is None, sim.story()
    sim.run(LEASE_SILENT_SECONDS)
    foreign_change(sim, store, note)
    sim.run(LEASE_RENEWED_SECONDS / 2)
    assert alice.engine.foreign_writers_seen is None, "he may have slept\n" + sim.story()
    sim.run(LEASE_RENEWED_SECONDS)
    assert alice.engine.foreign_writers_seen is not None, sim.story()


def test_a_sibling_that_slept_for_days_and_writes_before_it_renews_its_lease_is_not_accused(
    sim: Simulation,
) -> None:
    store = SharedStore(sim)
    alice, note = crashed_sibling(sim, store)
    sim.run(2 * LEASE_SILENT_SECONDS)
    (key,) = (key for key in leases(store) if "bob" in key[-1])
    foreign_change(sim, store, note)  # it is Bob's, who has woken up
    sim.run(60.0)
    store.write(key, write_lease(replace(read_lease(store.entries[key]), renewed=1e9)))
    sim.run(2 * LEASE_RENEWED_SECONDS)
    assert alice.engine.foreign_writers_seen is None, sim.story()


def test_siblings_that_live_for_days_go_on_being_siblings(sim: Simulation) -> None:
    store = SharedStore(sim)
    alice, bob = store.repo("alice"), store.repo("bob")
    note = large(sim, alice)
    bob.find(note)
    for number in range(4):
        sim.run(LEASE_SILENT_SECONDS)
        bob.change(note, n=number)
    sim.run(2 * LEASE_RENEWED_SECONDS)
    for repo in (alice, bob):
        assert repo.engine.foreign_writers_seen is None, sim.story()
        repo.feed(e.Stop())
    sim.run(2 * LEASE_RENEWED_SECONDS)
    assert not leases(store), "who left renews nothing\n" + sim.story()


def leases(store: SharedStore) -> list[StorageKey]:
    return [key for key in store.entries if key[: len(SESSIONS_PREFIX)] == SESSIONS_PREFIX]


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
