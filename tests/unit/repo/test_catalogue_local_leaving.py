"""The acceptance catalogue, group L: deleting, unloading, exporting, and what is kept meanwhile."""

from functools import partial

import pytest

from jupyter_automerge.errors import DocumentGone, DocumentUnavailable, UnsafeDelete
from jupyter_automerge.repo import DocHandle, DocumentRemoved, MemoryStorage, Repo
from jupyter_automerge.values.keys import tombstone_key
from jupyter_automerge.values.status import DocumentState
from tests.unit.repo.stores import ObservedStorage
from tests.unit.repo.story import story, until

NOWHERE = "automerge:4NMNnkMhL8jXrdJ9jamS58PAVdXu"


@story
async def test_L16_D13_a_document_is_deleted_by_id_or_url_and_everybody_is_told() -> None:
    async with Repo(MemoryStorage()) as alice:
        removed: list[str] = []
        alice.on_event(
            lambda notice: removed.append(notice.document_id) if isinstance(notice, DocumentRemoved) else None
        )
        notes = [alice.create({"n": 1}) for _ in range(2)]
        ends = [note.changes() for note in notes]
        await alice.delete(notes[0].url, force=True)
        await alice.delete(notes[1].document_id, force=True)
        for note, changes in zip(notes, ends, strict=True):
            assert note.state is DocumentState.DELETED
            with pytest.raises(DocumentGone, match="deleted"):
                _ = note.value
            async for _ in changes:
                pass
        assert not alice.handles
        assert removed == [note.document_id for note in notes]
        assert await alice.document_ids() == ()


@story
async def test_L16_the_only_copy_is_not_deleted_unless_forced() -> None:
    async with Repo(MemoryStorage()) as alice, Repo(MemoryStorage()) as bob:
        note = alice.create({"n": 1})
        with pytest.raises(UnsafeDelete, match="force=True"):
            await alice.delete(note.url)
        assert note.value == {"n": 1}
        alice.link(bob)
        await note.synced()
        await alice.delete(note.url)
        assert (await bob.find(note.url)).value == {"n": 1}


@story
async def test_L17_nothing_of_a_deleted_document_stays_in_the_store_but_that_it_was_deleted() -> None:
    store = ObservedStorage()
    async with Repo(store) as alice, Repo(MemoryStorage()) as bob:
        alice.link(bob)
        note, other = alice.create({"n": 1, "text": "x" * 2000}), alice.create({"n": 2})
        await note.synced()
        with note.change() as d:
            d["n"] = 2
        await note.synced()
        await alice.saved()
        await alice.delete(note.url, force=True)
        assert not store.chunks(note.document_id)
        assert tombstone_key(note.document_id) in store.contents
        assert store.chunks(other.document_id)
    async with Repo(store.reborn()) as alice:
        with pytest.raises(DocumentUnavailable):
            await alice.find(note.url)
        assert (await alice.find(other.url)).value == {"n": 2}


@story
async def test_L19_export_gives_what_can_be_imported_also_from_the_store_and_of_the_past() -> None:
    async with Repo(MemoryStorage()) as alice:
        note = alice.create({"n": 1})
        past = note.at(note.heads)
        with note.change() as d:
            d["n"] = 2
        await note.saved()
        await alice.unload(note.url)
        assert note.document_id not in alice.handles
        copy = alice.import_document(await alice.export(note.url))
        assert copy.value == {"n": 2}
        assert alice.import_document(await alice.export(past.url)).value == {"n": 1}
        with pytest.raises(DocumentUnavailable):
            await alice.export(NOWHERE)


@story
async def test_L25_handles_are_kept_from_the_making_to_the_leaving() -> None:
    async with Repo(MemoryStorage()) as alice:
        deleted, unloaded, kept = (alice.create({"n": n}) for n in range(3))
        assert set(alice.handles) == {one.document_id for one in (deleted, unloaded, kept)}
        await alice.delete(deleted.url, force=True)
        await alice.unload(unloaded.url)
        assert dict(alice.handles) == {kept.document_id: kept}
        assert unloaded.state is DocumentState.UNLOADED
        again = await alice.find(unloaded.url)
        assert again is not unloaded
        assert again.value == {"n": 1}
        await alice.unload(NOWHERE)
        await alice.delete(NOWHERE, force=True)
        await alice.unload(deleted.url)


def shows_two(note: DocHandle) -> bool:
    return bool(note.value == {"n": 2})


@story
async def test_L26_what_is_made_or_found_is_saved_and_synced_once_however_often_it_is_found() -> None:
    store = ObservedStorage()
    async with Repo(store) as alice, Repo() as bob:
        alice.link(bob)
        made = alice.create({"n": 1})
        theirs = bob.create({"n": 1})
        found = await alice.find(theirs.url)
        for note in (made, found):
            assert await alice.find(note.url) is note
            assert await (await bob.find(note.url)).synced()
        await alice.saved()
        told: list[object] = []
        for note in (made, found):
            note.on_change(told.append)
            writes = store.writes_of(note.document_id)
            with note.change() as d:
                d["n"] = 2
            await note.saved()
            other = await bob.find(note.url)
            await until(partial(shows_two, other), bob)
            assert store.writes_of(note.document_id) == writes + 1
        assert len(told) == 2
