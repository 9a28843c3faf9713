"""What becomes of edits while their document, or the whole Repo, leaves: kept, or refused with a reason."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from jupyter_automerge.errors import DocumentGone, RepoClosed, StorageError
from jupyter_automerge.repo import DocHandle, Repo
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.status import DocumentState
from tests.unit.repo.stores import ON_FIRE, ObservedStorage
from tests.unit.repo.story import story, turns


class Writer:
    """A thread that opens a block, writes, and ends it when it is told to."""

    def __init__(self, note: DocHandle) -> None:
        self._note = note
        self._opened = threading.Event()
        self._end = threading.Event()
        self._writing = asyncio.create_task(asyncio.to_thread(self._write))

    async def is_open(self) -> None:
        await asyncio.to_thread(self._opened.wait, 10)

    async def end(self) -> None:
        """Raises what the block raised."""
        self._end.set()
        await self._writing

    def _write(self) -> None:
        with self._note.change() as d:
            d["by the thread"] = True
            self._opened.set()
            self._end.wait(10)


async def writing(note: DocHandle) -> Writer:
    writer = Writer(note)
    await writer.is_open()
    return writer


@story
async def test_unloading_waits_for_an_open_block_and_keeps_what_it_wrote() -> None:
    async with Repo(ObservedStorage()) as alice:
        note = alice.create({"n": 1})
        writer = await writing(note)
        unloading = alice.unload(note.url)
        await note.saved()
        await turns()
        assert not unloading.done(), "unloaded under an open block"
        await writer.end()
        await unloading
        assert note.state is DocumentState.UNLOADED
        assert (await alice.find(note.url)).value == {"n": 1, "by the thread": True}


@story
async def test_who_waits_for_the_store_is_content_when_the_document_is_saved_and_gone() -> None:
    store = ObservedStorage()
    async with Repo(store) as alice:
        note = alice.create({"n": 1})
        writing_down = store.gates[note.document_id] = asyncio.Event()
        saved, unloading = note.saved(), alice.unload(note.url)
        await turns()
        writing_down.set()
        await saved
        await unloading


@story
async def test_a_document_that_is_looked_for_while_it_leaves_stays() -> None:
    store = ObservedStorage()
    async with Repo(store) as alice:
        note = alice.create({"n": 1})
        writing_down = store.gates[note.document_id] = asyncio.Event()
        unloading = alice.unload(note.url)
        await turns()
        assert await alice.search(note.url).found() is note
        await unloading
        writing_down.set()
        with note.change() as d:
            d["n"] = 2
        await note.saved()
        assert note.state is DocumentState.READY


@pytest.mark.parametrize(
    ("leave", "error"),
    [
        (lambda alice, note: alice.delete(note.url, force=True), DocumentGone),
        (lambda alice, note: alice.close(), RepoClosed),
    ],
    ids=["deleted", "closed"],
)
def test_a_block_that_ends_too_late_says_so(
    leave: Callable[[Repo, DocHandle], "asyncio.Future[object]"], error: type[Exception]
) -> None:
    @story
    async def play() -> None:
        store = ObservedStorage()
        async with Repo(store) as alice:
            note = alice.create({"n": 1})
            writer = await writing(note)
            await leave(alice, note)
            with pytest.raises(error):
                await writer.end()
        async with Repo(store.reborn()) as alice:
            for found in [await alice.find(url) for url in await alice.document_ids()]:
                assert found.value == {"n": 1}

    play()


@story
async def test_a_deletion_that_fails_leaves_the_document_as_it_was() -> None:
    store = ObservedStorage()
    async with Repo(store) as alice:
        note = alice.create({"n": 1})
        await note.saved()
        store.failing = True
        with pytest.raises(StorageError, match=f"not deleted.*{ON_FIRE}"):
            await alice.delete(note.url, force=True)
        store.failing = False
        with note.change() as d:
            d["n"] = 2
        await note.saved()
        assert await alice.find(note.url) is note
    async with Repo(store.reborn()) as alice:
        assert (await alice.find(note.url)).value == {"n": 2}


@story
async def test_who_finds_a_document_while_it_is_being_deleted_takes_the_deletion_back() -> None:
    store = ObservedStorage()
    async with Repo(store) as alice:
        note = alice.create({"n": 1})
        await note.saved()
        writing_down = store.gates["tombstones"] = asyncio.Event()
        deleting = alice.delete(note.url, force=True)
        await turns()
        again = alice.search(note.url)
        await turns()
        writing_down.set()
        with pytest.raises(StorageError, match="asked for it again"):
            await deleting
        assert await again.found() is note
        with note.change() as d:
            d["n"] = 2
        await note.saved()
    async with Repo(store.reborn()) as alice:
        assert (await alice.find(note.url)).value == {"n": 2}


class OneAtATime(ObservedStorage):
    """Takes a moment for each write, and does no two at once."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self._turn = asyncio.Lock()

    async def save(self, key: StorageKey, data: bytes) -> None:
        async with self._turn:
            await asyncio.sleep(self._seconds)
            await super().save(key, data)


@story
async def test_a_close_goes_on_for_as_long_as_the_store_saves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_automerge.repo.leaving.CLOSE_TIMEOUT_SECONDS", 0.2)
    alice = Repo(OneAtATime(0.02))
    await alice.open()
    notes = [alice.create({"n": number}) for number in range(40)]
    report = await alice.close()
    assert report.unsaved == (), f"{len(report.unsaved)} of {len(notes)} were not saved"


@story
async def test_a_close_gives_up_when_the_store_saves_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_automerge.repo.leaving.CLOSE_TIMEOUT_SECONDS", 0.1)
    store = ObservedStorage()
    alice = Repo(store)
    await alice.open()
    note = alice.create({"n": 1})
    store.gates[note.document_id] = asyncio.Event()
    assert (await alice.close()).unsaved == (note.document_id,)
