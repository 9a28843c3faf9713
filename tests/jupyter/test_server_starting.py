"""Whoever knocks while the server is still starting waits at the door."""

import asyncio
import logging
from pathlib import Path

import pytest
from tornado.web import HTTPError

from jupyter_automerge.errors import InvalidId, StorageError
from jupyter_automerge.repo import FileStorage, MemoryStorage, Repo, Storage, own_marks
from jupyter_automerge.server.catalogue import CATALOGUE_KEY
from jupyter_automerge.server.host import RepoHost
from jupyter_automerge.server.not_running import HostState, NotRunning
from jupyter_automerge.values.keys import EPOCH_KEY, STORAGE_ID_KEY, StorageKey
from jupyter_automerge.values.url import AutomergeUrl


def host_with(storage: Storage | None) -> RepoHost:
    def make() -> Storage:
        if storage is None:
            raise StorageError("the disk is gone")
        return storage

    return RepoHost(lambda store: Repo(store, name="server"), make, logging.getLogger(__name__))


async def test_a_socket_that_comes_early_gets_the_repo_when_it_runs() -> None:
    host = host_with(MemoryStorage())
    early = asyncio.create_task(host.when_running())
    await asyncio.sleep(0)
    assert not early.done()
    assert await host.start()
    assert await early is host.repo
    await host.stop(1.0)
    with pytest.raises(HTTPError, match="503"):
        await host.when_running()


async def test_without_a_store_nobody_waits_for_ever_and_hears_why() -> None:
    host = host_with(None)
    host.patience = 0.1
    assert not await host.start()
    with pytest.raises(HTTPError, match=r"503.*waiting for its store: the disk is gone"):
        await host.when_running()


async def test_what_time_does_not_mend_is_not_tried_again() -> None:
    def make() -> Storage:
        raise InvalidId("store", "ftp:...", "it names none")

    host = RepoHost(lambda store: Repo(store, name="server"), make, logging.getLogger(__name__))
    early = asyncio.create_task(host.when_running())
    with pytest.raises(InvalidId):
        await host.start()
    with pytest.raises(NotRunning, match=r"503.*failed") as refused:
        await early
    assert refused.value.retry_after is None


async def test_a_store_that_is_late_is_tried_until_it_is_there_and_each_reason_is_told_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    reasons = iter(["no disk", "no disk", "no disk", "a wrong disk", "a wrong disk"])
    pauses: list[float] = []

    def make() -> Storage:
        for reason in reasons:
            raise StorageError(reason)
        return MemoryStorage()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    host = RepoHost(lambda store: Repo(store, name="server"), make, logging.getLogger(__name__))
    early = asyncio.create_task(host.when_running())
    assert not await host.start()
    monkeypatch.setattr(asyncio, "sleep", sleep)
    await host.keep_starting()
    monkeypatch.undo()
    assert await early is host.repo and host.state is HostState.RUNNING
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0]
    errors = [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR]
    assert [error.rpartition(": ")[2] for error in errors] == ["no disk", "a wrong disk"]
    await host.stop(1.0)


async def test_who_else_uses_the_store_is_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with Repo(FileStorage(tmp_path), name="lab"):
        async with asyncio.timeout(10):
            while not list(tmp_path.glob(".jupyter-automerge/sessions/*")):
                await asyncio.sleep(0.01)
        host = host_with(FileStorage(tmp_path))
        await host.start()
        await host.stop(1.0)
    (told,) = (record.getMessage() for record in caplog.records if "Another Repo" in record.getMessage())
    assert told.startswith('Another Repo, "lab"') and "using this store" in told


class FullStore(MemoryStorage):
    """A store that takes the name of a catalogue only while there is space."""

    has_space = False

    async def create(self, key: StorageKey, data: bytes) -> bytes:
        if key == CATALOGUE_KEY and not self.has_space:
            raise StorageError("the disk is full")
        return await super().create(key, data)


async def test_a_server_runs_without_its_catalogue_and_makes_one_once_the_store_takes_it(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = FullStore()
    host = host_with(storage)
    assert not await host.start()
    assert (await host.when_running()).storage_id and host.catalogue is None
    (told,) = (one.getMessage() for one in caplog.records if "catalogue" in one.getMessage())
    assert "the disk is full" in told

    storage.has_space = True
    monkeypatch.setattr(host, "_retry_seconds", 0.01)
    await host.keep_starting()
    assert host.catalogue is not None
    assert await host.running_repo.document_ids() == (AutomergeUrl.parse(host.catalogue).document_id,)
    await host.stop(1.0)


async def test_a_catalogue_is_found_again_by_a_server_whose_store_was_emptied_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(own_marks, "MARKS_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(own_marks, "MARKS_SECOND_LOOK_SECONDS", 0.0)
    storage = MemoryStorage()
    host = host_with(storage)
    assert await host.start()
    before = await storage.load(CATALOGUE_KEY)
    await storage.remove_range(CATALOGUE_KEY[:1])
    for key in (STORAGE_ID_KEY, EPOCH_KEY):
        await storage.remove(key)
    async with asyncio.timeout(10):
        while await storage.load(CATALOGUE_KEY) is None:
            await asyncio.sleep(0.01)
    assert await storage.load(CATALOGUE_KEY) == before
    await host.stop(1.0)


async def test_two_servers_that_start_at_once_on_one_store_have_one_catalogue() -> None:
    class SlowToSay(MemoryStorage):
        """Both look before either has written."""

        def __init__(self) -> None:
            super().__init__()
            self.looking = 0
            self.both = asyncio.Event()

        async def load(self, key: StorageKey) -> bytes | None:
            if key == CATALOGUE_KEY:
                found = await super().load(key)
                self.looking += 1
                if self.looking == 2:
                    self.both.set()
                await self.both.wait()
                return found
            return await super().load(key)

    shared = SlowToSay()
    alice, bob = host_with(shared), host_with(shared)
    assert all(await asyncio.gather(alice.start(), bob.start()))
    assert alice.catalogue == bob.catalogue is not None
    assert (await shared.load_range(CATALOGUE_KEY))[0][1].decode() == alice.catalogue
    for host in (alice, bob):
        await host.running_repo.find(alice.catalogue)
    assert len(await alice.running_repo.document_ids()) == 1, "the other one was taken back"
    await alice.stop(1.0)
    await bob.stop(1.0)
