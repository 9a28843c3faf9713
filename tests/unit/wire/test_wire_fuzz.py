"""Frames changed at random: refused with a named error, or read as something; never anything else."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_automerge.errors import RemoteProtocolError
from jupyter_automerge.values.heads import heads_from_hex
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import PeerId, SessionId, StorageId, parse_document_id
from jupyter_automerge.values.status import Access
from jupyter_automerge.wire import cbor, codec, sync_message
from jupyter_automerge.wire.messages import (
    Ephemeral,
    InReach,
    Join,
    RemoteHeadsChanged,
    RemoteSubscriptionChange,
    Stored,
    StoreHeads,
    Sync,
)
from jupyter_automerge.wire.sync_message import Have, SyncMessage

ALICE, BOB = PeerId("alice"), PeerId("bob")
PLAN = parse_document_id("4ZrjxJnU1LA5xSyrWMNuXTozYEvA")
STORE = StorageId("store-1")
HEADS = heads_from_hex(["01" * 32, "02" * 32])
CLAIMS = PeerMetadata(STORE, STORE, True, "Alice", "kernel", SessionId("s"), "e", True, True, Access.READ)
GREETING = SyncMessage(
    0x43, tuple(HEADS), (b"n" * 32,), (Have((b"l" * 32,), b"bloom"),), (b"c" * 40,), b"\2\1\2"
)

FRAMES = [
    codec.encode(message)
    for message in (
        Join(ALICE, CLAIMS),
        Sync(ALICE, BOB, PLAN, GREETING.encode()),
        Ephemeral(ALICE, BOB, PLAN, 2**40, SessionId("s"), b"\x80"),
        RemoteSubscriptionChange(ALICE, BOB, (STORE,), (STORE,)),
        RemoteHeadsChanged(ALICE, BOB, PLAN, {STORE: StoreHeads(HEADS, 1.75e12)}),
        Stored(ALICE, BOB, {PLAN: HEADS}),
        InReach(ALICE, BOB, {STORE: True}),
    )
]
# The bytes that change the structure: heads of maps, lists, tags, floats, breaks, lengths.
_SHARP = bytes.fromhex("009bbb5b7b9fbf5f7fd8c0c1c2c3c4c5d9fbf9f7f6ffa0b9")


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A few bytes replaced, put in, taken out or doubled."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(4):
            case 0:
                changed[at : at + 1] = bytes((chance.randrange(256),))
            case 1:
                changed[at:at] = bytes((chance.choice(_SHARP),)) + chance.randbytes(chance.randrange(4))
            case 2:
                del changed[at : at + chance.randint(1, 8)]
            case _:
                changed[at:at] = changed[at : at + chance.randint(1, 8)]
    return bytes(changed)


def survives(read: Callable[[bytes], object], data: bytes) -> None:
    """Whatever is not refused by name must be printable: it goes into logs."""
    try:
        value = read(data)
    except RemoteProtocolError as error:
        assert len(str(error)) < 500
    else:
        assert repr(value)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("number", range(len(FRAMES)))
def test_a_mutated_frame_is_read_or_refused_by_name(number: int, seed: int) -> None:
    chance = random.Random(1000 * seed + number)
    for _ in range(500):
        survives(codec.decode, mutated(FRAMES[number], chance))


@pytest.mark.parametrize("seed", range(10))
def test_a_mutated_sync_message_is_read_or_refused_by_name(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(1000):
        data = mutated(GREETING.encode(), chance)
        survives(sync_message.parse, data)
        survives(sync_message.read_heads, data)


@pytest.mark.parametrize("seed", range(10))
def test_what_of_a_mutated_sync_message_is_read_comes_back_byte_for_byte(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(1000):
        data = mutated(GREETING.encode(), chance)
        try:
            message = sync_message.parse(data)
        except RemoteProtocolError:
            continue
        assert message.encode() == data


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_by_name(data: bytes) -> None:
    survives(codec.decode, data)
    survives(cbor.decode, data)
    survives(sync_message.parse, data)
