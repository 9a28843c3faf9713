"""Opening, creating, finding, changing, closing: one Repo, and two linked in one process."""

import asyncio

import pytest

from jupyter_automerge.errors import (
    ChangeAwaited,
    DocumentUnavailable,
    FindTimeout,
    RepoAlreadyOpen,
    RepoClosed,
    StorageError,
)
from jupyter_automerge.repo import MemoryStorage, Repo
from jupyter_automerge.repo.report import CloseReport
from jupyter_automerge.values.keys import STORAGE_ID_KEY, StorageKey
from jupyter_automerge.values.status import Origin
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
async def test_importing_what_is_here_already_merges() -> None:
    async with Repo() as alice, Repo() as bob:
        note = alice.create({"n": 1})
        other = bob.import_document(note.save(), document_id=note.url)
        with other.change() as d:
            d["m"] = 2
        assert alice.import_document(other.save(), document_id=note.url) is note
        assert note.value == {"n": 1, "m": 2}


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
