"""Whoever knocks while the server is still starting waits at the door."""

import asyncio
import logging
from pathlib import Path

import pytest
from tornado.web import HTTPError

from jupyter_automerge.errors import InvalidId, StorageError
from jupyter_automerge.repo import FileStorage, MemoryStorage, Repo, Storage
from jupyter_automerge.server.host import RepoHost
from jupyter_automerge.server.not_running import HostState, NotRunning


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
