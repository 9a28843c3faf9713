"""Heads as sets, and the names under which stores keep things."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.values import keys
from jupyter_automerge.values.heads import (
    NO_HEADS,
    heads_from_hex,
    heads_from_text,
    heads_hex,
    heads_to_text,
)
from jupyter_automerge.values.ids import parse_document_id, parse_storage_id
from jupyter_automerge.values.keys import KeyKind, StorageKey, key_kind

PLAN = parse_document_id("4ZrjxJnU1LA5xSyrWMNuXTozYEvA")
BOB = parse_storage_id("3760df37-a4c6-4f66-9ecd-732039a9385d")
any_heads = st.frozensets(st.binary(min_size=32, max_size=32), max_size=5)


@given(any_heads)
def test_heads_come_back_from_text_and_hex(heads: frozenset[bytes]) -> None:
    assert heads_from_text(reversed(heads_to_text(heads))) == heads
    assert heads_from_hex(reversed(heads_hex(heads))) == heads


@given(any_heads)
def test_texts_and_hex_stand_in_the_order_of_the_bytes(heads: frozenset[bytes]) -> None:
    assert heads_hex(heads) == tuple(head.hex() for head in sorted(heads))
    assert [heads_from_text([text]) for text in heads_to_text(heads)] == [{head} for head in sorted(heads)]


@pytest.mark.parametrize("text", ["", "zz" * 32, "01" * 31, "01" * 33, "01" * 31 + "0", None])
def test_hex_that_is_no_change_hash_is_refused(text: str) -> None:
    with pytest.raises(InvalidId, match="is not a valid head"):
        heads_from_hex([text])


def test_a_snapshot_is_named_by_the_hash_of_its_sorted_hex_heads() -> None:
    heads = heads_from_hex(["fe" * 32, "01" * 32])
    name = sha256(("01" * 32 + "fe" * 32).encode()).hexdigest()
    assert keys.snapshot_key(PLAN, heads) == (PLAN, "snapshot", name)
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert keys.snapshot_key(PLAN, NO_HEADS) == (PLAN, "snapshot", empty)


def test_an_incremental_chunk_is_named_by_the_hash_of_its_bytes() -> None:
    assert keys.incremental_key(PLAN, b"change") == (PLAN, "incremental", sha256(b"change").hexdigest())


def test_every_key_of_a_document_lies_under_its_prefix_except_the_tombstone() -> None:
    made = (
        keys.snapshot_key(PLAN, NO_HEADS),
        keys.incremental_key(PLAN, b""),
        keys.sync_state_key(PLAN, BOB),
    )
    assert {key[:1] for key in made} == {keys.document_prefix(PLAN)}
    assert keys.tombstone_key(PLAN)[:1] != keys.document_prefix(PLAN)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (keys.STORAGE_ID_KEY, KeyKind.STORAGE_ID),
        (keys.snapshot_key(PLAN, NO_HEADS), KeyKind.SNAPSHOT),
        (keys.incremental_key(PLAN, b""), KeyKind.INCREMENTAL),
        (keys.sync_state_key(PLAN, BOB), KeyKind.SYNC_STATE),
        (keys.tombstone_key(PLAN), KeyKind.TOMBSTONE),
        (keys.TOMBSTONE_PREFIX, KeyKind.OTHER),
        (keys.EPOCH_KEY, KeyKind.OTHER),
        (keys.document_prefix(PLAN), KeyKind.OTHER),
        (keys.snapshot_prefix(PLAN), KeyKind.OTHER),
        ((PLAN, "tombstone", "x"), KeyKind.OTHER),
        ((PLAN, "other", "x"), KeyKind.OTHER),
        ((".jupyter-automerge", "snapshot", "x"), KeyKind.OTHER),
        ((), KeyKind.OTHER),
    ],
)
def test_a_key_tells_what_it_holds(key: StorageKey, kind: KeyKind) -> None:
    assert key_kind(key) is kind
