"""Whoever knocks while the server is still starting waits at the door."""

import asyncio
import logging
from pathlib import Path

import pytest
from tornado.web import HTTPError

from jupyter_automerge.errors import StorageError
from jupyter_automerge.repo import FileStorage, MemoryStorage, Repo, Storage
from jupyter_automerge.server.host import RepoHost


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
    await host.start()
    assert await early is host.repo
    await host.stop(1.0)
    with pytest.raises(HTTPError, match="503"):
        await host.when_running()


async def test_without_a_store_nobody_waits_for_ever() -> None:
    host = host_with(None)
    early = asyncio.create_task(host.when_running())
    with pytest.raises(StorageError):
        await host.start()
    with pytest.raises(HTTPError, match="503"):
        await early


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
