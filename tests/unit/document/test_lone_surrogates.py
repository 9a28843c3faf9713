"""Half a character, as a broken decoder leaves it: refused with its place, found nowhere, never a crash."""

from collections.abc import Callable
from typing import Any

import pytest

from jupyter_automerge.document import Document, ImmutableString
from jupyter_automerge.errors import DocumentError
from tests.unit.document.chunk_story import document_of

HALF = "a\ud83e"

WRITES: list[tuple[str, Callable[[Any], object], tuple[str | int, ...]]] = [
    ("a key", lambda root: root.__setitem__(HALF, 1), (HALF,)),
    ("a key of update", lambda root: root.update({HALF: 1}), (HALF,)),
    ("a key of setdefault", lambda root: root.setdefault(HALF, 1), (HALF,)),
    ("a key further down", lambda root: root["map"].__setitem__(HALF, 1), ("map", HALF)),
    ("a key within a value", lambda root: root.__setitem__("k", [{HALF: 1}]), ("k", 0, HALF)),
    ("text", lambda root: root.__setitem__("k", HALF), ("k",)),
    ("text in text's place", lambda root: root.__setitem__("text", HALF), ("text",)),
    ("a string", lambda root: root.__setitem__("k", ImmutableString(HALF)), ("k",)),
    ("an element", lambda root: root["list"].append(HALF), ("list", 1)),
    ("a splice", lambda root: root["text"].splice(0, 0, HALF), ("text",)),
    ("an insertion", lambda root: root["text"].insert(-1, HALF), ("text",)),
]

READS: list[tuple[str, Callable[[Any], object], object]] = [
    ("in", lambda root: HALF in root, False),
    ("get", lambda root: root.get(HALF), None),
    ("pop", lambda root: root.pop(HALF, "none"), "none"),
]


@pytest.fixture
def document() -> Document:
    return document_of(text="text", list=[0], map={})


@pytest.mark.parametrize(("write", "path"), [case[1:] for case in WRITES], ids=[case[0] for case in WRITES])
def test_half_a_character_is_refused_with_its_place(
    document: Document, write: Callable[[Any], object], path: tuple[str | int, ...]
) -> None:
    before = document.heads

    with document.change() as root, pytest.raises(DocumentError, match="lone surrogate at 1") as refusal:
        write(root)

    assert refusal.value.path == path
    assert isinstance(refusal.value.value, str) and HALF in refusal.value.value
    assert document.heads == before


@pytest.mark.parametrize(("read", "answer"), [case[1:] for case in READS], ids=[case[0] for case in READS])
def test_no_document_has_such_a_key(
    document: Document, read: Callable[[Any], object], answer: object
) -> None:
    with document.change() as root:
        assert read(root) == answer


def test_looking_for_it_names_the_place(document: Document) -> None:
    with document.change() as root, pytest.raises(KeyError, match="there is no key"):
        root["map"][HALF]
    for look in (document.get, document.conflicts):
        with pytest.raises(DocumentError, match="there is nothing") as refusal:
            look(["map", HALF])
        assert refusal.value.path == ("map", HALF)


@pytest.mark.parametrize(
    "commit", [lambda document: document.commit_empty(HALF), lambda document: document.change(HALF)]
)
def test_nor_is_it_taken_for_a_message(document: Document, commit: Callable[[Document], Any]) -> None:
    with pytest.raises(DocumentError, match="lone surrogate"), commit(document):
        pass
