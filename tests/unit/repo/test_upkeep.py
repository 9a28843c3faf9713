"""Looking after a store from outside: checking, mending, clearing and copying it, without losing a change."""

import time
from hashlib import sha256

import pytest

from jupyter_automerge.document import Document
from jupyter_automerge.engine.leases import Lease, write_lease
from jupyter_automerge.errors import StorageError
from jupyter_automerge.repo import MemoryStorage
from jupyter_automerge.repo.upkeep import (
    Fault,
    Garbage,
    Repair,
    contents_of,
    garbage_in,
    perform,
    remove,
    repairs_of,
)
from jupyter_automerge.testing.bad_chunks import wrong_checksum
from jupyter_automerge.values.keys import (
    StorageKey,
    incremental_key,
    quarantine_key,
    session_key,
    snapshot_key,
    tombstone_key,
)
from tests.unit.repo.chapters import OTHER, PLAN, Chapters, check, entries, store_of
from tests.unit.repo.story import story


async def collect(store: MemoryStorage, *, quarantine: bool = False) -> list[Garbage]:
    contents = await contents_of(store)
    return [one async for one in garbage_in(store, contents, now=time.time(), quarantine=quarantine)]


@story
async def test_a_sound_store_has_nothing_to_tell() -> None:
    book = Chapters()
    (document,) = await check(await store_of(book))
    assert document.is_intact and document.heads == book.document.heads and len(document.applied) == 4


@story
async def test_a_torn_chunk_orphans_what_came_after_it_and_both_are_named() -> None:
    book = Chapters()
    store = await store_of(book)
    await store.save(book.third, book.entries[book.third][:-5])
    (document,) = await check(store)
    faults = {finding.key: finding.fault for finding in document.findings}
    assert faults == {book.third: Fault.TORN, book.last: Fault.ORPHANED}, document.findings
    assert not document.is_intact


@story
async def test_a_wrong_checksum_is_no_torn_chunk() -> None:
    book = Chapters()
    store = await store_of(book)
    await store.save(book.last, wrong_checksum(book.entries[book.last]))
    (document,) = await check(store)
    assert [finding.fault for finding in document.findings] == [Fault.BAD]


@story
async def test_a_ghost_of_javascript_is_told_and_is_no_damage() -> None:
    store = MemoryStorage()
    empty = Document()
    await store.save(snapshot_key(PLAN, empty.heads), empty.save())
    (document,) = await check(store)
    assert [finding.fault for finding in document.findings] == [Fault.EMPTY] and document.is_intact
    (garbage,) = await collect(store)
    await remove(store, [garbage], now=time.time())
    assert await entries(store) == {}


@story
async def test_repair_keeps_torn_chunks_aside_and_leaves_orphans_where_they_are() -> None:
    book = Chapters()
    store = await store_of(book)
    torn = book.entries[book.third][:-5]
    await store.save(book.third, torn)
    (document,) = await check(store)
    repairs = await repairs_of(store, document)
    assert [(one.source, one.target) for one in repairs] == [(book.third, quarantine_key(book.third))]
    await perform(store, repairs)
    after = await entries(store)
    assert after[quarantine_key(book.third)] == torn and book.third not in after and book.last in after


@story
async def test_a_chunk_that_was_kept_aside_and_is_whole_again_comes_back() -> None:
    book = Chapters()
    store = await store_of(book, without=(book.third,))
    await store.save(quarantine_key(book.third), book.entries[book.third])
    (document,) = await check(store)
    assert [one.fault for one in document.findings] == [Fault.ORPHANED]
    await perform(store, await repairs_of(store, document))
    (mended,) = await check(store)
    assert mended.is_intact and mended.heads == book.document.heads
    assert quarantine_key(book.third) not in await entries(store)


@story
async def test_of_a_torn_chunk_of_several_changes_the_whole_ones_are_stored_anew() -> None:
    book = Chapters()
    both = book.entries[book.second] + book.entries[book.third]
    store = await store_of(book, without=(book.second, book.third, book.last))
    await store.save(incremental_key(PLAN, both), both[:-5])
    (document,) = await check(store)
    await perform(store, await repairs_of(store, document))
    (mended,) = await check(store)
    assert mended.is_intact and len(mended.applied) == 2, "the snapshot, and the change before the tear"
    assert (await entries(store))[book.second] == book.entries[book.second]


@story
async def test_what_was_written_whole_meanwhile_is_left_alone() -> None:
    book = Chapters()
    store = await store_of(book)
    await store.save(book.third, book.entries[book.third][:-5])
    (document,) = await check(store)
    repairs = await repairs_of(store, document)
    await store.save(book.third, book.entries[book.third])
    assert await perform(store, repairs) == 0
    assert await entries(store) == book.entries


class Finishing(MemoryStorage):
    """Whoever writes a chunk there in pieces writes the last one while it is put aside."""

    def __init__(self, key: StorageKey, whole: bytes) -> None:
        super().__init__()
        self.key, self.whole = key, whole

    async def save(self, key: StorageKey, data: bytes) -> None:
        await super().save(key, data)
        if key == quarantine_key(self.key):
            await super().save(self.key, self.whole)


@story
async def test_what_is_written_whole_while_it_is_put_aside_stays() -> None:
    book = Chapters()
    store = Finishing(book.third, book.entries[book.third])
    for key, data in book.entries.items():
        await store.save(key, data[:-5] if key == book.third else data)
    (document,) = await check(store)
    assert await perform(store, await repairs_of(store, document)) == 0
    assert await store.load(book.third) == book.entries[book.third]


class DiesBeforeRemoving(MemoryStorage):
    async def remove(self, key: StorageKey) -> None:
        raise StorageError("the power failed")


@story
async def test_a_repair_that_is_cut_short_has_the_chunk_twice_rather_than_never() -> None:
    book = Chapters()
    store = DiesBeforeRemoving()
    await store.save(book.third, b"torn")
    digest = sha256(b"torn").digest()
    step = Repair(PLAN, book.third, quarantine_key(book.third), "it is torn", digest)
    with pytest.raises(StorageError):
        await perform(store, [step])
    assert set(await entries(store)) == {book.third, quarantine_key(book.third)}


@story
async def test_chunks_go_only_when_one_snapshot_holds_all_of_them() -> None:
    book = Chapters()
    store = await store_of(book)
    assert await collect(store) == [], "no snapshot holds all of it"
    await store.save(*book.whole)
    (garbage,) = await collect(store)
    assert set(garbage.keys) == set(book.entries)
    await remove(store, [garbage], now=time.time())
    (document,) = await check(store)
    assert document.is_intact and document.heads == book.document.heads


@story
async def test_what_is_not_applied_never_goes() -> None:
    book = Chapters()
    store = await store_of(book, without=(book.third,))
    half = Document.load([book.entries[book.snapshot], book.entries[book.second]])[0]
    await store.save(snapshot_key(PLAN, half.heads), half.save())
    kept = {
        key for key in await entries(store) if key not in [k for g in await collect(store) for k in g.keys]
    }
    assert book.last in kept, "it waits for a change that may come yet"


@story
async def test_a_deleted_documents_leftovers_notes_of_nothing_and_dead_leases_go() -> None:
    store = await store_of(Chapters())
    await store.save(tombstone_key(PLAN), b"deleted")
    note = (OTHER, "sync-state", "8ad84a2e-5f8a-4d30-8a80-0d6b8a2e9a51")
    lease = session_key("5a2e9a51-5f8a-4d30-8a80-0d6b8a2e9a51")  # type: ignore[arg-type]
    await store.save(note, b"C")
    await store.save(lease, b"\xa0")
    reasons = {one.of: one.reason for one in await collect(store)}
    assert set(reasons) == {PLAN, OTHER, ""}, reasons
    await remove(store, await collect(store), now=time.time())
    assert list(await entries(store)) == [tombstone_key(PLAN)]


@story
async def test_a_document_that_came_back_while_somebody_read_the_list_stays() -> None:
    book = Chapters()
    store = await store_of(book)
    await store.save(tombstone_key(PLAN), b"deleted")
    listed = await collect(store)
    assert listed
    await store.remove(tombstone_key(PLAN))  # somebody looked for it again, and has it
    assert await remove(store, listed, now=time.time()) == 0
    assert await entries(store) == book.entries


@story
async def test_chunks_whose_snapshot_went_while_somebody_read_the_list_stay() -> None:
    book = Chapters()
    store = await store_of(book)
    await store.save(*book.whole)
    listed = await collect(store)
    assert listed
    await store.remove(book.whole[0])
    assert await remove(store, listed, now=time.time()) == 0
    assert await entries(store) == book.entries


@story
async def test_a_lease_that_was_renewed_while_somebody_read_the_list_stays() -> None:
    store = MemoryStorage()
    lease = session_key("5a2e9a51-5f8a-4d30-8a80-0d6b8a2e9a51")  # type: ignore[arg-type]
    await store.save(lease, b"\xa0")
    listed = await collect(store)
    assert listed
    await store.save(lease, write_lease(Lease(since=time.time())))
    assert await remove(store, listed, now=time.time()) == 0
    assert lease in await entries(store)


@story
async def test_what_was_kept_aside_goes_only_when_that_was_asked_for() -> None:
    book = Chapters()
    store = await store_of(book)
    await store.save(quarantine_key(book.third), b"torn")
    assert await collect(store) == []
    assert [one.keys for one in await collect(store, quarantine=True)] == [(quarantine_key(book.third),)]
