"""Automerge sync messages taken apart: real ones, random ones, and cut or lying ones."""

import random
from collections.abc import Iterator

import pytest
from automerge import core
from hypothesis import given
from hypothesis import strategies as st

from jupyter_automerge.errors import RemoteProtocolError
from jupyter_automerge.values.limits import MAX_SYNC_HAVES
from jupyter_automerge.wire.sync_message import V1, V2, Have, SyncMessage, parse, parse_opening, read_heads

HASH = bytes(range(32))
hashes = st.lists(st.binary(min_size=32, max_size=32), max_size=4).map(tuple)
haves = st.lists(st.builds(Have, hashes, st.binary(max_size=300)), max_size=3).map(tuple)
chunks = st.lists(st.binary(min_size=10, max_size=300), max_size=4).map(tuple)
any_message = st.builds(
    SyncMessage, st.sampled_from((V1, V2)), hashes, hashes, haves, chunks, st.binary(max_size=9)
)


class Talk:
    """Alice and Bob, each with a document, syncing and losing their link at random."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.documents = [core.Document(bytes([who]) * 16) for who in (1, 2)]
        self.states = [core.SyncState(), core.SyncState()]

    def messages(self, steps: int) -> Iterator[tuple[bytes, list[bytes]]]:
        """Each message with the heads of the document that generated it."""
        for _ in range(steps):
            who, what = self.random.randrange(2), self.random.random()
            if what < 0.45:
                self._edit(who)
            elif what < 0.48:
                self.states = [core.SyncState(), core.SyncState()]
            else:
                message = self.documents[who].generate_sync_message(self.states[who])
                if message is not None:
                    data = message.encode()
                    yield data, self.documents[who].get_heads()
                    self._deliver(data, 1 - who)

    def _edit(self, who: int) -> None:
        for _ in range(self.random.choice((1, 1, 1, 30))):
            with self.documents[who].transaction() as transaction:
                value = self.random.randbytes(self.random.choice((1, 200))).hex()
                transaction.put(core.ROOT, self.random.choice("abc"), core.ScalarType.Str, value)

    def _deliver(self, data: bytes, to: int) -> None:
        if self.random.random() < 0.9:
            self.documents[to].receive_sync_message(self.states[to], core.Message.decode(data))


@pytest.mark.parametrize("seed", range(20))
def test_thousands_of_real_messages_come_back_byte_for_byte(seed: int) -> None:
    seen = 0
    for data, heads in Talk(seed).messages(steps=400):
        message = parse(data)
        assert message.encode() == data, f"seed {seed}, message {seen}: {data.hex()}"
        assert set(message.heads) == read_heads(data) == set(heads)
        assert list(message.heads) == sorted(message.heads)
        seen += 1
    assert seen > 50


def test_real_talk_contains_everything_that_is_parsed() -> None:
    messages = [parse(data) for seed in range(20) for data, _ in Talk(seed).messages(steps=400)]
    assert {message.version for message in messages} == {V1, V2}
    assert any(message.need for message in messages)
    assert any(message.changes for message in messages)
    assert any(have.last_sync and have.bloom for message in messages for have in message.have)
    assert all(change[:4] == bytes.fromhex("856f4a83") for message in messages for change in message.changes)


@given(any_message)
def test_any_message_comes_back(message: SyncMessage) -> None:
    data = message.encode()
    assert parse(data) == message
    assert read_heads(data) == set(message.heads)


def test_the_greeting_of_an_empty_document_in_every_part() -> None:
    greeting = parse(bytes.fromhex("42000001000000020102"))
    assert greeting == SyncMessage(V1, have=(Have(),), tail=bytes.fromhex("020102"))


def test_a_message_made_here_is_one_for_automerge() -> None:
    alice, bob = core.Document(b"\1" * 16), core.Document(b"\2" * 16)
    with alice.transaction() as transaction:
        transaction.put(core.ROOT, "title", core.ScalarType.Str, "Plan")
    shared = SyncMessage(heads=tuple(sorted(alice.get_heads()))).encode()
    state = core.SyncState()
    bob.receive_sync_message(state, core.Message.decode(shared))
    asked = bob.generate_sync_message(state)
    assert asked is not None
    assert parse(asked.encode()).need == tuple(alice.get_heads())


@given(any_message, st.data())
def test_a_cut_message_is_refused_unless_only_the_tail_is_cut(
    message: SyncMessage, data: st.DataObject
) -> None:
    whole = message.encode()
    cut = data.draw(st.integers(0, len(whole)))
    if cut >= len(whole) - len(message.tail):
        assert parse(whole[:cut]).changes == message.changes
    else:
        with pytest.raises(RemoteProtocolError):
            parse(whole[:cut])


@pytest.mark.parametrize(
    ("hex_text", "fault"),
    [
        ("", "is empty"),
        ("4100000000", "0x41 is no type"),
        ("4400000000", "0x44 is no type"),
        ("42", "ends within heads"),
        ("4201" + "00" * 31, "counts 1 in heads, and only 31 bytes"),
        ("42ffffffff0f", "counts 4294967295 in heads, and only 0 bytes"),
        ("42ffffffffffffffffff01", "counts 18446744073709551615 in heads"),
        ("42ffffffffffffffffffff01", "heads in the sync message is written too long"),
        ("428000000000", "heads in the sync message is written too long"),
        ("420002" + "00" * 40, "counts 2 in need"),
        ("420000030000", "counts 3 in have"),
        ("4200000102" + "00" * 33, "counts 2 in have.last_sync"),
        ("4200000100050102", "counts 5 in have.bloom"),
        ("4200000001" + "00" * 9, "counts 1 in changes"),
        ("420000000120" + "00" * 20, "counts 32 in change"),
    ],
)
def test_a_message_that_counts_more_than_it_has_is_refused(hex_text: str, fault: str) -> None:
    with pytest.raises(RemoteProtocolError, match=fault):
        parse(bytes.fromhex(hex_text))


def test_a_message_of_nothing_but_empty_haves_is_refused_before_it_fills_the_memory() -> None:
    many = MAX_SYNC_HAVES + 1
    with pytest.raises(RemoteProtocolError, match="1001 entries in have"):
        parse(SyncMessage(have=(Have(),) * many).encode())


def test_heads_are_read_without_looking_at_the_rest() -> None:
    torn = SyncMessage(heads=(HASH,)).encode()[:34]
    assert read_heads(torn) == {HASH}


@given(any_message)
def test_an_opening_tells_what_stands_before_the_changes_and_keeps_the_rest(message: SyncMessage) -> None:
    opening = parse_opening(message.encode())
    assert (opening.heads, opening.need, opening.have) == (message.heads, message.need, message.have)
    assert opening.carries_changes == bool(message.changes)
    assert opening.encode() == message.encode()
