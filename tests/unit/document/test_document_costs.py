"""What each step asks of the core: nothing that grows with the history, where that can be avoided.

How long it takes is for `python -m bench`; what is done is the same on every machine.
"""

from collections.abc import Iterable, Sequence

import pytest

from jupyter_automerge.document import Document
from jupyter_automerge.document.outside import count_outside
from tests.unit.document.chunk_story import changes_of, document_of
from tests.unit.document.counting_core import counted

CHANGES = 300
BATCH = {"receive_sync_message": 1, "get_heads": 1, "get_changes": 1}
EDIT = ("transaction", "get", "splice_text", "commit", "get_heads", "get_last_local_change")


@pytest.fixture
def long() -> Document:
    """A document as it comes from a store."""
    document = document_of(text="")
    type_into(document, CHANGES)
    return Document.load([document.save()])[0]


def type_into(document: Document, keys: int) -> None:
    for _ in range(keys):
        with document.change("typed") as root:
            root["text"].insert(0, "x")


def edits(document: Document, count: int) -> list[bytes]:
    writer = document.fork()
    type_into(writer, count)
    return changes_of(writer)[-count:]


def test_fifty_changes_are_received_in_one_call_as_one_is_and_nothing_else_is_read(long: Document) -> None:
    first, second, *fifty = edits(long, 52)
    long.apply([first])  # after a load the core is asked once how far its numbers go
    calls = counted(long)

    long.apply([second])
    assert calls == {**BATCH, "changes": 1}
    calls.clear()
    long.apply(fifty)
    assert calls == {**BATCH, "changes": 50}


def test_a_local_edit_asks_the_core_for_no_history(long: Document) -> None:
    calls = counted(long)

    type_into(long, 1)
    assert calls["fork"] == 1, "the first edit after a load is made in a fork, and the next ones in the same"
    calls.clear()
    type_into(long, 100)
    assert calls == dict.fromkeys(EDIT, 100)


def test_counting_what_offline_stores_lack_walks_the_history_once_and_not_again_after_an_edit(
    long: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [change.hash for change in long.history()]
    frontiers = [frozenset([name]) for name in names]
    walks = []

    def counted_walk(
        parents: Sequence[int], parents_at: Sequence[int], tips: Iterable[int], at: Sequence[Iterable[int]]
    ) -> list[int]:
        walks.append(len(at))
        return count_outside(parents, parents_at, tips, at)

    monkeypatch.setattr("jupyter_automerge.document.graph.count_outside", counted_walk)
    calls = counted(long)

    assert [each.lacks for each in long.standings(frontiers).values()] == [*range(CHANGES, -1, -1)]
    assert walks == [CHANGES] and calls["changes"] == CHANGES + 1, "nobody needs a walk who has everything"
    walks.clear()
    calls.clear()
    type_into(long, 1)
    assert [each.lacks for each in long.standings(frontiers).values()] == [*range(CHANGES + 1, 0, -1)]
    assert walks == [1] and "get_changes" not in calls, "only for those who had everything"
    walks.clear()
    assert [long.missing_from(frontier) for frontier in frontiers[:2]] == [CHANGES + 1, CHANGES]
    assert not walks
