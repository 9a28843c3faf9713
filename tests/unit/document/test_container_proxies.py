"""Maps, lists and texts within a block behave like Python's own containers."""

import pytest

from jupyter_automerge.document import (
    Counter,
    ImmutableString,
    ListProxy,
    MapProxy,
    TextProxy,
)
from jupyter_automerge.errors import DocumentError
from tests.unit.document.chunk_story import document_of
from tests.unit.document.every_value import EVERY_VALUE


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
