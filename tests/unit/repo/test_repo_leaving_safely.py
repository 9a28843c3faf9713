"""All documents at once: repo.synced(), close(wait="synced"), and whether this machine may be lost."""

import asyncio
import time
from pathlib import Path

import pytest

from jupyter_automerge.engine.store_files import SavedRow, write_row
from jupyter_automerge.errors import NoPeers, RepoClosed, StorageError, SyncTimeout
from jupyter_automerge.repo import (
    DocHandle,
    Document,
    FileStorage,
    MemoryStorage,
    Repo,
    RepoSyncReport,
    SafetyPolicy,
    Storage,
)
from jupyter_automerge.storage.contract import KeyInfo
from jupyter_automerge.values.ids import StorageId, interpret_document_id
from jupyter_automerge.values.keys import StorageKey, incremental_key, remote_heads_key
from jupyter_automerge.values.status import Level, Link, PeerState, Relation, Safety, Trust
from tests.unit.repo.stores import ObservedStorage
from tests.unit.repo.story import story, turns, until

NOBODY_LISTENS = "ws://127.0.0.1:9"


def edit(note: DocHandle, value: int) -> None:
    with note.change() as d:
        d["n"] = value


@story
async def test_all_documents_reach_others_in_one_wait() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="server") as server:
        notes = [alice.create({"n": number}) for number in range(5)]
        alice.link(server)
        report = await alice.synced(timeout=10)
        assert report and set(report.documents) == {note.document_id for note in notes}
        assert str(report).startswith("5 of 5 documents synced (")
        assert all(one.durability == "stored" for one in report.documents.values())


@story
async def test_one_that_fails_keeps_no_other_from_it_and_is_named() -> None:
    async with Repo(name="alice") as alice, Repo(BrokenFor(), name="server") as server:
        good, bad = alice.create({"n": 1}), alice.create({"n": 2})
        server._storage.broken = bad.document_id  # type: ignore[union-attr]  # it is a BrokenFor
        alice.link(server)
        with pytest.raises(
            SyncTimeout, match=f"1 of 2 documents synced.*{bad.document_id}: not synced"
        ) as failure:
            await alice.synced(timeout=0.3)
        report = failure.value.report
        assert isinstance(report, RepoSyncReport)
        assert set(report.unsynced) == {bad.document_id} and not report
        assert report.documents[good.document_id].copies and not report.documents[bad.document_id].copies


class BrokenFor(MemoryStorage):
    """Cannot write one document."""

    broken = ""

    async def save(self, key: StorageKey, data: bytes) -> None:
        if key[0] == self.broken:
            raise StorageError("no space left")
        await super().save(key, data)


@story
async def test_with_nobody_there_all_fail_alike_and_without_documents_nothing_does() -> None:
    async with Repo() as alice:
        assert await alice.synced()
        alice.create()
        alice.create()
        with pytest.raises(NoPeers, match="0 of 2 documents synced"):
            await alice.synced()


@story
async def test_S15_a_cancelled_wait_for_everything_leaves_nothing() -> None:
    async with Repo() as alice, Repo() as bob:
        alice.link(bob)
        for number in range(3):
            alice.create({"n": number})
        waiting = alice.synced(copies=2)
        await until(lambda: alice.metrics()["waits"] == 3, alice)
        tasks = alice.metrics()["tasks"]
        waiting.cancel()
        await turns()
        assert alice.metrics()["waits"] == 0 and alice.metrics()["tasks"] < tasks


@story
async def test_S40_closing_with_a_dead_server_takes_a_second_and_loses_nothing(tmp_path: Path) -> None:
    alice = Repo(FileStorage(tmp_path), name="alice")
    await alice.open()
    alice.connect(NOBODY_LISTENS)
    note = alice.create({"n": 1})
    edit(note, 2)
    began = asyncio.get_running_loop().time()

    report = await alice.close(wait="synced", timeout=1)

    assert 0.9 < asyncio.get_running_loop().time() - began < 2.5
    assert not report and not report.unsaved
    assert "nobody is connected" in report.unsynced[note.document_id]
    async with Repo(FileStorage(tmp_path)) as again:
        assert (await again.find(note.url)).value == {"n": 2}


@story
async def test_closing_when_others_have_it_says_so() -> None:
    async with Repo(MemoryStorage(), name="server") as server:
        alice = Repo(name="alice")
        await alice.open()
        alice.connect((await server.listen()).url)
        note = alice.create({"n": 1})
        assert await alice.close(wait="synced", timeout=10)
        assert (await server.find(note.url)).value == {"n": 1}


@story
async def test_an_impatient_second_close_ends_the_wait_of_the_first() -> None:
    alice = Repo(MemoryStorage(), name="alice")
    await alice.open()
    alice.connect(NOBODY_LISTENS)
    note = alice.create({"n": 1})
    first = alice.close(wait="synced", timeout=30)
    await turns()
    await alice.close()
    outcome = (await asyncio.gather(first, return_exceptions=True))[0]
    assert isinstance(outcome, RepoClosed) or (
        not isinstance(outcome, BaseException) and note.document_id in outcome.unsynced
    )


@story
async def test_how_to_close_is_checked() -> None:
    async with Repo() as alice:
        with pytest.raises(ValueError, match="saved"):
            alice.close(wait="perhaps")  # type: ignore[arg-type]  # wrong on purpose


# May this machine be lost?


@story
async def test_a_machine_may_be_lost_once_another_store_has_everything() -> None:
    async with Repo(MemoryStorage(), name="alice") as alice, Repo(MemoryStorage(), name="server") as server:
        assert await alice.safe_to_exit(), "there is nothing to lose"
        note = alice.create({"n": 1})
        await note.saved()
        report = await alice.safe_to_exit()
        assert not report and report.at_risk[note.document_id].state is Safety.ALONE
        assert (
            str(report)
            == f"0 of 1 documents are safe; {note.document_id}: alone: only here: no other store is known"
        )
        alice.link(server)
        await note.synced()
        assert await alice.safe_to_exit()
        edit(note, 2)
        assert not await alice.safe_to_exit(), "asked in the same turn as the edit"


@story
async def test_two_copies_are_asked_for_and_one_is_not_enough() -> None:
    two = SafetyPolicy(copies=2)
    async with (
        Repo(name="alice", safety=two) as alice,
        Repo(MemoryStorage(), name="bob") as bob,
        Repo(MemoryStorage(), name="carol") as carol,
    ):
        note = alice.create({"n": 1})
        alice.link(bob)
        await note.synced(copies=1)
        assert (await alice.safe_to_exit()).at_risk[note.document_id].copies == 1
        alice.link(carol)
        await note.synced()
        assert await alice.safe_to_exit()


async def shelved(storage: Storage, store: str, *, known: bool, ago: float = 60.0) -> Document:
    """A document in the store that nobody opened; `known`: beside it stands that the other store has it, since when."""
    document = Document()
    with document.change() as root:
        root["n"] = 1
    name = interpret_document_id(bytes(range(16)))
    data = document.save()
    await storage.save(incremental_key(name, data), data)
    if known:
        entry = SavedRow(stored=document.heads, as_of=time.time() - ago)
        await storage.save(remote_heads_key(name, StorageId(store)), write_row(entry))
    return document


@story
async def test_documents_that_are_not_open_count_too_and_are_read_without_telling_anybody(
    tmp_path: Path,
) -> None:
    async with Repo(MemoryStorage(), name="server") as server:
        storage, other = FileStorage(tmp_path / "one"), FileStorage(tmp_path / "two")
        assert server.storage_id is not None
        for store, known in ((storage, True), (other, False)):
            await shelved(store, server.storage_id, known=known)
        async with Repo(storage, name="alice") as alice, Repo(other, name="bob") as bob:
            alice.link(server)
            bob.link(server)
            await until(lambda: alice.stores and bob.stores, alice, bob)
            kept, lost = await alice.safe_to_exit(), await bob.safe_to_exit()
            assert kept and kept.looked_at == 1
            assert not lost and [why.state for why in lost.at_risk.values()] == [Safety.ALONE]
            assert not server.handles and not alice.handles, "nobody was asked, and nothing was opened"


@story
async def test_S42_what_a_clock_that_was_ahead_wrote_down_is_no_fresh_word() -> None:
    for ago, is_fresh in ((60.0, True), (7_200.0, False), (-86_400.0, False)):
        disk = MemoryStorage()
        async with Repo(disk, name="alice", safety=SafetyPolicy(max_age=3_600)) as alice:
            async with Repo(MemoryStorage(), name="server") as server:
                assert server.storage_id is not None
                alice.link(server)
                await until(lambda: alice.stores, alice)
                await shelved(disk, server.storage_id, known=True, ago=ago)
            await until(lambda: alice.stores[0].link is Link.OFFLINE, alice)
            assert bool(await alice.safe_to_exit()) is is_fresh, ago


@story
async def test_what_a_forgotten_store_had_counts_no_more_from_the_moment_on() -> None:
    """It is connected, and here again at once: but of a document that is not open it has not spoken since."""
    disk = ObservedStorage()
    async with Repo(disk, name="alice") as alice, Repo(MemoryStorage(), name="server") as server:
        alice.link(server)
        note = alice.create({"n": 1})
        await note.synced(level=Level.STORED)
        await alice.unload(note.url)
        assert await alice.safe_to_exit()
        disk.broken.add(".jupyter-automerge")
        await alice.stores.forget("server")
        assert alice.stores.get("server") is not None
        assert not await alice.safe_to_exit()


@story
async def test_the_answer_is_about_one_moment_however_long_the_reading_takes() -> None:
    """The first document was read, the second is not yet, and meanwhile our user calls the server dead."""
    disk = ObservedStorage()
    async with Repo(disk, name="alice") as alice, Repo(MemoryStorage(), name="server") as server:
        alice.link(server)
        notes = [alice.create({"n": number}) for number in range(2)]
        await alice.synced(level=Level.STORED)
        for note in notes:
            await alice.unload(note.url)
        assert await alice.safe_to_exit()
        gates: dict[str, asyncio.Event] = {note.document_id: asyncio.Event() for note in notes}
        disk.gates |= gates
        waiting = alice.safe_to_exit()
        before = disk.loads.copy()
        first = await disk.begins_to_read(before, *gates)
        gates.pop(first).set()
        await disk.begins_to_read(before, *gates)
        await alice.stores.trust("server", Trust.DEAD)
        next(iter(gates.values())).set()
        assert set((await waiting).at_risk) == {note.document_id for note in notes}


class CountingFiles(FileStorage):
    """Counts the documents that were read."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.reads = 0
        self.age = 10.0

    async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        self.reads += len(prefix) == 1 and not prefix[0].startswith(".")
        return await super().load_range(prefix)

    async def keys(self, prefix: StorageKey) -> list[KeyInfo]:
        """As if all had been written a while ago."""
        listed = await super().keys(prefix)
        return [
            KeyInfo(one.key, one.size, None if one.time is None else one.time - self.age) for one in listed
        ]


@story
async def test_what_was_read_is_remembered_while_nobody_writes(tmp_path: Path) -> None:
    storage = CountingFiles(tmp_path)
    document = await shelved(storage, "nobody", known=False)
    name = interpret_document_id(bytes(range(16)))
    async with Repo(storage) as alice:
        for _ in range(3):
            assert not await alice.safe_to_exit()
        assert storage.reads == 1
        with document.change() as root:
            root["n"] = 2
        data = document.save()
        await storage.save(incremental_key(name, data), data)
        await alice.safe_to_exit()
        assert storage.reads == 2, "another process wrote to it"
        storage.age = 0.5
        for _ in range(2):
            await alice.safe_to_exit()
        assert storage.reads == 4, "written a moment ago: another write might not show"


@story
async def test_a_document_that_was_open_meanwhile_is_read_again(tmp_path: Path) -> None:
    storage = CountingFiles(tmp_path)
    await shelved(storage, "nobody", known=False)
    async with Repo(storage) as alice:
        await alice.safe_to_exit()
        note = await alice.find(interpret_document_id(bytes(range(16))))
        edit(note, 2)
        report = await alice.safe_to_exit()
        assert report.at_risk[note.document_id].state in (Safety.UNSAVED, Safety.ALONE)
        await alice.unload(note.url)
        reads = storage.reads
        await alice.safe_to_exit()
        assert storage.reads == reads + 1


@story
async def test_a_document_that_cannot_be_read_is_at_risk_and_a_store_that_cannot_list_is_an_error() -> None:
    class Unreadable(MemoryStorage):
        listing = True

        async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
            if prefix and not prefix[0].startswith("."):
                raise OSError("bad sector")
            return await super().load_range(prefix)

        async def keys(self, prefix: StorageKey) -> list[KeyInfo]:
            if not self.listing:
                raise StorageError("the disk is gone")
            return await super().keys(prefix)

    storage = Unreadable()
    await shelved(storage, "nobody", known=False)
    async with Repo(storage) as alice:
        ((_, why),) = (await alice.safe_to_exit()).at_risk.items()
        assert why.state is Safety.ERROR and "bad sector" in why.words
        storage.listing = False
        with pytest.raises(StorageError, match="the disk is gone"):
            await alice.safe_to_exit()


@story
async def test_changes_that_wait_for_others_are_not_called_safe() -> None:
    storage, whole = MemoryStorage(), Document()
    for number in range(2):
        with whole.change() as root:
            root["n"] = number
    name = interpret_document_id(bytes(range(16)))
    data = whole.save_since(frozenset([whole.history()[0].hash]))
    await storage.save(incremental_key(name, data), data)
    async with Repo(storage) as alice:
        ((_, why),) = (await alice.safe_to_exit()).at_risk.items()
        assert why.state is Safety.ERROR and "wait for others that are missing" in why.words


@story
async def test_S16_the_link_that_is_lost_does_not_take_back_what_was_stored() -> None:
    async with Repo(name="alice") as alice:
        note = alice.create({"n": 1})
        async with Repo(MemoryStorage(), name="server") as server:
            alice.link(server)
            await note.synced()
        await until(lambda: note.peers[0].link is Link.OFFLINE, alice)
        assert await alice.safe_to_exit()
        edit(note, 2)
        report = await alice.safe_to_exit()
        assert report.at_risk[note.document_id].state is Safety.UNSENT
        assert report.at_risk[note.document_id].words.endswith("lacks 1 change, out of reach")


@story
async def test_who_deleted_it_is_no_copy_any_more_nor_in_our_next_life(tmp_path: Path) -> None:
    async with Repo(MemoryStorage(), name="server") as server:
        async with Repo(tmp_path, name="alice") as alice:
            alice.link(server)
            note = alice.create({"n": 1})
            await note.synced()
            await until(
                lambda: [row.safe for row in server.handles[note.document_id].peers] == [True], server
            )
            assert await alice.safe_to_exit()
            await server.delete(note.url)
            await until(lambda: note.peers[0].state is PeerState.UNAVAILABLE, alice)
            (row,) = note.peers
            assert (row.relation, row.missing_there, row.safe) == (Relation.AHEAD, 1, False)
            assert note.sync.state is Safety.UNSENT, "nothing is on its way to it"
            assert note.sync.words.endswith("says that it does not have it")
            assert not await alice.safe_to_exit()
            with pytest.raises(SyncTimeout, match="says that it does not have it"):
                await note.synced(with_="server", timeout=0.1)
        async with Repo(tmp_path, name="alice") as alice:
            assert not await alice.safe_to_exit()
