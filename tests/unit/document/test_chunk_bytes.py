"""Automerge's bytes, read and written without the core, held against what the core writes."""

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_automerge.document import ChunkState, Counter, Document
from jupyter_automerge.document.change_chunk import read_change, write_change
from jupyter_automerge.document.chunks import ChunkType, read_chunk, split_chunks, write_chunk
from jupyter_automerge.document.columns import (
    read_booleans,
    read_columns,
    read_deltas,
    read_layout,
    read_numbers,
    write_columns,
    write_numbers,
)
from jupyter_automerge.document.leb128 import read_signed, read_unsigned, write_signed, write_unsigned
from jupyter_automerge.document.operations import (
    VALUE_META,
    change_columns,
    change_operations,
    document_columns,
    document_operations,
)
from jupyter_automerge.errors import BadChunk
from tests.unit.document.chunk_story import changes_of, document_of


@given(st.integers(0, 2**64), st.integers(-(2**64), 2**64), st.binary(max_size=3))
def test_numbers_come_back_and_the_rest_stays(unsigned: int, signed: int, rest: bytes) -> None:
    data = write_unsigned(unsigned) + write_signed(signed) + rest

    first, at = read_unsigned(data, 0)
    second, end = read_signed(data, at)

    assert (first, second, data[end:]) == (unsigned, signed, rest)


@pytest.mark.parametrize(
    ("number", "data"),
    [(0, b"\x00"), (63, b"\x3f"), (64, b"\xc0\x00"), (-1, b"\x7f"), (-64, b"\x40"), (-65, b"\xbf\x7f")],
)
def test_signed_numbers_have_the_form_of_the_format(number: int, data: bytes) -> None:
    assert write_signed(number) == data


def test_a_number_that_is_cut_is_an_index_error() -> None:
    for data in (b"", b"\x80", b"\xff\xff", b"\x80" * 1000 + b"\x00"):
        with pytest.raises(IndexError):
            read_unsigned(data, 0)
        with pytest.raises(IndexError):
            read_signed(data, 0)


@given(st.lists(st.integers(0, 300) | st.none()))
def test_run_length_columns_come_back(values: list[int | None]) -> None:
    assert read_numbers(write_numbers(values)) == values


def test_deltas_and_booleans_read_as_the_format_says() -> None:
    assert read_deltas(b"\x03\x01\x7f\x7f\x00\x02\x7f\x05") == [1, 2, 3, 2, None, None, 7]
    assert read_booleans(b"\x00\x02\x03\x01") == [True, True, False, False, False, True]
    assert read_booleans(b"") == []


def test_a_chunk_comes_back_with_the_hash_of_the_core() -> None:
    document = document_of(text="x" * 2000, n=1)
    small, large = document_of(n=1), document

    for source in (small, large):
        (change,) = source._trunk.core.get_changes([])
        for data in (change.raw_bytes, change.bytes):
            chunk, end = read_chunk(data)
            assert end == len(data)
            assert chunk.hash() == change.hash
            assert chunk.checksum_is_right()
            assert write_chunk(*chunk.plain()) == (change.raw_bytes, change.hash)
    assert read_chunk(changes_of(large)[0])[0].kind is ChunkType.COMPRESSED


def test_a_document_chunk_promises_its_heads() -> None:
    alice = document_of(n=1)
    bob = alice.fork()
    for document in (alice, bob):
        with document.change() as root:
            root["n"] = 2
    alice.merge(bob)

    (chunk,) = split_chunks(alice.save())

    assert chunk.promises() == alice.heads


def test_counts_that_no_chunk_can_hold_are_refused_at_once() -> None:
    huge = write_unsigned(2**60)
    document, _ = write_chunk(ChunkType.DOCUMENT, b"\x00" + huge + bytes(40))
    change, _ = write_chunk(ChunkType.CHANGE, huge + bytes(40))

    with pytest.raises(BadChunk, match="hashes"):
        read_chunk(document)[0].promises()
    with pytest.raises(BadChunk, match="hashes"):
        read_change(change)
    for chunk in (document, change):
        assert Document.load([chunk])[1][0].state is ChunkState.BAD
        with pytest.raises(BadChunk):
            Document().apply([chunk])


def test_rewriting_a_change_as_it_was_changes_no_byte() -> None:
    document = document_of(a=1)
    with document.change("naïve 🥊") as root:
        root["a"] = [1, 2, "x"]
    for change in document._trunk.core.get_changes([]):
        fields = read_change(change.bytes)
        again = write_change(fields, fields.dependencies, fields.time, fields.message)
        assert again == (change.raw_bytes, change.hash)


def test_a_bomb_of_deflate_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_automerge.document.chunks.MAX_INFLATED_BYTES", 1 << 20)
    packer = zlib.compressobj(9, wbits=-15)
    bomb, _ = write_chunk(ChunkType.COMPRESSED, packer.compress(bytes((1 << 20) + 1)) + packer.flush())
    largest, _ = write_chunk(ChunkType.COMPRESSED, zlib.compress(bytes(1 << 20), wbits=-15))

    with pytest.raises(BadChunk, match="MiB"):
        read_chunk(bomb)[0].plain()
    assert len(read_chunk(largest)[0].plain()[1]) == 1 << 20


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-500, 500)
    | st.text(max_size=5)
    | st.floats(allow_nan=False)
    | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=4))
def test_columns_are_written_byte_for_byte_as_the_core_writes_them(values: list[object]) -> None:
    document = Document()
    for value in values:
        with document.change() as root:
            root["value"] = value
            root.setdefault("all", []).append(value)
    for chunk in changes_of(document):
        fields = read_change(chunk)
        columns = change_columns(fields)
        layout, at = read_layout(fields.operations, len(fields.operations) - len(write_columns(columns.data)))
        assert read_columns(fields.operations, at, layout)[0] == columns.data
        assert fields.operations.endswith(write_columns(columns.data))
        if VALUE_META in columns.data:
            assert write_numbers(read_numbers(columns.data[VALUE_META])) == columns.data[VALUE_META]


@settings(deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=4))
def test_changes_and_snapshot_tell_the_same_operations(values: list[object]) -> None:
    document = Document()
    for value in values:
        with document.change() as root:
            root["value"] = value
            root["votes"] = Counter(1) if "votes" not in root else root["votes"]
            root["votes"].increment(2)
    written = {
        each.id: each for chunk in changes_of(document) for each in change_operations(read_change(chunk))
    }
    (snapshot,) = split_chunks(document.save())
    kept = {each.id: each for each in document_operations(document_columns(snapshot.body))}

    assert kept.keys() == {each.id for each in written.values() if each.action != 3}
    for name, each in kept.items():
        other = written[name]
        assert (each.object, each.place, each.action, each.kind, each.data) == (
            other.object,
            other.place,
            other.action,
            other.kind,
            other.data,
        )
    overwritten = {link for each in written.values() for link in each.links}
    assert overwritten == {each.id for each in kept.values() if each.links}
