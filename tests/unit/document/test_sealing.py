"""A document that leaves takes no more changes, and none of those it took is lost."""

import threading

import pytest

from jupyter_automerge.document import Document


class Gone(Exception):
    """What the test's documents say once they have left."""


def plan() -> Document:
    document = Document()
    with document.change() as root:
        root["n"] = 1
    return document


def test_a_sealed_document_is_read_but_not_changed() -> None:
    document, other = plan(), plan()
    assert document.seal(Gone)
    with pytest.raises(Gone), document.change() as root:
        root["n"] = 2
    with pytest.raises(Gone):
        document.commit_empty()
    with pytest.raises(Gone):
        document.merge(other)
    assert document.value() == {"n": 1}
    assert document.change_count == 1


def test_a_block_that_is_open_then_is_rolled_back_when_it_ends() -> None:
    document = plan()
    with pytest.raises(Gone), document.change() as root:
        root["n"] = 2
        document.seal(Gone)
    assert document.value() == {"n": 1}
    assert not document.is_changing


def test_with_a_condition_it_waits_for_an_open_block_and_is_told_of_its_end() -> None:
    document, free = plan(), threading.Event()
    document.on_free = free.set
    with document.change() as root:
        root["n"] = 2
        assert document.seal(Gone, lambda: True) is False
        assert not free.is_set()
    assert free.is_set()
    assert document.value() == {"n": 2}
    assert document.seal(Gone, lambda: False) is False
    with document.change() as root:
        root["n"] = 3
    assert document.seal(Gone, lambda: document.value() == {"n": 3}) is True
    with pytest.raises(Gone), document.change():
        pass


def test_no_commit_slips_in_between_the_condition_and_the_seal() -> None:
    for _ in range(50):
        document = plan()
        told: list[object] = []
        document.on_commit = told.append
        start = threading.Barrier(2)
        refused: list[Gone] = []

        def write(document: Document = document, refused: list[Gone] = refused) -> None:
            start.wait()  # noqa: B023 - the threads of one round end with it
            try:
                for number in range(20):
                    with document.change() as root:
                        root["n"] = number
            except Gone as gone:
                refused.append(gone)

        writer = threading.Thread(target=write)
        writer.start()
        start.wait()
        seen = document.heads
        while not document.seal(Gone, lambda document=document, seen=seen: document.heads == seen):  # type: ignore[misc]
            seen = document.heads
        sealed_at = document.heads
        writer.join()
        assert document.heads == sealed_at == seen
        assert len(told) == document.change_count - 1
