"""Lists and maps within one another: as deep as Python can follow, no deeper; others may nest as they like."""

import json
from typing import Any

import pytest
from automerge import core

from jupyter_automerge.document import Document, TooDeep
from jupyter_automerge.errors import DocumentError
from jupyter_automerge.values.limits import MAX_VALUE_DEPTH
from tests.unit.document.chunk_story import document_of

ABYSS = 5_000


def nested(depth: int, inside: object = "x", *, lists: bool = False) -> Any:
    """So many maps or lists, one in the other."""
    value = inside
    for _ in range(depth):
        value = [value] if lists else {"a": value}
    return value


@pytest.fixture(scope="module")
def abyss() -> Document:
    """Made by another program: maps and lists in turn, the text at the very bottom, and a title."""
    deep = core.Document()
    with deep.transaction() as transaction:
        transaction.put(core.ROOT, "title", core.ScalarType.Str, "deep")
        place = transaction.put_object(core.ROOT, "in", core.ObjType.Map)
        for _ in range(ABYSS // 2):
            place = transaction.put_object(place, "a", core.ObjType.List)
            place = transaction.insert_object(place, 0, core.ObjType.Map)
        transaction.put(place, "bottom", core.ScalarType.Int, 1)
    document = Document()
    document.apply([deep.save()])
    return document


@pytest.mark.parametrize("lists", [False, True])
def test_values_as_deep_as_the_bound_are_written_and_read(lists: bool) -> None:
    value = nested(MAX_VALUE_DEPTH, lists=lists)
    document = document_of(k=value)

    assert document.value() == {"k": value}
    with document.change() as root:
        assert root["k"] == value
        root["k"] = value
    assert len(document.history()) == 1


@pytest.mark.parametrize("depth", [MAX_VALUE_DEPTH + 1, 350, 100_000])
@pytest.mark.parametrize("lists", [False, True])
def test_deeper_ones_are_refused_by_path_and_nothing_is_written(depth: int, lists: bool) -> None:
    document = document_of(n=0)
    before = document.heads

    with document.change() as root, pytest.raises(DocumentError, match="nested at most 100 deep") as refusal:
        root["k"] = nested(depth, lists=lists)

    assert refusal.value.path == ("k",) + (0 if lists else "a",) * MAX_VALUE_DEPTH
    assert len(str(refusal.value)) < 200
    assert document.heads == before


def test_nor_can_one_climb_down_step_by_step() -> None:
    document = Document()

    with pytest.raises(DocumentError, match="nested at most 100 deep"), document.change() as root:
        for _ in range(MAX_VALUE_DEPTH + 1):
            root["a"] = {}
            root = root["a"]


def test_what_others_nested_deeper_does_not_hide_the_rest(abyss: Document) -> None:
    value = abyss.value()

    assert value["title"] == "deep"
    assert json.dumps(value, default=repr).count("TooDeep(kind='map')") == 1


def test_what_is_further_down_is_read_by_its_path(abyss: Document) -> None:
    down = ["in", *("a", 0) * (ABYSS // 2)]

    assert abyss.get(down) == {"bottom": 1}
    assert abyss.get(down[:-2]) == {"a": [{"bottom": 1}]}
    with abyss.fork().change() as root:
        place: Any = root
        for step in down:
            place = place[step]
        assert place["bottom"] == 1


def test_an_edit_far_down_and_its_difference_harm_nobody(abyss: Document) -> None:
    document = abyss.fork()
    before = document.heads
    with document.change() as root:
        place: Any = root
        for step in ["in", *("a", 0) * (ABYSS // 2)]:
            place = place[step]
        place["bottom"] = 2
        root["title"] = "deeper"

    assert [patch.path for patch in document.diff(before)] == [("title",)]
    assert Document.load([document.save()])[0].value() == document.value(document.heads)
    assert document.conflicts(["in"]) == (document.get(["in"]),)


def test_the_placeholder_cannot_be_written(abyss: Document) -> None:
    document = document_of(n=0)

    with document.change() as root, pytest.raises(DocumentError, match="TooDeep cannot be kept"):
        root["k"] = TooDeep("map")
