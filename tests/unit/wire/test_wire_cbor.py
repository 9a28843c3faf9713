"""CBOR as JavaScript writes and bears it; the hex strings are what cbor-x wrote."""

import json
from datetime import UTC, datetime
from pathlib import Path

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_automerge.errors import LocalProtocolError, RemoteProtocolError
from jupyter_automerge.values.limits import MAX_CBOR_DEPTH
from jupyter_automerge.wire.cbor import decode, decode_item, encode, is_missing

VECTORS = Path(__file__).parents[2] / "vectors" / "broadcasts.json"
BROADCASTS = {v["name"]: bytes.fromhex(v["hex"]) for v in json.loads(VECTORS.read_text())["vectors"]}

MEANING: dict[str, object] = {
    "null": None,
    "text": "héllo 😀",
    "list": [1, -1, 2**31, float(2**32), 1.5, True, None, None, pytest.approx(float("nan"), nan_ok=True)],
    "map": {"a": {"b": []}},
    "bytes": bytes.fromhex("42000001000000020102"),
    "date": datetime(2025, 6, 15, 15, 6, 40, 123000, tzinfo=UTC),
    "map object": {"k": 1},
    "set": ["x", "y"],
    "big integer": 12345678901234567890,
    "huge integer": 2**100,
    "typed array": cbor2.CBORTag(69, bytes.fromhex("01000200")),
    "lone surrogate": "\ufffd" * 3,
    "presence": {"__presence": {"type": "update", "channel": "cursor", "value": {"x": 1}}},
}

portable = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**32), 2**32 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def test_every_vector_has_its_meaning_here() -> None:
    assert set(BROADCASTS) == set(MEANING)


@pytest.mark.parametrize("name", MEANING)
def test_what_javascript_wrote_means_what_it_meant(name: str) -> None:
    assert decode(BROADCASTS[name]) == MEANING[name]


@given(portable)
def test_what_is_written_reads_back(value: object) -> None:
    assert decode(encode(value)) == value


@given(portable)
def test_nothing_that_javascript_cannot_read_is_written(value: object) -> None:
    lengths = cbor2.loads(encode([value]), allow_indefinite=False)
    assert lengths == [value]


@pytest.mark.parametrize(
    ("value", "hex_text"),
    [
        (2**32 - 1, "1affffffff"),
        (-(2**32), "3affffffff"),
        (2**32, "fb41f0000000000000"),  # not 1b: that is a BigInt
        (-(2**32) - 1, "fbc1f0000000100000"),
        (1750000000123, "fb427977420dc7b000"),
        (True, "f5"),
        (b"x", "4178"),  # not tag 64
        (bytearray(b"x"), "4178"),
        (memoryview(b"x"), "4178"),
        ((1, (2,)), "82018102"),
        ({"n": [2**40]}, "a1616e81fb4270000000000000"),
        (datetime.fromtimestamp(1.5, UTC), "c1fb3ff8000000000000"),
    ],
)
def test_bytes_on_the_wire(value: object, hex_text: str) -> None:
    assert encode(value).hex() == hex_text


def _contains_itself() -> list[object]:
    cycle: list[object] = []
    cycle.append(cycle)
    return cycle


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({1: 2}, "map keys are text"),
        ({"a": {b"b": 2}}, "map keys are text"),
        ({1, 2}, "a set has no counterpart"),
        (object(), "a object has no counterpart"),
        (1j, "a complex has no counterpart"),
        (10**400, "too large"),
        (datetime(2025, 6, 15), "without time zone"),
        ("\ud800", "cannot be written"),
        (_contains_itself(), "does it contain itself"),
    ],
)
def test_what_javascript_has_no_value_for_is_refused_here(value: object, words: str) -> None:
    with pytest.raises(LocalProtocolError, match=words):
        encode(value)


@pytest.mark.parametrize(
    ("hex_text", "words"),
    [
        ("", "empty"),
        ("a000", "1 bytes follow"),
        ("f6f6", "1 bytes follow"),
        ("ff", "not valid CBOR"),
        ("61", "not valid CBOR"),
        ("1c", "not valid CBOR"),
        ("9bffffffffffffffff", "not valid CBOR"),  # a list of 2**64 - 1 items
        ("bb0fffffffffffffff00", "not valid CBOR"),
        ("5b7fffffffffffffff00", "not valid CBOR"),
        ("c25a00000081" + "01" * 129, "not valid CBOR"),  # an integer of 129 bytes
        ("c1f97e00", "not valid CBOR"),  # a date that is no number
        ("c063616263", "not valid CBOR"),
        ("a10000", "not valid CBOR"),  # a map key that is no text
        ("81" * (MAX_CBOR_DEPTH + 1) + "00", "not valid CBOR"),
    ],
)
def test_what_is_not_one_item_is_refused(hex_text: str, words: str) -> None:
    with pytest.raises(RemoteProtocolError, match=words):
        decode(bytes.fromhex(hex_text))


@pytest.mark.parametrize(
    "hex_text",
    [
        "d82363282b29",  # a regular expression with a fault
        "d8244161",  # a MIME message
        "d81e820100",  # a fraction with 0 below
        "c5821a3b9aca0001",  # 2 to the power of a milliard
        "c4821a3b9aca0001",
        "d81c81d81d00",  # a list that contains itself
        "d82500",
    ],
)
def test_tags_that_nobody_sends_in_good_faith_are_not_acted_upon(hex_text: str) -> None:
    assert isinstance(decode(bytes.fromhex(hex_text)), cbor2.CBORTag)


@pytest.mark.parametrize("hex_text", ["b90001616101", "bf616101ff", "d9d9f7a1616101", "a16161f93c00"])
def test_all_ways_to_write_a_map_are_read(hex_text: str) -> None:
    assert decode(bytes.fromhex(hex_text)) == {"a": 1}


def test_strings_in_pieces_and_tagged_bytes_are_read() -> None:
    assert decode(bytes.fromhex("5f41614162ff")) == b"ab"
    assert decode(bytes.fromhex("d8404161")) == b"a"


def test_undefined_is_missing() -> None:
    data = bytes.fromhex("a26161f7616282f7f6")
    assert decode(data) == {"b": [None, None]}
    assert decode(b"\xf7") is None
    assert is_missing(decode_item(b"\xf7"))
    assert is_missing(None)
    falsy: tuple[object, ...] = (0, "", b"", [], {}, False)
    assert not any(is_missing(value) for value in falsy)
