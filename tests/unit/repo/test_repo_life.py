"""Opening, creating, finding, changing, closing: one Repo, and two linked in one process."""

import asyncio
from pathlib import Path

import pytest

from jupyter_automerge.errors import (
    BadChunk,
    ChangeAwaited,
    DocumentGone,
    DocumentUnavailable,
    FindTimeout,
    InvalidId,
    RepoAlreadyOpen,
    RepoClosed,
    StorageError,
    UnsafeDelete,
)
from jupyter_automerge.repo import FileStorage, MemoryStorage, Repo
from jupyter_automerge.repo.report import CloseReport
from jupyter_automerge.values.keys import STORAGE_ID_KEY, StorageKey
from jupyter_automerge.values.status import DocumentState, Origin
from jupyter_automerge.values.url import AutomergeUrl, is_valid_url
from tests.unit.repo.story import story, until

NOWHERE = "automerge:4NMNnkMhL8jXrdJ9jamS58PAVdXu"


class FailingStorage(MemoryStorage):
    """Works until it is told to fail."""

    def __init__(self, *, failing: bool = False) -> None:
        super().__init__()
        self.failing = failing

    async def load(self, key: StorageKey) -> bytes | None:
        self._fail()
        return await super().load(key)

    async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        self._fail()
        return await super().load_range(prefix)

    async def save(self, key: StorageKey, data: bytes) -> None:
        self._fail()
        await super().save(key, data)

    def _fail(self) -> None:
        if self.failing:
            raise OSError("the disk is on fire")


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
async def test_L4_url_id_and_bytes_find_the_same_handle() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        for name in (note.url, note.document_id, AutomergeUrl.parse(note.url)):
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
        assert copy.heads == note.heads
        with copy.change() as d:
            d["m"] = 2
        assert note.value == {"n": 1}
        note.merge(copy)
        assert note.value == {"n": 1, "m": 2}
        assert note.heads == copy.heads


@story
async def test_L9_what_is_no_url_is_refused_at_once() -> None:
    async with Repo() as alice:
        with pytest.raises(InvalidId):
            alice.find("automerge:nonsense")


@story
async def test_L10_L11_a_document_nobody_has_is_unavailable_and_stays_promptly_so() -> None:
    async with Repo() as alice:
        for _ in range(3):
            with pytest.raises(DocumentUnavailable, match="nobody is connected"):
                await alice.find(NOWHERE)


@story
async def test_M12_M14_an_unavailable_document_comes_when_somebody_has_it() -> None:
    async with Repo() as alice, Repo() as bob:
        note = bob.create({"n": 1})
        with pytest.raises(DocumentUnavailable):
            await alice.find(note.url)
        alice.link(bob)
        await until(lambda: alice.peers, alice)
        found = await alice.find(note.url)
        assert found.value == {"n": 1}


@story
async def test_L13_L14_what_was_saved_is_there_in_the_next_life(tmp_path: Path) -> None:
    async with Repo(FileStorage(tmp_path)) as alice:
        note = alice.create({"n": 1})
        with note.change() as d:
            d["n"] = 2
        await note.saved()
        storage_id = alice.storage_id
    async with Repo(FileStorage(tmp_path)) as alice:
        assert alice.storage_id == storage_id
        assert (await alice.find(note.url)).value == {"n": 2}
        assert await alice.document_ids() == (note.document_id,)


@story
async def test_L15_documents_saved_in_quick_succession_all_stay(tmp_path: Path) -> None:
    async with Repo(FileStorage(tmp_path)) as alice:
        urls = [alice.create({"n": n}).url for n in range(20)]
        await alice.saved()
    async with Repo(FileStorage(tmp_path)) as alice:
        assert [(await alice.find(url)).value["n"] for url in urls] == list(range(20))


@story
async def test_closing_saves_what_was_changed_a_moment_ago(tmp_path: Path) -> None:
    async with Repo(FileStorage(tmp_path)) as alice:
        note = alice.create({"n": 1})
    async with Repo(FileStorage(tmp_path)) as alice:
        assert (await alice.find(note.url)).value == {"n": 1}


@story
async def test_closing_says_what_could_not_be_saved() -> None:
    storage = FailingStorage()
    alice = Repo(storage)
    await alice.open()
    storage.failing = True
    note = alice.create({"n": 1})
    report = await alice.close(timeout=0.2)
    assert report == CloseReport((note.document_id,))
    assert not report


@story
async def test_a_store_whose_id_cannot_be_read_does_not_open() -> None:
    storage = FailingStorage(failing=True)
    alice = Repo(storage)
    with pytest.raises(StorageError, match="the disk is on fire"):
        await alice.open()
    storage.failing = False
    await alice.open()
    await alice.close()


@story
async def test_a_store_with_a_broken_id_is_not_used() -> None:
    storage = MemoryStorage()
    await storage.save(STORAGE_ID_KEY, b"../../etc")
    with pytest.raises(StorageError, match="its id is none"):
        await Repo(storage).open()


@story
async def test_Q8_a_failing_store_is_no_no() -> None:
    storage = FailingStorage()
    async with Repo(storage) as alice:
        storage.failing = True
        with pytest.raises(StorageError, match="the disk is on fire"):
            await alice.find(NOWHERE)


@story
async def test_L16_D13_a_deleted_documents_handle_says_so() -> None:
    async with Repo(MemoryStorage()) as alice:
        note = alice.create({"n": 1})
        await alice.delete(note.url, force=True)
        assert note.state is DocumentState.DELETED
        with pytest.raises(DocumentGone):
            _ = note.value
        assert note.document_id not in alice.handles
        assert await alice.document_ids() == ()


@story
async def test_the_only_copy_is_not_deleted_unless_forced() -> None:
    async with Repo(MemoryStorage()) as alice:
        note = alice.create({"n": 1})
        with pytest.raises(UnsafeDelete):
            await alice.delete(note.url)
        assert note.value == {"n": 1}


@story
async def test_an_unloaded_document_is_found_again(tmp_path: Path) -> None:
    async with Repo(FileStorage(tmp_path)) as alice:
        note = alice.create({"n": 1})
        await alice.unload(note.url)
        assert note.state is DocumentState.UNLOADED
        assert (await alice.find(note.url)).value == {"n": 1}
        await alice.unload(NOWHERE)


@story
async def test_L19_export_reads_from_the_store(tmp_path: Path) -> None:
    async with Repo(FileStorage(tmp_path)) as alice:
        note = alice.create({"n": 1})
        await note.saved()
        await alice.unload(note.url)
        data = await alice.export(note.url)
        copy = alice.import_document(data)
        assert copy.value == {"n": 1}
        with pytest.raises(DocumentUnavailable):
            await alice.export(NOWHERE)


@story
async def test_L24_import_keeps_history_and_refuses_garbage() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        with note.change("second") as d:
            d["n"] = 2
        copy = alice.import_document(note.save(), document_id=NOWHERE)
        assert copy.url == NOWHERE
        assert copy.history() == note.history()
        for garbage in (b"", b"garbage", note.save()[:-1]):
            with pytest.raises(BadChunk):
                alice.import_document(garbage)


@story
async def test_importing_what_is_here_already_merges() -> None:
    async with Repo() as alice, Repo() as bob:
        note = alice.create({"n": 1})
        other = bob.import_document(note.save(), document_id=note.url)
        with other.change() as d:
            d["m"] = 2
        assert alice.import_document(other.save(), document_id=note.url) is note
        assert note.value == {"n": 1, "m": 2}


@story
async def test_L35_a_view_of_the_past_does_not_move() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        past = note.at(note.heads)
        with note.change() as d:
            d["n"] = 2
        assert past.value == {"n": 1}
        assert AutomergeUrl.parse(past.url).heads == past.heads
        assert alice.clone(past).value == {"n": 1}


@story
async def test_D10_a_block_that_raises_changes_nothing() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        with pytest.raises(LookupError), note.change() as d:
            d["n"] = 2
            raise LookupError
        assert note.value == {"n": 1}
        with note.change() as d:
            d["n"] = 3
        assert note.value == {"n": 3}


@story
async def test_an_await_within_a_change_rolls_it_back() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        with pytest.raises(ChangeAwaited), note.change() as d:
            d["n"] = 2
            await asyncio.sleep(0)
        assert note.value == {"n": 1}


@story
async def test_N6_changes_go_both_ways_between_linked_repos() -> None:
    async with Repo(name="alice") as alice, Repo(name="bob") as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        theirs = await bob.find(note.url)
        events = note.changes()
        with theirs.change() as d:
            d["n"] = 2
        event = await anext(events)
        assert event.origin is Origin.REMOTE
        assert note.value == theirs.value == {"n": 2}
        assert [peer.name for peer in alice.peers] == ["bob"]
        assert [peer.name for peer in bob.peers] == ["alice"]


@story
async def test_D9_broadcasts_arrive_decoded() -> None:
    async with Repo() as alice, Repo() as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        theirs = await bob.find(note.url)
        heard: asyncio.Queue[object] = asyncio.Queue()
        note.on_broadcast(lambda event: heard.put_nowait((event.sender_id, event.value)))
        theirs.broadcast({"cursor": [1, 2]})
        assert await heard.get() == (bob.peer_id, {"cursor": [1, 2]})


@story
async def test_a_repo_has_one_life() -> None:
    alice = Repo()
    with pytest.raises(RepoClosed, match="not open"):
        alice.create()
    async with alice:
        with pytest.raises(RepoAlreadyOpen):
            async with alice:
                pass
    assert await alice.close() == CloseReport()
    with pytest.raises(RepoClosed):
        alice.create()
    with pytest.raises(RepoAlreadyOpen):
        await alice.open()


@story
async def test_a_handle_stays_readable_after_close() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        events = note.changes()
    assert note.value == {"n": 1}
    with pytest.raises(RepoClosed), note.change() as d:
        d["n"] = 2
    assert [event async for event in events] == []


@story
async def test_a_search_that_waits_ends_with_the_repo() -> None:
    async with Repo() as alice:
        alice.connect("ws://127.0.0.1:9")
        finding = alice.find(NOWHERE, timeout=None)
    with pytest.raises(RepoClosed):
        await finding


@story
async def test_R42_a_search_waits_for_a_server_that_is_still_dialed() -> None:
    async with Repo() as alice:
        alice.connect("ws://127.0.0.1:9")
        with pytest.raises(FindTimeout, match="dialing ws://"):
            await alice.find(NOWHERE, timeout=0.1)


@story
async def test_a_search_tells_its_progress() -> None:
    async with Repo(name="alice") as alice, Repo(name="bob") as bob:
        alice.link(bob)
        await until(lambda: alice.peers, alice)
        search = alice.search(NOWHERE)
        stages = [progress.stage async for progress in search]
        assert stages[-1] == "unavailable"
        assert "bob: has it not" in str(search)
        with pytest.raises(DocumentUnavailable, match="bob: has it not"):
            await search.found()


@story
async def test_a_search_for_what_is_here_ends_at_once() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        search = alice.search(note.url)
        assert [progress.stage async for progress in search] == ["found"]
        assert await search.found() is note


@story
async def test_documents_that_only_peers_ask_for_leave_no_handle() -> None:
    async with Repo() as alice, Repo() as bob:
        alice.link(bob)
        with pytest.raises(DocumentUnavailable):
            await alice.find(NOWHERE)
        assert bob.metrics()["handles"] == alice.metrics()["handles"] == 0


def test_a_repo_whose_loop_is_over_says_so() -> None:
    alice = Repo()
    asyncio.run(alice.open())
    with pytest.raises(RepoClosed, match="event loop"):
        alice.create()
    assert alice.close().result() == CloseReport()


@story
async def test_metrics_count() -> None:
    async with Repo() as alice:
        alice.create()
        await alice.find(alice.create().url)
        assert alice.metrics()["handles"] == 2
        assert (await asyncio.to_thread(alice.metrics))["handles"] == 2
