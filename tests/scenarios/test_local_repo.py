"""Group L of the acceptance catalogue, as far as the Engine decides it: one Repo and its store."""

from typing import Any

import pytest

from jupyter_automerge.document import Document
from jupyter_automerge.engine.events import Stop
from jupyter_automerge.engine.notices import DocumentSaved, Stopped, StorageTrouble
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.ids import DocumentId, document_id_from_bytes
from jupyter_automerge.values.keys import KeyKind, StorageKey, key_kind, session_key
from jupyter_automerge.values.status import DocumentState

MISSING = document_id_from_bytes(b"nobody has this.")


def chunks(repo: SimulatedRepo, document: DocumentId) -> list[KeyKind]:
    """The kinds of what is stored of the document's history."""
    kinds = [key_kind(key) for key in repo.disk.below(document)]
    return [kind for kind in kinds if kind in (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL)]


def noise(sim: Simulation, size: int) -> str:
    """Text that does not compress."""
    return sim.random.randbytes(size).hex()


def reopened(sim: Simulation, alice: SimulatedRepo, document: DocumentId) -> Any:
    alice.restart()
    alice.find(document)
    sim.run_until_quiet()
    return alice.value(document)


def test_L10_an_unknown_document_is_unavailable(sim: Simulation) -> None:
    alice = sim.repo("alice")
    alice.find(MISSING)
    sim.run_until_quiet()
    assert alice.state(MISSING) is DocumentState.UNAVAILABLE, sim.story()
    assert sim.now < 1.0, "nobody is there to be waited for"


def test_L11_unavailable_answers_stay_prompt_for_whoever_asks_again(sim: Simulation) -> None:
    server, alice, bob = sim.repos("server", "alice", "bob")
    for asker in (alice, bob):
        sim.connect(asker, server)
    sim.run_until_quiet()
    for asker in (alice, alice, bob, alice):
        began = sim.now
        asker.find(MISSING)
        sim.run_until_quiet()
        assert asker.state(MISSING) is DocumentState.UNAVAILABLE, sim.story()
        assert sim.now - began < 0.2, sim.story()


def test_L12_nothing_is_unavailable_while_a_first_connection_is_being_made(sim: Simulation) -> None:
    alice, server = sim.repos("alice", "server")
    server.door.delay = 8.0
    note = sim.shared(server)
    alice.dial(server)
    alice.find(note)
    sim.run(7.0)
    assert alice.state(note) is DocumentState.REQUESTING, sim.story()
    sim.run(2.0)
    assert alice.value(note) == {"n": 0}, sim.story()


def test_L12_a_server_that_stays_away_does_not_keep_the_search_waiting_for_ever(sim: Simulation) -> None:
    alice, server = sim.repos("alice", "server")
    server.door.refusal = "connection refused"
    alice.dial(server)
    alice.find(MISSING)
    sim.run(5.0)
    assert alice.state(MISSING) is DocumentState.UNAVAILABLE, sim.story()
    note = sim.shared(server)
    alice.find(note)
    server.door.refusal = ""
    sim.run(15.0)
    assert alice.value(note) == {"n": 0}, "and when it comes back it heals\n" + sim.story()


def test_L13_a_created_document_is_found_by_the_next_life_of_its_store(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice, title="plan")
    assert reopened(sim, alice, note) == {"title": "plan"}, sim.story()


def test_L14_so_is_a_changed_one(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    alice.change(note, n=1)
    sim.run_until_quiet()
    assert reopened(sim, alice, note) == {"n": 1}, sim.story()


def test_L15_several_documents_saved_at_once_all_persist(sim: Simulation) -> None:
    alice = sim.repo("alice")
    notes = [alice.create({"number": number}) for number in range(20)]
    for note in notes:
        alice.change(note, again=True)
    sim.run_until_quiet()
    alice.restart()
    for number, note in enumerate(notes):
        alice.find(note)
        sim.run_until_quiet()
        assert alice.value(note) == {"number": number, "again": True}, sim.story()


def test_L17_delete_removes_all_chunks_from_the_store(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note, other = sim.shared(alice, bob), sim.shared(alice, bob)
    for number in range(5):
        alice.change(note, n=number, text=noise(sim, 600))
        sim.run(12.0)
    assert KeyKind.SYNC_STATE in map(key_kind, alice.disk.below(note)), sim.story()
    alice.remove(note, force=True)
    sim.run_until_quiet()
    assert not alice.disk.below(note), sim.story()
    assert alice.disk.below(other), "and nothing else\n" + sim.story()


def test_L18_stopping_waits_for_what_is_unsaved(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    alice.disk.latency = 2.0
    alice.change(note, n=1)
    alice.feed(Stop())
    assert not alice.heard(Stopped), sim.story()
    sim.run_until_quiet()
    assert alice.heard(Stopped) == [Stopped(())], sim.story()
    assert reopened(sim, alice, note) == {"n": 1}, sim.story()


def assert_only_a_lease_was_written(
    sim: Simulation, repo: SimulatedRepo, before: dict[StorageKey, bytes]
) -> None:
    """Which every Repo leaves in its store."""
    lease = session_key(repo.engine.local.session_id)
    assert repo.disk.puts == [lease] and repo.disk.copy() == before | {lease: repo.disk.entries[lease]}, (
        sim.story()
    )


def test_L20_reopening_an_unchanged_document_leaves_the_store_as_it_is(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    for number in range(3):
        alice.change(note, n=number, text=noise(sim, 600))
        sim.run_until_quiet()
    before = alice.disk.copy()
    alice.disk.puts.clear()
    reopened(sim, alice, note)
    sim.run(30.0)
    assert_only_a_lease_was_written(sim, alice, before)


def test_L21_repeated_reloads_never_delete_the_stored_document(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    for number in range(20):
        reopened(sim, alice, note)
        alice.change(note, n=number)
        if number % 3:
            sim.run_until_quiet()  # else the next life begins with the write on its way, or lost
    assert reopened(sim, alice, note)["n"] in (17, 18, 19), sim.story()
    assert not alice.heard(StorageTrouble), sim.story()


def test_L22_a_run_of_large_changes_leaves_exactly_one_snapshot(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    for _ in range(10):
        alice.change(note, text=noise(sim, 10_000))
        sim.run_until_quiet()
    assert chunks(alice, note).count(KeyKind.SNAPSHOT) == 1, sim.story()
    stored = sum(len(alice.disk.entries[key]) for key in alice.disk.below(note))
    assert stored < 3 * len(alice.document(note).export()), sim.story()


def test_L28_saves_of_one_document_never_overlap(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    alice.disk.latency = 3.0
    sim.connect(alice, bob)
    note = alice.create({"n": 0})
    for number in range(100):
        alice.change(note, n=number)
        sim.run(0.3)
    sim.run(60.0)
    assert set(alice.disk.most_at_once.values()) == {1}, f"{alice.disk.most_at_once}\n{sim.story()}"
    assert alice.engine.saved_heads(note) == alice.heads(note), sim.story()


def test_L28_neither_do_saves_of_a_sync_state(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    alice.disk.latency = 30.0
    for number in range(60):
        bob.change(note, n=number)
        sim.run(2.0)
    sim.run(100.0)
    assert set(alice.disk.most_at_once.values()) == {1}, f"{alice.disk.most_at_once}\n{sim.story()}"


@pytest.mark.parametrize("value", [{}, None, {"title": "plan"}], ids=["empty", "absent", "given"])
def test_L34_any_initial_value_persists_exactly_one_chunk(
    sim: Simulation, value: dict[str, str] | None
) -> None:
    alice = sim.repo("alice")
    document = Document(actor=bytes(16))
    if value:
        with document.change() as root:
            root.update(value)
    else:
        document.commit_empty()
    note = alice.take_in(document)
    sim.run_until_quiet()
    assert chunks(alice, note) == [KeyKind.SNAPSHOT], sim.story()
    assert reopened(sim, alice, note) == (value or {}), sim.story()


def test_small_changes_append_increments_to_a_large_snapshot(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice, text=noise(sim, 4_000))
    for number in range(5):
        alice.change(note, n=number)
        sim.run_until_quiet()
    assert sorted(chunks(alice, note)) == [KeyKind.INCREMENTAL] * 5 + [KeyKind.SNAPSHOT], sim.story()


def test_saved_heads_are_told_only_once_they_are_durable(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    alice.disk.paused = True
    alice.change(note, n=1)
    sim.run(5.0)
    assert alice.engine.saved_heads(note) != alice.heads(note), sim.story()
    alice.resume_disk()
    sim.run_until_quiet()
    assert alice.heard(DocumentSaved)[-1].heads == alice.heads(note), sim.story()


def test_a_failed_put_is_told_and_tried_again(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    alice.disk.failing = "no space left on the disk"
    alice.change(note, n=1)
    sim.run(5.0)
    troubles = alice.heard(StorageTrouble)
    assert len(troubles) > 1 and "no space" in troubles[0].error, sim.story()
    assert alice.engine.saved_heads(note) != alice.heads(note), sim.story()
    alice.disk.failing = ""
    sim.run(40.0)
    assert reopened(sim, alice, note) == {"n": 1}, sim.story()


def test_nothing_is_written_before_the_store_could_be_read(sim: Simulation) -> None:
    """A storage error is not a "no": what is there must not be compacted away by a Repo that never saw it."""
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob, by="alice")
    alice.change(note, n=1)
    sim.run_until_quiet()
    before = alice.disk.copy()
    alice.crash()
    alice.disk.failing_loads = "input/output error"
    alice.disk.puts.clear()
    alice.restart()
    alice.find(note)
    bob.change(note, n=2)
    sim.run(10.0)
    assert alice.value(note)["n"] == 2, "peers are asked all the same\n" + sim.story()
    assert_only_a_lease_was_written(sim, alice, before)
    alice.disk.failing_loads = ""
    sim.run(60.0)
    assert alice.engine.saved_heads(note) == alice.heads(note), sim.story()
    sim.cut(sim.links[0])
    assert reopened(sim, alice, note)["n"] == 2, sim.story()


def test_a_storage_error_without_peers_is_an_error_and_not_unavailable(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    alice.crash()
    alice.disk.failing_loads = "input/output error"
    alice.restart()
    alice.find(note)
    sim.run(2.0)
    assert alice.state(note) is DocumentState.ERROR, sim.story()
    alice.disk.failing_loads = ""
    sim.run(60.0)
    assert alice.state(note) is DocumentState.READY, sim.story()
