"""The acceptance catalogue, group L: making documents, changing, cloning, importing and naming them."""

from typing import Any
from uuid import UUID

import pytest

from jupyter_automerge.errors import BadChunk, InvalidId
from jupyter_automerge.repo import MemoryStorage, Repo
from jupyter_automerge.values.heads import Heads, heads_hex
from jupyter_automerge.values.ids import document_id_bytes
from jupyter_automerge.values.status import DocumentState, Origin
from jupyter_automerge.values.url import AutomergeUrl, is_valid_url
from tests.unit.repo.story import story, until

NOWHERE = "automerge:4NMNnkMhL8jXrdJ9jamS58PAVdXu"


@story
async def test_L1_a_repo_needs_no_options() -> None:
    async with Repo() as alice:
        assert alice.storage_id is None
        assert alice.peer_id.startswith("script-")


@story
async def test_L2_a_document_without_content_has_heads() -> None:
    async with Repo() as alice:
        note = alice.create()
        assert note.heads
        assert note.value == {}
        assert note.state is DocumentState.READY


@story
async def test_L3_U1_a_document_with_content_has_a_valid_url() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        assert note.value == {"n": 1}
        assert is_valid_url(note.url)


@story
async def test_L4_url_id_uuid_and_bytes_find_the_same_handle() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        binary = document_id_bytes(note.document_id)
        names: list[Any] = [note.url, note.document_id, binary, UUID(bytes=binary), str(UUID(bytes=binary))]
        for name in (*names, AutomergeUrl.parse(note.url)):
            assert await alice.find(name) is note


@story
async def test_L5_D5_a_change_is_visible_at_once_and_told_with_what_moved() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        events = note.changes()
        before = note.heads
        with note.change("why") as d:
            d["n"] = 2
        assert note.value == {"n": 2}
        event = await anext(events)
        assert (event.before, event.after, event.origin) == (before, note.heads, Origin.LOCAL)
        assert event.diff()
        assert note.history()[-1].message == "why"


@story
async def test_L6_L7_L8_a_clone_has_the_history_and_goes_its_own_way() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        copy = alice.clone(note)
        assert copy.document_id != note.document_id
        assert (copy.heads, copy.history()) == (note.heads, note.history())
        with copy.change() as d:
            d["m"] = 2
        assert note.value == {"n": 1}
        with note.change() as d:
            d["k"] = 3
        note.merge(copy)
        assert note.value == {"n": 1, "m": 2, "k": 3}
        assert copy.value == {"n": 1, "m": 2}, "merging moved the source too"


@story
async def test_L9_what_is_no_url_is_refused_at_once_and_says_why() -> None:
    async with Repo() as alice:
        for nonsense in ("automerge:nonsense", "invalid-url", NOWHERE[:-1], "", f"{NOWHERE}#nonsense"):
            with pytest.raises(InvalidId, match="is not a valid"):
                alice.find(nonsense)
        with pytest.raises(InvalidId):
            alice.find(None)  # type: ignore[arg-type]  # what a caller may do by mistake


@story
async def test_L24_import_keeps_history_and_refuses_garbage() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        with note.change("second") as d:
            d["n"] = 2
        copy = alice.import_document(note.save(), document_id=NOWHERE)
        assert copy.url == NOWHERE
        assert copy.history() == note.history()
        assert alice.import_document(note.save()).document_id not in (note.document_id, copy.document_id)
        # JavaScript makes an empty document of what is no bytes; a mistake had better be told.
        for garbage in (b"", b"garbage", note.save()[:-1]):
            with pytest.raises(BadChunk):
                alice.import_document(garbage)


def named_by_content(heads: Heads) -> bytes:
    """The id of a document is its first heads' own bytes."""
    return bytes.fromhex(heads_hex(heads)[0])[:16]


@story
async def test_L38_an_own_way_of_naming_documents_gets_their_first_heads() -> None:
    asked: list[Heads] = []

    def new_id(heads: Heads) -> bytes:
        asked.append(heads)
        return named_by_content(heads)

    async with Repo(new_id=new_id) as alice, Repo() as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        assert asked == [note.heads]
        assert document_id_bytes(note.document_id) == named_by_content(note.heads)
        theirs = await bob.find(note.url)
        with theirs.change() as d:
            d["n"] = 2
        await until(lambda: note.value == {"n": 2}, alice)
        clone, imported = alice.clone(theirs), alice.import_document(theirs.save())
        assert clone is imported, "the same heads have the same name"
        assert asked == [asked[0], theirs.heads, theirs.heads]


@story
async def test_L38_a_name_made_of_content_may_be_in_the_store_already() -> None:
    store = MemoryStorage()
    async with Repo(store, new_id=named_by_content) as alice:
        note = alice.create({"n": 1})
        first = note.save()
        with note.change() as d:
            d["m"] = 2
        await note.saved()
    async with Repo(store.reopened(), new_id=named_by_content) as alice:
        again = alice.import_document(first)
        assert again.url == note.url
        await until(lambda: again.value == {"n": 1, "m": 2}, alice)


@story
async def test_L38_an_id_that_is_none_is_refused() -> None:
    async with Repo(new_id=lambda _: "not an id") as alice:
        with pytest.raises(InvalidId):
            alice.create()
        assert not alice.handles
