"""Maps, lists and text within a change behave like Python's own containers."""

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from jupyter_automerge.document import (
    Counter,
    Document,
    ImmutableString,
    ListProxy,
    MapProxy,
    TextProxy,
    UnknownValue,
)
from jupyter_automerge.errors import DocumentError
from tests.unit.document.chunk_story import document_of

EVERY_VALUE: dict[str, Any] = {
    "none": None,
    "yes": True,
    "no": False,
    "int": -7,
    "big": 2**63 - 1,
    "unsigned": 2**64 - 1,
    "float": 1.5,
    "infinity": math.inf,
    "zero": -0.0,
    "bytes": b"\x00\xff",
    "text": "Zwölf Boxkämpfer 🥊",
    "empty": "",
    "fixed": ImmutableString("v1"),
    "time": datetime(2024, 2, 29, 23, 59, 59, 123000, tzinfo=UTC),
    "counter": Counter(3),
    "list": [1, [2, [3]], {"deep": "x"}],
    "map": {"": 1, "é": {"🥊": []}},
}


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
    ({"a": {"\udfff": 1}}, ("k", "a"), "surrogate"),
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


def test_what_is_not_there_is_both_pythons_error_and_ours_and_names_the_place() -> None:
    document = document_of(inner={"list": [1], "text": "x"})
    with document.change() as root:
        inner = root["inner"]
        with pytest.raises(KeyError, match="there is no key 'gone'"):
            _ = inner["gone"]
        with pytest.raises(DocumentError) as missing:
            del inner["gone"]
        assert missing.value.path == ("inner",)
        for index in (1, -2):
            with pytest.raises(IndexError, match="outside"):
                _ = inner["list"][index]
            with pytest.raises(DocumentError) as outside:
                inner["list"][index] = 5
            assert outside.value.path == ("inner", "list")
            with pytest.raises(IndexError):
                del inner["text"][index]
        with pytest.raises(IndexError):
            inner["list"].pop(7)


def test_what_is_read_within_a_block_are_proxies_and_plain_values() -> None:
    document = document_of(**EVERY_VALUE)
    with document.change() as root:
        assert isinstance(root["map"], MapProxy)
        assert isinstance(root["list"], ListProxy)
        assert isinstance(root["text"], TextProxy)
        assert isinstance(root["counter"], Counter)
        assert type(root["fixed"]) is ImmutableString
        assert root["bytes"] == b"\x00\xff"
        assert root == EVERY_VALUE
        assert root.value == EVERY_VALUE
        assert dict(root["map"]["é"]) == {"🥊": []}
        assert "Zwölf" in root["text"]
        assert root.get("gone") is None
        assert list(root) == sorted(EVERY_VALUE, key=str.encode)
        assert repr(root["list"]) == "ListProxy([1, [2, [3]], {'deep': 'x'}])"


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


def test_a_map_may_be_edited_while_it_is_walked_through() -> None:
    document = document_of(a=1, b=2, c=3)

    with document.change() as root:
        for key in root:
            del root[key]
            root[key * 2] = key

    assert document.value() == {"aa": "a", "bb": "b", "cc": "c"}


def test_a_list_may_be_edited_while_it_is_walked_through() -> None:
    document = document_of(list=[1, 2, 3])

    with document.change() as root:
        for number in root["list"]:
            if number < 3:
                root["list"].append(number + 2)

    assert document.value() == {"list": [1, 2, 3, 3, 4]}


def test_replacing_text_by_text_edits_it_so_concurrent_edits_survive() -> None:
    alice = document_of(title="the quick fox")
    bob = alice.fork()

    with alice.change() as root:
        root["title"] = "the very quick fox"
    with bob.change() as root:
        root["title"].append(" jumps")
    alice.merge(bob)

    assert alice.value() == {"title": "the very quick fox jumps"}


def test_unpacking_a_slice_keeps_the_elements_at_its_ends() -> None:
    alice = document_of(list=[{"n": 1}, {"n": 2}, {"n": 3}])
    bob = alice.fork()

    with alice.change() as root:
        root["list"][:] = [{"n": 1}, {"n": 9}, {"n": 10}, {"n": 3}]
    with bob.change() as root:
        root["list"][2]["n"] = 33
    alice.merge(bob)

    assert alice.value() == {"list": [{"n": 1}, {"n": 9}, {"n": 10}, {"n": 33}]}


def test_list_methods_are_those_of_python() -> None:
    document = document_of(list=[3, 1, 2])
    with document.change() as root:
        row = root["list"]
        row += [4]
        row.insert(-100, 0)
        row.insert(100, 5)
        row.reverse()
        assert row == [5, 4, 2, 1, 3, 0]
        assert row.pop() == 0
        assert row.pop(0) == 5
        row.remove(2)
        assert (row.index(1), row.count(4), 3 in row, 9 in row) == (1, 1, True, False)
        row[0:2] = ["a", "b", "c"]
        row[::2] = [True, False]
        assert row[::-1] == [3, False, "b", True]
        del row[1::2]
        assert row == [True, False]
        assert row != [True] and row != (True, False)
        with pytest.raises(ValueError, match="slice"):
            row[::2] = [1, 2, 3]
        row.clear()
        assert row == [] and not row
    assert document.value() == {"list": []}


def test_map_methods_are_those_of_python() -> None:
    document = document_of(a=1, b={"c": 2})
    with document.change() as root:
        assert root.pop("a") == 1
        assert root.pop("a", "none") == "none"
        assert root.setdefault("b", 5) == {"c": 2}
        assert root.setdefault("d", [1]) == [1]
        root["d"].append(2)
        root.update(e=1, b={"c": 2})
        assert sorted(root.items()) == [("b", {"c": 2}), ("d", [1, 2]), ("e", 1)]
        root["b"].clear()
        assert root == {"b": {}, "d": [1, 2], "e": 1} and root != {"b": {}}
    assert document.value() == {"b": {}, "d": [1, 2], "e": 1}


def test_text_counts_code_points_and_reads_like_str() -> None:
    document = document_of(text="aé🥊b")
    with document.change() as root:
        text = root["text"]
        assert (len(text), text[2], text[-1], text[1:3], text[::-1]) == (4, "🥊", "b", "é🥊", "b🥊éa")
        text.splice(3, 0, "🙂")
        text.splice(2, 1)
        assert text == "aé🙂b" and text != "aé"
        text.insert(-1, "<")
        text.insert(99, ">")
        text.append("!")
        text += "?"
        assert text == "aé🙂<b>!?"
        assert f"{text}" == "aé🙂<b>!?" and text + "." == "aé🙂<b>!?." and "." + text == ".aé🙂<b>!?"
        assert list(text) == list("aé🙂<b>!?") and "<b" in text and "x" not in text
        text[0] = "A"
        text[1:3] = "-"
        del text[-1]
        assert text == "A-<b>!"
        text.update("A-<bb>!")
    assert document.value() == {"text": "A-<bb>!"}


@pytest.mark.parametrize(
    ("index", "count", "word"),
    [
        (-1, 0, "outside"),
        (6, 0, "outside"),
        (0, -1, "cannot delete"),
        (3, 3, "cannot delete"),
        (5, 1, "cannot delete"),
    ],
)
def test_splices_outside_of_the_text_are_refused(index: int, count: int, word: str) -> None:
    document = document_of(text="hello")
    before = document.heads

    with document.change() as root:
        with pytest.raises(DocumentError, match=word) as refusal:
            root["text"].splice(index, count, "x")
        assert refusal.value.path == ("text",)

    assert document.heads == before


def test_paths_lead_to_plain_values() -> None:
    document = document_of(tasks=[{"text": "write"}, {"text": "rest"}], n=Counter(1))

    assert document.get(()) == document.value()
    assert document.get(("tasks", -1, "text")) == "rest"
    assert document.get(["tasks", 0]) == {"text": "write"}
    assert document.get(("n",)) == Counter(1)
    paths: list[tuple[str | int, ...]] = [
        ("x",),
        ("tasks", 2),
        ("tasks", -3),
        ("tasks", "0"),
        ("n", 0),
        ("tasks", 0, "text", 0),
    ]
    for path in paths:
        with pytest.raises(DocumentError, match="there is nothing"):
            document.get(path)


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
