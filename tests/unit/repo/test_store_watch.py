"""A Repo hears what others write into its store; a watch that fails is begun anew, and that is told."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from jupyter_automerge.document import Document
from jupyter_automerge.engine.events import Event, StorageChanged
from jupyter_automerge.repo import MemoryStorage, Repo, StoreWatched, store_watch
from jupyter_automerge.repo.store_watch import StoreWatch
from jupyter_automerge.storage.contract import Storage
from jupyter_automerge.values.keys import StorageKey, snapshot_key
from tests.unit.repo.story import story

KEY = ("document", "snapshot", "heads")


class Told(MemoryStorage):
    """Tells what it is told to tell; an exception ends a watch."""

    def __init__(self, *news: StorageKey | Exception | None) -> None:
        super().__init__()
        self.news = list(news)
        self.watches = 0

    def watch(self) -> AsyncIterator[StorageKey]:
        self.watches += 1
        return self._watch()

    async def _watch(self) -> AsyncIterator[StorageKey]:
        while self.news:
            one = self.news.pop(0)
            if isinstance(one, Exception):
                raise one
            if one is not None:
                yield one


class Refusing(Told):
    """Cannot even begin to watch, at first."""

    def watch(self) -> AsyncIterator[StorageKey]:
        if not self.watches:
            self.watches += 1
            raise OSError("not now")
        return super().watch()


async def heard(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Event], list[str]]:
    monkeypatch.setattr(store_watch, "WATCH_RETRY_FIRST_SECONDS", 0.001)
    events: list[Event] = []
    told: list[StoreWatched] = []
    await StoreWatch(storage, "store", events.append, told.append).run()
    return events, [one.error for one in told]


@story
async def test_keys_prefixes_and_anything_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    events, told = await heard(Told(KEY, KEY[:1], ()), monkeypatch)
    assert events == [StorageChanged(KEY), StorageChanged(KEY[:1]), StorageChanged(())]
    assert told == []


@story
async def test_a_watch_that_fails_is_begun_anew_and_told_once_each_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = OSError("the network is gone")
    storage = Told(KEY, gone, gone, gone, KEY)
    events, told = await heard(storage, monkeypatch)
    assert told == ["OSError: the network is gone", ""]
    assert events == [StorageChanged(KEY), *[StorageChanged(())] * 3, StorageChanged(KEY)]
    assert storage.watches == 4


@story
async def test_one_that_cannot_begin_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    events, told = await heard(Refusing(KEY), monkeypatch)
    assert told == ["OSError: not now", ""]
    assert events == [StorageChanged(()), StorageChanged(KEY)]


@story
async def test_a_store_that_never_tells_is_left_in_peace(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await heard(MemoryStorage(), monkeypatch) == ([], [])


@story
async def test_the_repo_says_that_it_cannot_hear_others() -> None:
    class Broken(MemoryStorage):
        def watch(self) -> AsyncIterator[StorageKey]:
            raise OSError("no such channel")

    async with Repo(Broken()) as repo:
        async with asyncio.timeout(10):
            while not (repo.own_store and repo.own_store.watch_error):
                await asyncio.sleep(0)
        assert repo.own_store.watch_error == "OSError: no such channel"
        assert repo.own_store.place == "memory:"


@story
async def test_the_ghost_of_an_empty_document_is_not_listed() -> None:
    storage = MemoryStorage()
    async with Repo(storage.reopened()) as repo:
        kept = repo.create({"n": 1})
        await repo.saved()
        ghost = snapshot_key(type(kept.document_id)("2zYPPdUrDKx7hkF4PivZ1MH6KGL7"), frozenset())
        await storage.save(ghost, Document().save())
        assert await repo.document_ids() == (kept.document_id,)
        assert len((await repo.safe_to_exit()).at_risk) == 1
