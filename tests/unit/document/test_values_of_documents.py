"""What a document takes for a value: it comes back as it went in, or is refused by path."""

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from jupyter_automerge.document import (
    Counter,
    Document,
    ImmutableString,
    UnknownValue,
)
from jupyter_automerge.errors import DocumentError
from tests.unit.document.chunk_story import document_of
from tests.unit.document.every_value import EVERY_VALUE


def test_every_value_comes_back_as_it_went_in() -> None:
    document = document_of(**EVERY_VALUE)

    for read in (document, Document.load([document.save()])[0]):
        value = read.value()
        assert value == EVERY_VALUE
        assert {key: type(each) for key, each in value.items()} == {
            key: type(each) for key, each in EVERY_VALUE.items()
        }
        assert math.copysign(1, value["zero"]) == -1


def test_writing_every_value_again_writes_nothing() -> None:
    document = document_of(**EVERY_VALUE)
    before = document.heads

    with document.change() as root:
        root.update(EVERY_VALUE)
        for key in root:
            root[key] = root[key]
        root["map"].update({"": 1})
        root["list"][:] = EVERY_VALUE["list"]
        root["list"][1][1] = [3]

    assert document.heads == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (1, True),
        (1, 1.0),
        ("x", ImmutableString("x")),
        (b"x", "x"),
        ([], {}),
        (5, Counter(5)),
        (0, None),
    ],
)
def test_equal_for_python_but_another_value_for_a_document_is_written(before: object, after: object) -> None:
    document = document_of(value=before)

    with document.change() as root:
        root["value"] = after

    assert type(document.value()["value"]) is type(after)
    assert repr(document.value()["value"]) == repr(after)


def test_nan_is_not_written_over_itself() -> None:
    document = document_of(value=math.nan)
    before = document.heads

    with document.change() as root:
        root["value"] = math.nan

    assert document.heads == before
    assert math.isnan(document.value()["value"])


def test_times_are_utc_whatever_zone_they_had_and_hold_milliseconds() -> None:
    tokyo = timezone(timedelta(hours=9))
    document = document_of(time=datetime(2024, 1, 1, 8, 30, 0, 999_600, tzinfo=tokyo))
    before = document.heads

    time = document.value()["time"]

    assert time == datetime(2023, 12, 31, 23, 30, 1, tzinfo=UTC)
    assert time.tzinfo is UTC
    with document.change() as root:
        root["time"] = time.astimezone(tokyo)
    assert document.heads == before


class Sub(dict[str, Any]):
    """A mapping of somebody's own."""


CYCLE: list[Any] = []
CYCLE.append({"again": CYCLE})
REFUSED: list[tuple[object, tuple[str | int, ...], str]] = [
    ({1, 2}, ("k",), "set"),
    (1j, ("k",), "complex"),
    (object(), ("k",), "object"),
    ({"a": [0, {math.nan: 1}]}, ("k", "a", 1), "nan"),
    ({1: "x"}, ("k",), "int"),
    ({None: "x"}, ("k",), "NoneType"),
    ([2**64], ("k", 0), "64"),
    (-(2**63) - 1, ("k",), "64"),
    (datetime(2024, 1, 1), ("k",), "zone"),
    (datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))), ("k",), "calendar"),
    (CYCLE, ("k", 0, "again"), "itself"),
    ("\ud800", ("k",), "surrogate"),
    ({"a": {"\udfff": 1}}, ("k", "a", "\udfff"), "surrogate"),
    (Counter(2**63), ("k",), "64"),
    (range(3), ("k",), "range"),
    ((each for each in "ab"), ("k",), "generator"),
    (UnknownValue(11, b"x"), ("k",), "UnknownValue"),
]


@pytest.mark.parametrize(("value", "path", "word"), REFUSED, ids=[word for *_, word in REFUSED])
def test_what_no_document_takes_is_refused_by_path_before_anything_is_written(
    value: object, path: tuple[str | int, ...], word: str
) -> None:
    document = document_of(list=[0])
    before = document.heads

    with document.change() as root:
        with pytest.raises(DocumentError, match=word) as refusal:
            root["k"] = value
        assert refusal.value.path == path
        assert "k" not in root
        with pytest.raises(DocumentError, match=word):
            root["list"].append(value)
        with pytest.raises(DocumentError, match=word):
            root["list"].extend([1, value])
        assert root["list"] == [0]

    assert document.heads == before


def test_tuples_and_mappings_of_ones_own_are_lists_and_maps() -> None:
    document = document_of(pair=(1, (2, 3)), own=Sub(a=bytearray(b"x")), view=memoryview(b"yz"))

    assert document.value() == {"pair": [1, [2, 3]], "own": {"a": b"x"}, "view": b"yz"}


def test_keys_are_text() -> None:
    document = document_of(a=1)
    with document.change() as root:
        keys: list[Any] = [1, None, b"a", ("a",)]
        for key in keys:
            with pytest.raises(DocumentError, match="keys are text"):
                root[key] = 1
            with pytest.raises(KeyError):
                _ = root[key]
            assert key not in root
        root[ImmutableString("b")] = 2
    assert document.value() == {"a": 1, "b": 2}


def test_an_object_written_again_is_copied() -> None:
    document = document_of(a={"list": [1, {"t": "x"}]})

    with document.change() as root:
        root["b"] = root["a"]
        root["c"] = {"wrapped": root["a"]["list"], "text": root["a"]["list"][1]["t"]}
        root["b"]["list"].append(2)
        root["c"]["text"].append("y")

    assert document.value() == {
        "a": {"list": [1, {"t": "x"}]},
        "b": {"list": [1, {"t": "x"}, 2]},
        "c": {"wrapped": [1, {"t": "x"}], "text": "xy"},
    }


def test_objects_of_another_document_are_refused() -> None:
    one, other = document_of(a={"b": [1]}), document_of()

    with one.change() as source, other.change() as target:
        for foreign in (source["a"], [source["a"]["b"]], {"x": source}):
            with pytest.raises(DocumentError, match="another document"):
                target["copy"] = foreign
        target["copy"] = source["a"].value

    assert other.value() == {"copy": {"b": [1]}}


def test_dates_that_no_calendar_has_are_kept_but_not_understood() -> None:
    """JavaScript's dates go to the year 275760; the binding panics at those."""
    from jupyter_automerge.document.change_chunk import read_change, write_change
    from jupyter_automerge.document.columns import write_columns
    from jupyter_automerge.document.leb128 import write_signed
    from jupyter_automerge.document.operations import VALUE, VALUE_META, change_columns

    source = document_of(time=datetime(2024, 1, 1, tzinfo=UTC))
    fields = read_change(source.save_since(frozenset()))
    far = write_signed(8_640_000_000_000_000)
    columns = {**change_columns(fields).data, VALUE: far, VALUE_META: bytes([0x7F, len(far) << 4 | 9, 1])}
    columns[VALUE_META] = b"\x7f" + (bytes([len(far) << 4 & 0x7F | 9 | 0x80, len(far) >> 3]))
    from dataclasses import replace

    chunk, _ = write_change(replace(fields, operations=b"\x00" + write_columns(columns)), [], 0, "")
    document = Document()
    document.apply([chunk])

    assert document.value() == {"time": UnknownValue(9, far)}
    with document.change() as root:
        assert root["time"] == UnknownValue(9, far)
        root["seen"] = True
    assert Document.load([document.save()])[0].value() == {"time": UnknownValue(9, far), "seen": True}
