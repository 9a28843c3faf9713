"""A Jupyter server whose Redis comes later than itself: it says so meanwhile, and comes alive by itself."""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from jupyter_automerge.errors import DialError
from jupyter_automerge.kernel.session import KernelSession
from jupyter_automerge.repo import Repo, fetch_info, read_connection_file
from tests.contracts.redis_server import RedisProcess
from tests.jupyter.servers import RunningServer, until


@pytest.fixture
def late_redis(tmp_path: Path) -> Iterator[RedisProcess]:
    """Not started yet."""
    redis = RedisProcess(tmp_path / "redis")
    yield redis
    redis.stop()


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any], late_redis: RedisProcess) -> dict[str, Any]:
    return {**jp_server_config, "JupyterAutomerge": {"store": late_redis.url()}}


async def test_who_asks_is_told_what_it_waits_for_and_it_comes_alive_when_that_is_there(
    server: RunningServer, late_redis: RedisProcess
) -> None:
    for path in ((), ("documents",), ("stores",)):
        with pytest.raises(HTTPClientError) as refused:
            await server.fetch("api", "automerge", *path)
        assert refused.value.response is not None
        told = json.loads(refused.value.response.body)
        assert refused.value.code == 503 and told["state"] == "waiting for its store"
        assert str(late_redis.port) in told["reason"] and told["reason"] in told["message"]
        assert 1 <= int(refused.value.response.headers["Retry-After"]) <= 30
    async with Repo(name="Alice") as alice:
        url = f"{server.url.replace('http', 'ws', 1)}api/automerge/sync"
        alice.connect(url, headers={"Authorization": f"token {server.token}"})
        note = alice.create({"n": 1})
        late_redis.start()
        assert (await note.synced(timeout=20)).durability == "stored"
        info = await server.json()
        assert info["state"] == "running" and info["storageId"] == server.repo.storage_id
    assert late_redis.ask("HLEN", f"automerge:{note.document_id}") >= 1


async def test_a_kernel_that_came_before_the_store_has_the_servers_documents_afterwards(
    server: RunningServer, late_redis: RedisProcess
) -> None:
    file = server.extension.connection_file
    assert file is not None
    address, pid = read_connection_file(file.path)
    info = await asyncio.to_thread(fetch_info, address)
    assert (info["pid"], info["kernels"], info["storageId"]) == (pid, True, None) and pid == os.getpid()

    session = KernelSession("kernel")
    try:
        await asyncio.to_thread(session.connect, address, info)
        with pytest.raises(DialError, match="waiting for its store"):
            await asyncio.to_thread(session.catalogue)
        late_redis.start()
        await until(lambda: server.extension.repo_host.catalogue is not None, "the server has its catalogue")
        catalogue = await asyncio.to_thread(session.catalogue)
        assert catalogue.entries() == ()
    finally:
        await asyncio.to_thread(session.close)


async def test_a_server_that_never_gets_its_store_stops_at_once(server: RunningServer) -> None:
    async with asyncio.timeout(5):
        await server.extension.stop_extension()
    with pytest.raises(HTTPClientError) as refused:
        await server.fetch("api", "automerge")
    assert refused.value.response is not None
    told = json.loads(refused.value.response.body)
    assert (told["state"], "Retry-After" in refused.value.response.headers) == ("stopped", False)
