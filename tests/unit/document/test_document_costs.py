"""What must not cost more than the core does. Ratios, as a shared machine has no fixed speed."""

from collections.abc import Callable
from functools import partial
from time import perf_counter

import pytest

from jupyter_automerge.document import Document
from jupyter_automerge.document.core import decode_message, new_sync_state
from jupyter_automerge.document.sync_session import message_of_changes
from tests.unit.document.chunk_story import changes_of, document_of

CHANGES = 10_000


def seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


@pytest.fixture(scope="module")
def long() -> Document:
    document = document_of(text="")
    for _ in range(CHANGES):
        with document.change() as root:
            root["text"].append("x")
    return Document.load([document.save()])[0]


def edits(document: Document, count: int) -> list[bytes]:
    writer = document.fork()
    for _ in range(count):
        with writer.change("typed") as root:
            root["text"].insert(5, "y")
    return changes_of(writer)[-count:]


def test_receiving_costs_what_the_core_costs_and_fifty_changes_little_more_than_one(long: Document) -> None:
    rounds, ours, core, batch = 7, list[float](), list[float](), list[float]()
    for _ in range(rounds):
        chunks = edits(long, 51)
        message = decode_message(message_of_changes(chunks[:1]))
        core.append(seconds(partial(long.fork()._trunk.core.receive_sync_message, new_sync_state(), message)))
        document = long.fork()
        ours.append(seconds(partial(document.apply, chunks[:1])))
        batch.append(seconds(partial(document.apply, chunks[1:])))

    assert min(ours) < 2 * min(core)
    assert min(batch) < 3 * min(ours)


def test_a_local_edit_does_not_pay_for_the_history(long: Document) -> None:
    short = document_of(text="x" * CHANGES)

    def typing(document: Document) -> float:
        def type_some() -> None:
            for _ in range(100):
                with document.change("typed") as root:
                    root["text"].insert(5, "y")

        return min(seconds(type_some) for _ in range(5))

    assert typing(long.fork()) < 6 * typing(short)


def test_counting_what_offline_stores_lack_is_done_once_for_each_frontier(long: Document) -> None:
    names = [change.hash for change in long.history()]
    frontiers = [frozenset([names[at]]) for at in range(0, CHANGES, CHANGES // 100)]
    first = seconds(lambda: [long.missing_from(frontier) for frontier in frontiers])
    with long.change() as root:
        root["text"].append("z")

    again = seconds(lambda: [long.missing_from(frontier) for frontier in frontiers])

    assert again < first / 20
    assert [long.missing_from(frontier) for frontier in frontiers[:2]] == [
        CHANGES + 1,
        CHANGES + 1 - CHANGES // 100,
    ]
