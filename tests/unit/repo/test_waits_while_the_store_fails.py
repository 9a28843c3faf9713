"""Waiting for others while this Repo's own store fails: two troubles, and one word for both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from jupyter_automerge.errors import NoPeers, PeerGone, SaveTimeout, StorageError, SyncTimeout
from jupyter_automerge.repo import DocHandle, MemoryStorage, Repo, RepoSyncReport, SyncReport
from jupyter_automerge.values.keys import KeyKind, StorageKey, key_kind
from tests.unit.repo.story import story, until

NOBODY_LISTENS = "ws://127.0.0.1:9"


class FullDisk(MemoryStorage):
    """Takes no document once it is `full`."""

    full = False

    async def save(self, key: StorageKey, data: bytes) -> None:
        if self.full and key_kind(key) in (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL):
            raise StorageError("no space left")
        await super().save(key, data)


@asynccontextmanager
async def alice_and_her_full_disk() -> AsyncIterator[tuple[Repo, DocHandle]]:
    """Alice, whose disk could not take her note."""
    disk = FullDisk()
    disk.full = True
    async with Repo(disk, name="alice") as alice:
        note = alice.create({"n": 1})
        await until(lambda: note.local.trouble, alice)
        yield alice, note
        disk.full = False


@story
async def test_S12_that_others_have_it_is_a_success_whatever_the_own_store_does() -> None:
    async with alice_and_her_full_disk() as (alice, note), Repo(MemoryStorage(), name="server") as server:
        alice.link(server)
        report = await note.synced(timeout=10)
        assert report.durability == "stored" and not report.blockers
        assert (await alice.synced(timeout=10)).documents[note.document_id].copies
        assert note.local.trouble


@story
async def test_a_wait_that_ends_by_time_names_both_the_own_store_and_the_others() -> None:
    async with alice_and_her_full_disk() as (alice, note), Repo(name="bob"):
        alice.connect(NOBODY_LISTENS)
        with pytest.raises(SaveTimeout) as late:
            await note.synced(timeout=0.05)
        error = late.value
        assert isinstance(error, TimeoutError), "as everything that ends by time"
        assert isinstance(error.__cause__, SyncTimeout)
        assert error.document_id == note.document_id
        own = "this store fails: StorageError: the store: no space left"
        assert f"{own}; not synced after 0.05 s: nobody is connected" in str(error)
        assert isinstance(error.report, SyncReport) and error.report.blockers == (own, "nobody is connected")


@story
async def test_a_wait_that_ends_for_another_reason_is_no_timeout() -> None:
    async with alice_and_her_full_disk() as (alice, note):
        with pytest.raises(StorageError, match=r"no space left.*; nobody is connected") as alone:
            await note.synced()
        assert not isinstance(alone.value, TimeoutError) and isinstance(alone.value.__cause__, NoPeers)
        async with Repo(name="bob") as bob:
            alice.link(bob)
            await until(lambda: note.peers, alice)
            row = note.peers[0]
            waiting = note.synced(
                with_=row, direction="both", copies=1, timeout=10, heads=frozenset({bytes(32)})
            )
            await until(lambda: alice.metrics()["waits"], alice)
        with pytest.raises(StorageError, match=r"no space left.*; bob left") as gone:
            await waiting
        assert isinstance(gone.value.__cause__, PeerGone)


@story
async def test_a_wait_for_all_documents_fails_with_the_store_and_names_every_document() -> None:
    async with alice_and_her_full_disk() as (alice, note):
        with pytest.raises(StorageError) as failure:
            await alice.synced()
        report = failure.value.report
        assert isinstance(report, RepoSyncReport) and not report
        assert "no space left" in report.unsynced[note.document_id]
        alice.connect(NOBODY_LISTENS)
        with pytest.raises(SaveTimeout, match=f"0 of 1 documents synced.*{note.document_id}"):
            await alice.synced(timeout=0.05)


@story
async def test_S40_closing_tells_of_both_and_takes_no_longer() -> None:
    disk = FullDisk()
    disk.full = True
    alice = Repo(disk, name="alice")
    await alice.open()
    alice.connect(NOBODY_LISTENS)
    note = alice.create({"n": 1})
    await until(lambda: note.local.trouble, alice)
    report = await alice.close(wait="synced", timeout=0.2)
    assert report.unsaved == (note.document_id,)
    assert "no space left" in report.unsynced[note.document_id]


@story
async def test_once_the_store_works_again_only_the_others_are_named() -> None:
    disk = FullDisk()
    disk.full = True
    async with Repo(disk, name="alice") as alice:
        note = alice.create({"n": 1})
        await until(lambda: note.local.trouble, alice)
        disk.full = False
        await note.saved(timeout=10)
        with pytest.raises(NoPeers) as alone:
            await note.synced()
        report = alone.value.report
        assert isinstance(report, SyncReport) and not any("store fails" in one for one in report.blockers)
