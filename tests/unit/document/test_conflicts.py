"""Values in conflict: the winner is shown, the others can be asked for."""

from datetime import UTC, datetime
from typing import Any

import pytest

from jupyter_automerge.document import Counter, Document, ImmutableString
from jupyter_automerge.errors import DocumentError
from tests.unit.document.chunk_story import document_of

RIVALS: list[Any] = [
    None,
    True,
    False,
    7,
    -7,
    2**64 - 1,
    1.5,
    "text",
    ImmutableString("fixed"),
    b"bytes",
    datetime(2024, 1, 2, tzinfo=UTC),
    {"m": [1]},
    [1, {"x": "y"}],
    Counter(4),
]


def rivalry() -> Document:
    start = document_of(key=0, row=[0, 0])
    forks = [start.fork() for _ in RIVALS]
    for fork, value in zip(forks, RIVALS, strict=True):
        with fork.change() as root:
            root["key"] = value
            root["row"][1] = [value]
        start.merge(fork)
    return start


def test_all_values_of_concurrent_writers_are_told_the_winner_first() -> None:
    document = rivalry()

    told = document.conflicts(("key",))

    assert sorted(map(repr, told)) == sorted(map(repr, RIVALS))
    assert repr(told[0]) == repr(document.value()["key"])
    assert repr(document.conflicts(("row", -1))[0]) == repr(document.value()["row"][1])
    assert document.conflicts(("row", 0)) == (0,)


@pytest.mark.parametrize("again", [0, 1, 2])
def test_writing_any_scalar_again_settles_a_conflict_even_the_same(again: int) -> None:
    start = document_of(key=0)
    alice, bob = start.fork(), start.fork()
    for fork, value in ((alice, 1), (bob, 2)):
        with fork.change() as root:
            root["key"] = value
    alice.merge(bob)
    before = alice.heads

    for _ in range(2):
        with alice.change() as root:
            root["key"] = again

    assert alice.conflicts(("key",)) == (again,)
    assert alice.conflicts(("key",), at=before) in {(1, 2), (2, 1)}
    assert alice.change_count == start.change_count + 3, "the second time was no change"


def test_counters_in_conflict_take_the_increments_of_both() -> None:
    start = document_of(key=0)
    alice, bob = start.fork(), start.fork()
    for fork, value in ((alice, 10), (bob, 20)):
        with fork.change() as root:
            del root["key"]
            root["key"] = Counter(value)
    alice.merge(bob)

    winner = alice.conflicts(("key",))[0]

    with alice.change() as root:
        root["key"].increment(1)
        assert root.value == {"key": winner + 1}

    assert sorted(alice.conflicts(("key",))) == [11, 21]
    assert alice.value()["key"] == alice.conflicts(("key",))[0]
    assert Document.load([alice.save()])[0].value() == alice.value()


def test_there_is_nothing_to_ask_about_nothing() -> None:
    document = document_of(key=0)
    for path in ((), ("gone",), ("key", "x")):
        with pytest.raises(DocumentError):
            document.conflicts(path)
