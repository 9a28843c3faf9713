"""Copying a store, and moving it: every change arrives, what the target has stays, and what does not is told."""

import pytest

from jupyter_automerge.errors import StorageError
from jupyter_automerge.repo import MemoryStorage, Repo
from jupyter_automerge.repo.upkeep import (
    Copied,
    contents_of,
    copy_store,
)
from jupyter_automerge.values.ids import DocumentId, document_id_from_bytes
from jupyter_automerge.values.keys import (
    STORAGE_ID_KEY,
    StorageKey,
    tombstone_key,
)
from tests.unit.repo.chapters import NOBODYS, OTHER, PLAN, Chapters, check, entries, store_of
from tests.unit.repo.story import story


@story
async def test_a_copy_has_every_change_and_another_identity() -> None:
    source, target = MemoryStorage(), MemoryStorage()
    async with Repo(source.reopened()) as repo:
        plan = repo.create({"title": "Plan"})
        with plan.change() as doc:
            doc["more"] = [1, 2, 3]
        await plan.saved()
    done: list[Copied] = []
    await copy_store(source, target, await contents_of(source), identity=False, done=done.append)
    assert any(one.what == plan.document_id for one in done)
    assert await target.load(STORAGE_ID_KEY) is None
    async with Repo(target.reopened()) as other:
        assert (await other.find(plan.url)).value == {"title": "Plan", "more": [1, 2, 3]}
        assert other.storage_id != (await source.load(STORAGE_ID_KEY) or b"").decode()


@story
async def test_a_store_that_moves_takes_its_identity_along_and_never_another_stores() -> None:
    source, target = await store_of(Chapters()), MemoryStorage()
    await source.save(STORAGE_ID_KEY, b"8ad84a2e-5f8a-4d30-8a80-0d6b8a2e9a51")
    await copy_store(source, target, await contents_of(source), identity=True, done=lambda _: None)
    assert await target.load(STORAGE_ID_KEY) == await source.load(STORAGE_ID_KEY)
    taken = MemoryStorage()
    await taken.save(STORAGE_ID_KEY, b"another")
    with pytest.raises(StorageError, match="id of its own"):
        await copy_store(source, taken, await contents_of(source), identity=True, done=lambda _: None)


@story
async def test_copying_twice_writes_nothing_and_a_torn_chunk_there_is_replaced() -> None:
    book = Chapters()
    source, target = await store_of(book), MemoryStorage()
    await target.save(book.second, book.entries[book.second][:-3])
    done: list[Copied] = []
    await copy_store(source, target, await contents_of(source), identity=False, done=done.append)
    assert await entries(target) == await entries(source)
    done.clear()
    await copy_store(source, target, await contents_of(source), identity=False, done=done.append)
    assert sum(one.entries for one in done) == 0, done


@story
async def test_a_document_that_was_deleted_from_the_source_alone_stays_in_the_target() -> None:
    source, target = await store_of(Chapters(OTHER)), await store_of(Chapters())
    await source.save(tombstone_key(PLAN), b"deleted")
    await source.save(tombstone_key(NOBODYS), b"deleted")
    await copy_store(source, target, await contents_of(source), identity=False, done=lambda _: None)
    assert {one.id: one.deleted for one in (await contents_of(target)).documents} == {
        PLAN: False,
        OTHER: False,
    }
    assert await target.load(tombstone_key(NOBODYS)) == b"deleted"


@story
async def test_a_document_that_was_deleted_from_the_target_is_told_and_not_called_copied() -> None:
    source, target = await store_of(Chapters(), Chapters(OTHER)), MemoryStorage()
    await target.save(tombstone_key(PLAN), b"deleted")
    done: list[Copied] = []
    await copy_store(source, target, await contents_of(source), identity=False, done=done.append)
    assert {one.what for one in done if not one.is_there} == {PLAN}
    assert any("deleted from" in one.trouble for one in done)
    assert [one.id for one in (await contents_of(target)).documents] == [OTHER]


class Hiding(MemoryStorage):
    """Gives each entry to whoever knows its key, and lists only some."""

    async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        return (await super().load_range(prefix))[:2]


@story
async def test_a_document_that_does_not_read_back_whole_is_not_called_copied() -> None:
    source = await store_of(Chapters())
    with pytest.raises(StorageError, match="lacks changes that were copied there"):
        await copy_store(source, Hiding(), await contents_of(source), identity=False, done=lambda _: None)


@story
async def test_a_whole_chunk_of_the_same_name_stays_as_the_target_has_it() -> None:
    book = Chapters()
    source, target = await store_of(book), MemoryStorage()
    await target.save(book.snapshot, book.whole[1])
    await copy_store(source, target, await contents_of(source), identity=False, done=lambda _: None)
    assert await target.load(book.snapshot) == book.whole[1], (
        "there is more in it, and nobody said to remove it"
    )


class BadSpots(MemoryStorage):
    """A disk that cannot read these documents."""

    def __init__(self, *documents: DocumentId) -> None:
        super().__init__()
        self.documents = documents

    async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        if prefix and prefix[0] in self.documents:
            raise StorageError("the disk reports a fault")
        return await super().load_range(prefix)


@story
async def test_a_document_that_cannot_be_read_does_not_keep_the_others_from_being_copied() -> None:
    source, target = BadSpots(OTHER), MemoryStorage()
    for book in (Chapters(OTHER), Chapters(PLAN)):
        for key, data in book.entries.items():
            await source.save(key, data)
    done: list[Copied] = []
    await copy_store(source, target, await contents_of(source), identity=False, done=done.append)
    assert [one.id for one in (await contents_of(target)).documents] == [PLAN]
    (told,) = [one for one in done if not one.is_readable]
    assert told.what == OTHER and "the disk reports a fault" in told.trouble and not told.is_there


@story
async def test_a_store_that_cannot_be_read_whole_does_not_move() -> None:
    source, target = BadSpots(PLAN), MemoryStorage()
    await source.save(STORAGE_ID_KEY, b"8ad84a2e-5f8a-4d30-8a80-0d6b8a2e9a51")
    for key, data in Chapters(PLAN).entries.items():
        await source.save(key, data)
    with pytest.raises(StorageError, match="the disk reports a fault"):
        await copy_store(source, target, await contents_of(source), identity=True, done=lambda _: None)
    assert await target.load(STORAGE_ID_KEY) is None, "peers would miss in it what they were told is there"


@story
async def test_a_source_that_is_gone_ends_the_copy() -> None:
    ids = [document_id_from_bytes(bytes([number]) * 16) for number in range(9)]
    source = BadSpots(*ids)
    for document_id in ids:
        for key, data in Chapters(document_id).entries.items():
            await source.save(key, data)
    done: list[Copied] = []
    with pytest.raises(StorageError, match="the disk reports a fault"):
        await copy_store(source, MemoryStorage(), await contents_of(source), identity=False, done=done.append)
    assert len(done) == 5


class Forgetful(MemoryStorage):
    """Says that it has written, and keeps half."""

    async def save(self, key: StorageKey, data: bytes) -> None:
        await super().save(key, data[: len(data) // 2])


@story
async def test_a_target_that_does_not_keep_its_word_is_found_out() -> None:
    source = await store_of(Chapters())
    with pytest.raises(StorageError, match="reads back as something else"):
        await copy_store(source, Forgetful(), await contents_of(source), identity=False, done=lambda _: None)


class Compacting(MemoryStorage):
    """Somebody compacts the document after the first look."""

    def __init__(self, book: Chapters) -> None:
        super().__init__()
        self.book, self.looks = book, 0

    async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        found = await super().load_range(prefix)
        self.looks += 1
        if self.looks == 1:
            await self.save(*self.book.whole)
            for key in self.book.entries:
                await self.remove(key)
            return found[:2]
        return found


@story
async def test_a_source_that_is_compacted_meanwhile_is_read_again() -> None:
    book = Chapters()
    source, target = Compacting(book), MemoryStorage()
    for key, data in book.entries.items():
        await source.save(key, data)
    await copy_store(source, target, await contents_of(source), identity=False, done=lambda _: None)
    (document,) = await check(target)
    assert document.heads == book.document.heads
