"""The engine's face: sync messages, chunks, and never waiting."""

from threading import Event, Thread

import pytest

from jupyter_automerge.document import Changed, Document, SyncSession
from jupyter_automerge.document.leb128 import write_unsigned
from jupyter_automerge.errors import BadChunk, DocumentBusy
from tests.unit.document.chunk_story import changes_of, document_of, run_child, sync


def test_two_documents_converge_over_sync_messages() -> None:
    alice, bob = document_of(title="Plan"), Document()
    sync(alice, bob)
    for document, word in ((alice, "A"), (bob, "B")):
        with document.change() as root:
            root["title"].append(word)

    sync(alice, bob)

    assert alice.heads == bob.heads
    assert alice.value() == bob.value()
    assert sorted(alice.value()["title"]) == sorted("PlanAB")


def test_receiving_says_from_where_to_where_the_document_moved() -> None:
    alice, bob = document_of(title="Plan"), Document()

    assert bob.apply(changes_of(alice)) == Changed(frozenset(), alice.heads)
    assert bob.apply(changes_of(alice)) is None


def test_changes_may_come_in_any_order_and_twice() -> None:
    alice, bob = document_of(log=[]), Document()
    for number in range(5):
        with alice.change() as root:
            root["log"].append(number)
    chunks = changes_of(alice)

    for chunk in [*reversed(chunks), *chunks]:
        bob.apply([chunk])

    assert bob.value() == alice.value()
    assert bob.heads == alice.heads


def test_save_since_gives_what_is_new_and_all_for_unknown_heads() -> None:
    alice, bob = document_of(title="Plan"), Document()
    first, whole = alice.heads, alice.save()
    bob.apply(changes_of(alice))
    with alice.change() as root:
        root["n"] = 1

    assert alice.save_since(alice.heads) == b""
    assert bob.apply([alice.save_since(first)]) == Changed(first, alice.heads)
    stranger = frozenset([bytes(32)])
    assert Document.load([alice.save_since(stranger)])[0].heads == alice.heads
    assert Document.load([alice.save_since(first | stranger)])[0].heads == alice.heads
    assert Document.load([whole, alice.save_since(first)])[0].heads == alice.heads


@pytest.mark.parametrize("call", ["generate", "receive", "apply", "save", "save_since"])
def test_the_engine_is_refused_at_once_while_a_change_is_open_and_told_after(call: str) -> None:
    alice, bob = document_of(title="Plan"), document_of(x=1)
    greeting = bob.generate(SyncSession())
    assert greeting is not None
    freed = list[bool]()
    alice.on_free = lambda: freed.append(alice.is_changing)

    def use() -> None:
        match call:
            case "generate":
                alice.generate(SyncSession())
            case "receive":
                alice.receive(SyncSession(), greeting)
            case "apply":
                alice.apply(changes_of(bob))
            case "save":
                alice.save()
            case "save_since":
                alice.save_since(frozenset())

    with alice.change() as root:
        root["n"] = 1
        for _ in range(2):
            with pytest.raises(DocumentBusy):
                use()
        assert freed == []

    assert freed == [False]
    use()
    with alice.change() as root:
        root["n"] = 2
    assert freed == [False]


def test_the_engine_is_told_also_when_the_block_raises() -> None:
    alice = document_of(title="Plan")
    freed = Event()
    alice.on_free = freed.set

    with pytest.raises(RuntimeError), alice.change():
        with pytest.raises(DocumentBusy):
            alice.save()
        raise RuntimeError

    assert freed.is_set()


def test_the_engine_is_not_kept_out_by_a_block_in_its_own_thread_only() -> None:
    alice = document_of(title="Plan")
    is_open, go_on, freed = Event(), Event(), Event()
    alice.on_free = freed.set

    def hold() -> None:
        with alice.change() as root:
            root["n"] = 1
            is_open.set()
            assert go_on.wait(20)

    thread = Thread(target=hold)
    thread.start()
    assert is_open.wait(20)
    with pytest.raises(DocumentBusy):
        alice.generate(SyncSession())
    go_on.set()

    assert freed.wait(20)
    thread.join(20)
    assert alice.generate(SyncSession()) is not None


def test_remote_changes_that_waited_for_a_block_are_all_applied_after_it() -> None:
    alice = document_of(log=[])
    bob = alice.fork()
    for number in range(200):
        with bob.change() as root:
            root["log"].append(number)
    waiting = [change for change in changes_of(bob) if change not in changes_of(alice)]

    with pytest.raises(RuntimeError), alice.change() as root:
        root["log"].append("never")
        for chunk in waiting:
            with pytest.raises(DocumentBusy):
                alice.apply([chunk])
        raise RuntimeError

    alice.apply(waiting)
    assert alice.value()["log"] == list(range(200))


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"", "cut"),
        (b"\x00", "no sync message"),
        (b"\x42", "cut"),
        (b"\x42\x05" + bytes(32), "cut"),
        (b"\x42\x00\x00\x00\x01\x05abc", "cut"),
        (b"\x42\x00\x00\x00\x01\x03abc", "begin"),
        (b"\x42\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "cut"),
    ],
)
def test_messages_that_are_none_are_refused_with_the_reason(message: bytes, reason: str) -> None:
    alice = document_of(title="Plan")

    with pytest.raises(BadChunk, match=reason):
        alice.receive(SyncSession(), message)

    assert alice.value() == {"title": "Plan"}


def filtered(entries: int, bits_each: int, probes: int, bits: bytes) -> bytes:
    """A sync message of one `have` without hashes."""
    bloom = b"".join(map(write_unsigned, (entries, bits_each, probes))) + bits
    return b"\x42\x00\x00\x01\x00" + write_unsigned(len(bloom)) + bloom + b"\x00"


@pytest.mark.parametrize(
    ("entries", "bits_each", "probes", "bits"),
    [
        (1, 0, 7, b""),  # the core would divide by zero
        (1, 10, 2**31, b"\x00\x00"),  # and would be asking for hours
        (1, 10, 2**32 - 1, b"\x00\x00"),
        (1, 10, 0, b"\x00\x00"),
        (2**31, 10, 7, b"\x00"),
        (1, 2**32 - 1, 7, b"\x00"),
    ],
)
def test_filters_that_would_stop_the_core_never_reach_it(
    entries: int, bits_each: int, probes: int, bits: bytes
) -> None:
    alice, session = document_of(title="Plan"), SyncSession()

    with pytest.raises(BadChunk):
        alice.receive(session, filtered(entries, bits_each, probes, bits))

    alice.receive(SyncSession(), filtered(1, 10, 7, b"\x00\x00"))
    alice.receive(SyncSession(), filtered(0, 10, 7, b""))


MUTATED_MESSAGES = """
from random import Random
from time import monotonic
from jupyter_automerge.document import Document, SyncSession
from jupyter_automerge.errors import BadChunk, DocumentError
from tests.unit.document.chunk_story import document_of

alice = document_of(b"alice", text="hello")
for number in range(5):
    with alice.change() as root:
        root["text"].append("x")
bob = Document.load([alice.save()])[0]
with bob.change() as root:
    root["text"].append("y")
session, messages = SyncSession(), []
far, back = SyncSession(), SyncSession()
for _ in range(3):
    for writer, own, reader, other in ((alice, far, bob, back), (bob, back, alice.fork(), far)):
        message = writer.generate(own)
        if message:
            messages.append(message)
            reader.receive(other, message)
refused = 0
for seed in range(3000):
    random = Random(seed)
    message = bytearray(random.choice(messages))
    for _ in range(random.choice([1, 1, 2, 4])):
        at = random.randrange(len(message))
        message[at : at + random.choice([0, 1, 1])] = random.randbytes(random.choice([0, 1, 1, 2]))
    target, session, start = alice.fork(actor=b"target"), SyncSession(), monotonic()
    value = target.value()
    try:
        changed = target.receive(session, bytes(message))
        target.generate(session)
    except BadChunk:
        refused += 1
        assert target.value() == value
    with target.change() as root:
        root["text"].append("z")
    assert Document.load([target.save()])[0].heads == target.heads, seed
    assert monotonic() - start < 5, seed
print("alive", refused)
"""


def test_mutated_messages_are_refused_or_harmless_and_take_no_time() -> None:
    child = run_child(MUTATED_MESSAGES)

    assert child.returncode == 0, child.stderr[-3000:]
    assert "alive" in child.stdout


def test_a_chunk_with_a_wrong_checksum_is_refused() -> None:
    alice = Document()
    chunk = bytearray(changes_of(document_of(title="Plan"))[0])
    chunk[-1] ^= 1

    with pytest.raises(BadChunk, match="checksum"):
        alice.apply([bytes(chunk)])
