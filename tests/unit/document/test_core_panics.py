"""Hostile changes with right checksums: refused by name, and nobody loses anything."""

from dataclasses import replace
from random import Random

import pytest

from jupyter_automerge.document import ChunkState, Document, ImmutableString, SyncSession
from jupyter_automerge.document.change_chunk import read_change, write_change
from jupyter_automerge.document.chunks import split_chunks
from jupyter_automerge.document.leb128 import write_unsigned
from jupyter_automerge.document.sync_session import message_of_changes
from jupyter_automerge.errors import BadChunk
from tests.unit.document.chunk_story import document_of, mutate, run_child

HOSTILE_CHANGES = """
from collections import Counter
from sys import argv

from jupyter_automerge.document import Document
from jupyter_automerge.errors import BadChunk
from tests.unit.document.chunk_story import document_of, mutate

plan = document_of(b"plan", text="hello", list=[1, 2.5, None, True, b"x"], inner={"a": {"b": 1}})
stranger = plan.fork(actor=b"stranger")
with stranger.change("hostile") as root:
    root["text"].splice(1, 3, "ipp")
    root["list"][1] = "replaced"
    root["new"] = {"deep": [1, 2, 3]}
    del root["inner"]["a"]
good = stranger.save_since(plan.heads)
outcomes = Counter()
for seed in range(int(argv[1]), int(argv[2])):
    alice = plan.fork(actor=b"alice")
    with alice.change() as root:
        root["unsaved"] = seed
    heads, value, actor = alice.heads, alice.value(), alice.history()[-1].actor
    try:
        changed = alice.apply([mutate(good, seed)])
    except BadChunk as error:
        outcomes[error.reason[:30]] += 1
        changed = None
    if changed is None:
        assert (alice.heads, alice.value()) == (heads, value), seed
    alice.apply([good]) if not alice.knows_all(stranger.heads) and changed is None else None
    with alice.change() as root:
        root["after"] = True
    assert alice.history()[-1].actor == actor, seed
    assert alice.value()["unsaved"] == seed and alice.value()["after"], seed
    if changed is None:
        assert alice.value()["text"] == "hippo", seed
    again, verdicts = Document.load([alice.save()])
    assert again.heads == alice.heads, (seed, verdicts)
print(dict(outcomes))
assert any(reason.startswith("the Automerge core gave up") for reason in outcomes), outcomes
assert any(reason.startswith("the Automerge core would not") for reason in outcomes), outcomes
assert any(reason.startswith("the Automerge core cannot") for reason in outcomes), outcomes
print("alive")
"""


def test_hostile_changes_never_kill_the_process_nor_lose_an_unsaved_edit() -> None:
    child = run_child(HOSTILE_CHANGES, "0", "500")

    assert child.returncode == 0, child.stdout[-2000:] + child.stderr[-3000:]
    assert child.stdout.endswith("alive\n")


def panicking_change(plan: Document, good: bytes) -> bytes:
    for seed in range(2000):
        chunk = mutate(good, seed)
        try:
            plan.fork().apply([chunk])
        except BadChunk as refusal:
            if "gave up" in refusal.reason:
                return chunk
    raise AssertionError("no seed makes the core panic any more: is the rebuilding still needed?")


def test_after_a_panic_within_a_session_the_document_goes_on_at_once() -> None:
    plan = document_of(b"plan", text="hello", list=[1, 2])
    bob = plan.fork(actor=b"bob")
    with bob.change() as root:
        root["list"].append(3)
        root["text"].append(" world")
    good = bob.save_since(plan.heads)
    chunk = panicking_change(plan, good)
    with plan.change("just before") as root:
        root["edit"] = 1
    before = plan.heads

    with pytest.raises(BadChunk, match="gave up"):
        plan.receive(SyncSession(), message_of_changes([chunk]))

    assert plan.heads == before
    assert plan.generate(SyncSession()) is not None
    assert plan.missing_from(frozenset()) == 2
    plan.apply([good])
    assert plan.value() == {"text": "hello world", "list": [1, 2, 3], "edit": 1}


def test_the_panic_of_one_document_is_no_business_of_another() -> None:
    plan, other = document_of(b"plan", text="hello", list=[1]), document_of(n=1)
    bob = plan.fork(actor=b"bob")
    with bob.change() as root:
        root["list"].append(3)
    chunk = panicking_change(plan, bob.save_since(plan.heads))

    with pytest.raises(BadChunk):
        plan.apply([chunk])

    with other.change() as root:
        root["n"] = 2
    assert other.value() == {"n": 2}


def test_a_batch_with_one_bad_change_changes_nothing() -> None:
    plan = document_of(b"plan", text="hello", list=[1])
    bob = plan.fork(actor=b"bob")
    with bob.change() as root:
        root["list"].append(3)
    good = bob.save_since(plan.heads)
    chunk = panicking_change(plan, good)
    carol = plan.fork()
    with carol.change() as root:
        root["carol"] = True
    hers, before = carol.save_since(plan.heads), plan.heads

    with pytest.raises(BadChunk):
        plan.apply([hers, chunk])

    assert (plan.heads, plan.value()) == (before, {"text": "hello", "list": [1]})
    assert plan.apply([hers]) is not None


def test_everything_is_rebuilt_from_a_journal_that_was_trimmed_on_the_way() -> None:
    plan, bob, random = Document(actor=b"plan"), document_of(b"bob", log=[]), Random(7)
    for number in range(40):
        with bob.change() as root:
            root["log"].append(ImmutableString(random.randbytes(4000).hex()))
        plan.apply([bob.save_since(plan.heads)])
        with plan.change() as root:
            root["mine"] = number
        bob.merge(plan)
    assert len(list(split_chunks(plan._trunk.image()))) < plan.change_count, "nothing was trimmed"
    value, heads = plan.value(), plan.heads
    with bob.change() as root:
        root["log"].append("x")
    chunk = panicking_change(plan, bob.save_since(plan.heads))

    with pytest.raises(BadChunk):
        plan.apply([chunk])

    assert (plan.value(), plan.heads) == (value, heads)


@pytest.mark.parametrize("stored", [False, True])
def test_a_hostile_change_that_waited_in_the_queue_makes_no_innocent_one_fail(stored: bool) -> None:
    plan = document_of(b"plan", text="hello")
    bob = plan.fork(actor=b"bob")
    with bob.change() as root:
        root["text"].append(" world")
    good = bob.save_since(plan.heads)
    twin, _ = write_change(read_change(good), [bytes(32)], 0, "the same number, and a parent that nobody has")

    if stored:
        plan, verdicts = Document.load([plan.save(), twin])
        assert verdicts[1].state is ChunkState.QUEUED
    else:
        assert plan.apply([twin]) is None

    assert plan.apply([good]) is not None
    assert plan.value() == {"text": "hello world"}


@pytest.mark.parametrize("shift", [-2, -1, 1, 1000])
@pytest.mark.parametrize("reader", ["live", "loaded", "on an old change", "from the store"])
def test_a_change_with_misnumbered_operations_is_refused_before_it_spoils_every_snapshot(
    shift: int, reader: str
) -> None:
    plan = document_of(b"plan", text="hello")
    bob = plan.fork(actor=b"bob")
    with bob.change() as root:
        root["text"].append(" world")
    good = bob.save_since(plan.heads)
    fields = read_change(good)
    start = fields.first_operation
    shifted = write_unsigned(start + shift)
    numbering = fields.numbering.removesuffix(write_unsigned(start)) + shifted
    bad, _ = write_change(replace(fields, numbering=numbering), fields.dependencies, 0, "")
    if reader == "on an old change":
        with plan.change() as root:
            root["n"] = 1
    if reader != "live":
        plan, _ = Document.load([plan.save()])

    if reader == "from the store":
        plan, verdicts = Document.load([plan.save(), bad])
        assert verdicts[1].state is ChunkState.BAD
    else:
        with pytest.raises(BadChunk):
            plan.apply([bad])

    assert plan.apply([good]) is not None
    assert plan.value()["text"] == "hello world"
    assert Document.load([plan.save()])[0].heads == plan.heads
