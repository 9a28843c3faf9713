"""Whoever knocks while the server is still starting waits at the door."""

import asyncio
import logging

import pytest
from tornado.web import HTTPError

from jupyter_automerge.errors import StorageError
from jupyter_automerge.repo import MemoryStorage, Repo, Storage
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
