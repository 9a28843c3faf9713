"""Group X of the acceptance catalogue: what a Repo keeps in its store, and finds there again."""

from jupyter_automerge.document import Document
from jupyter_automerge.engine.notices import ChunkSetAside, DocumentSaved, StorageTrouble
from jupyter_automerge.engine.sync_forms import decode_state, encode_state
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import DocumentId, StorageId
from jupyter_automerge.values.keys import KeyKind, StorageKey, key_kind, sync_state_key

MAGIC = bytes.fromhex("856f4a83")
DOCUMENT_CHUNK = 0


def keys(repo: SimulatedRepo, document: DocumentId, kind: KeyKind) -> list[StorageKey]:
    return [key for key in repo.disk.below(document) if key_kind(key) is kind]


def reopen(sim: Simulation, repo: SimulatedRepo, document: DocumentId) -> object:
    repo.restart()
    repo.find(document)
    sim.run_until_quiet()
    return repo.value(document)


def large(sim: Simulation, repo: SimulatedRepo) -> DocumentId:
    """A document whose snapshot is big enough for increments to be written beside it."""
    return sim.shared(repo, text=sim.random.randbytes(3_000).hex())


def test_X1_a_document_comes_back_as_it_was_saved(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice, title="plan", tasks=[{"done": False}])
    heads = alice.heads(note)
    assert reopen(sim, alice, note) == {"title": "plan", "tasks": [{"done": False}]}, sim.story()
    assert alice.heads(note) == heads, sim.story()


def test_X2_a_hundred_saves_are_read_by_a_new_instance(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = large(sim, alice)
    for number in range(100):
        alice.change(note, **{f"k{number}": number})
        sim.run_until_quiet()
    assert len(alice.heard(DocumentSaved)) > 100, sim.story()
    value = alice.value(note)
    assert reopen(sim, alice, note) == value and len(value) == 101, sim.story()


def test_X3_increments_are_saved_after_a_load(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = large(sim, alice)
    for number in range(3):
        reopen(sim, alice, note)
        alice.change(note, n=number)
        sim.run_until_quiet()
        assert len(keys(alice, note, KeyKind.SNAPSHOT)) == 1, sim.story()
        assert len(keys(alice, note, KeyKind.INCREMENTAL)) == number + 1, sim.story()
    assert reopen(sim, alice, note)["n"] == 2, sim.story()  # type: ignore[index]


def test_X4_X7_a_removed_document_leaves_neither_chunks_nor_sync_states(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    sim.run(15.0)
    assert keys(alice, note, KeyKind.SYNC_STATE), sim.story()
    alice.remove(note)
    sim.run_until_quiet()
    assert not alice.disk.below(note), sim.story()
    sim.run(60.0)
    assert not alice.disk.below(note), "and nothing is written later\n" + sim.story()


def test_X6_a_sync_state_reads_as_it_was_written() -> None:
    for heads in (frozenset(), frozenset([bytes(32)]), frozenset(bytes([n]) * 32 for n in range(200))):
        assert decode_state(encode_state(heads)) == heads


def test_X8_a_corrupt_sync_state_is_as_none(sim: Simulation) -> None:
    alice, bob = sim.repos("alice", "bob")
    sim.connect(alice, bob)
    note = sim.shared(alice, bob)
    for torn in (b"", b"\x43", b"\x43\x05", b"\x00" * 40, b"\x43\xff\xff\xff\xff\x0f"):
        alice.crash()
        alice.disk.entries[sync_state_key(note, StorageId("store-bob"))] = torn
        reopen(sim, alice, note)
        bob.change(note, torn=torn.hex())
        sim.run_until_quiet()
        assert alice.value(note)["torn"] == torn.hex(), sim.story()


def test_X10_chunks_are_loaded_snapshot_first_and_give_the_state(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = large(sim, alice)
    for number in range(5):
        alice.change(note, n=number)
        sim.run_until_quiet()
    snapshots, increments = keys(alice, note, KeyKind.SNAPSHOT), keys(alice, note, KeyKind.INCREMENTAL)
    stored = [alice.disk.entries[key] for key in (*snapshots, *sorted(increments))]
    assert stored[0][:4] == MAGIC and stored[0][8] == DOCUMENT_CHUNK, sim.story()
    document, _ = Document.load([b"".join(stored)])
    assert document.heads == alice.heads(note), sim.story()


def test_X11_saves_that_follow_fast_never_store_the_whole_history_as_an_increment(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = large(sim, alice)
    alice.disk.latency = 0.5
    sizes = set()
    for number in range(200):
        alice.change(note, n=number)
        sim.run(0.07)
        sizes |= {len(alice.disk.entries[key]) for key in keys(alice, note, KeyKind.INCREMENTAL)}
    assert sizes and max(sizes) < 2_000, f"{sizes}\n{sim.story()}"


def test_X12_a_slow_compaction_never_rolls_back_what_is_known_as_saved(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = sim.shared(alice)
    saved: list[Heads] = []
    for number in range(60):
        alice.disk.latency = 2.0 if number % 7 == 0 else 0.01
        alice.change(note, text=sim.random.randbytes(300).hex(), n=number)
        sim.run(0.3)
        saved.append(alice.engine.saved_heads(note))
    sim.run_until_quiet()
    document = alice.document(note)
    missing = [document.missing_from(heads) for heads in saved]
    assert missing == sorted(missing, reverse=True) and missing[0] > 50, f"{missing}\n{sim.story()}"
    assert alice.engine.saved_heads(note) == alice.heads(note), sim.story()


def test_X13_after_a_failed_snapshot_the_next_save_compacts_again(sim: Simulation) -> None:
    alice = sim.repo("alice")
    note = large(sim, alice)
    alice.disk.failing = "no space left on the disk"
    alice.change(note, text=sim.random.randbytes(8_000).hex())
    sim.run(3.0)
    assert alice.heard(StorageTrouble), sim.story()
    alice.disk.failing = ""
    sim.run(40.0)
    value = alice.value(note)
    for number in range(4):
        alice.change(note, **{f"more{number}": sim.random.randbytes(8_000).hex()})
        sim.run_until_quiet()
    assert len(keys(alice, note, KeyKind.SNAPSHOT)) == 1, sim.story()
    assert value.items() <= reopen(sim, alice, note).items(), sim.story()  # type: ignore[attr-defined]


def test_a_torn_increment_costs_its_own_change_alone_and_is_kept_aside(sim: Simulation) -> None:
    """JavaScript ignores all that follows a torn chunk, and deletes it at the next compaction."""
    alice = sim.repo("alice")
    note = large(sim, alice)
    for number in range(4):
        alice.change(note, **{f"k{number}": number})
        sim.run_until_quiet()
    torn = keys(alice, note, KeyKind.INCREMENTAL)[-1]
    whole = alice.disk.entries[torn]
    alice.crash()
    alice.disk.entries[torn] = whole[:-3]
    reopen(sim, alice, note)
    (aside,) = alice.heard(ChunkSetAside)
    assert aside.key == torn, sim.story()
    for number in range(10):
        alice.change(note, **{f"after{number}": sim.random.randbytes(1_000).hex()})
        sim.run_until_quiet()
    assert alice.disk.entries[torn] == whole[:-3], "what was not applied is never deleted\n" + sim.story()
    assert torn not in alice.disk.deletes, sim.story()


def test_a_crash_at_any_moment_of_a_compaction_loses_nothing_that_was_saved(sim: Simulation) -> None:
    for keeps in range(3):
        for delay in (0.0, 0.001, 0.0015, 0.002, 0.0025):
            alice = sim.repo(f"alice-{keeps}-{delay}")
            note = sim.shared(alice, text="x")
            alice.change(note, n=1)
            sim.run(delay)
            saved = alice.heard(DocumentSaved)[-1].heads
            alice.crash(keeps=keeps)
            reopen(sim, alice, note)
            assert alice.document(note).knows_all(saved), sim.story()


def test_only_applied_chunks_are_ever_deleted(sim: Simulation) -> None:
    """A chunk whose dependencies are missing waits in the store until they turn up."""
    alice, bob = sim.repos("alice", "bob")
    note = large(sim, alice)
    sim.connect(alice, bob)
    bob.find(note)
    sim.run_until_quiet()
    sim.cut(sim.links[0])
    first = bob.heads(note)
    bob.change(note, n=1)
    middle = bob.heads(note)
    bob.change(note, n=2)
    sim.run_until_quiet()
    late = bob.document(note).save_since(middle)
    missing = bob.document(note).save_since(first)[: -len(late)]
    alice.crash()
    orphan = (note, KeyKind.INCREMENTAL.value, "ff" * 32)
    alice.disk.entries[orphan] = late
    reopen(sim, alice, note)
    for number in range(10):
        alice.change(note, **{f"own{number}": sim.random.randbytes(1_000).hex()})
        sim.run_until_quiet()
    assert orphan in alice.disk.entries and orphan not in alice.disk.deletes, sim.story()
    alice.crash()
    alice.disk.entries[(note, KeyKind.INCREMENTAL.value, "ee" * 32)] = missing
    assert reopen(sim, alice, note)["n"] == 2, sim.story()  # type: ignore[index]
