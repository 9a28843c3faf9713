"""The past: changes with their claims, values as they were, differences."""

import pytest

from jupyter_automerge.document import Document, Patch
from jupyter_automerge.document.change_chunk import read_change, write_change
from jupyter_automerge.errors import DocumentError
from tests.unit.document.chunk_story import changes_of, document_of


def test_values_as_they_were() -> None:
    document = document_of(n=0, text="a")
    moments = [document.heads]
    for number in range(1, 4):
        with document.change() as root:
            root["n"] = number
            root["text"].append("b")
        moments.append(document.heads)

    assert [document.value(moment)["n"] for moment in moments] == [0, 1, 2, 3]
    assert document.get(("text",), at=moments[1]) == "ab"
    assert document.value(frozenset()) == {}
    assert document.history(since=moments[2])[0].hash in moments[3]


def test_a_past_that_never_was_is_an_error_and_not_an_empty_value() -> None:
    document = document_of(n=0)
    stranger = frozenset([bytes(32)])

    for question in (document.value, document.history, document.diff, document.fork):
        with pytest.raises(DocumentError, match="no change 00000000"):
            question(stranger | document.heads)
    with pytest.raises(DocumentError):
        document.get(("n",), at=stranger)


def test_two_heads_are_one_point_in_history() -> None:
    alice = document_of(start=1)
    bob = alice.fork()
    for document, key in ((alice, "a"), (bob, "b")):
        with document.change() as root:
            root[key] = 1
    alice.merge(bob)
    both = alice.heads
    with alice.change() as root:
        root["a"] = 2

    assert len(both) == 2
    assert alice.value(both) == {"start": 1, "a": 1, "b": 1}
    assert alice.fork(both).heads == both


def test_a_difference_is_told_in_small_steps() -> None:
    document = document_of(text="hello world", list=[1, 2, 3, 4], gone=1, inner={"x": [{"y": 1}]})
    before = document.heads
    with document.change() as root:
        root["text"].splice(6, 5, "there")
        del root["list"][1:3]
        root["list"].insert(1, "new")
        root["inner"]["x"][0]["y"] = 2
        del root["gone"]
        root["born"] = {"a": 1}

    steps = set(map(repr, document.diff(before)))

    assert steps == set(
        map(
            repr,
            [
                Patch(("gone",), "delete"),
                Patch(("text", 6), "splice", "there", 5),
                Patch(("list", 1), "delete", length=2),
                Patch(("list", 1), "insert", ["new"]),
                Patch(("inner", "x", 0, "y"), "put", 2),
                Patch(("born",), "put", {"a": 1}),
            ],
        )
    )


@pytest.mark.parametrize("seconds", [2**62, -(2**62), 10**15])
def test_a_time_that_no_calendar_has_is_no_time(seconds: int) -> None:
    (chunk,) = changes_of(document_of(n=1))
    strange, _ = write_change(read_change(chunk), [], seconds, "from far away")
    document = Document()

    document.apply([strange])

    (change,) = document.history()
    assert (change.time, change.message) == (None, "from far away")
