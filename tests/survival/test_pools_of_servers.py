"""Two Jupyter servers on one pool, with no connection between them: who works at one sees who works at the other."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jupyter_automerge.repo import DocHandle, Repo
from tests.browser.servers import TestServer
from tests.contracts.conftest import credentials, redis, s3
from tests.contracts.pools import Pool, make_pool
from tests.contracts.redis_server import RedisProcess
from tests.contracts.s3_server import CREDENTIALS, S3Server
from tests.interop.python_peer import until
from tests.survival.servers import OPTIONS, TOKEN

__all__ = ["credentials", "redis", "s3"]

# A second and the time that two busy cores need; two seconds between two looks.
SECONDS = {"file": 5.0, "redis": 5.0, "s3 notified": 5.0, "s3": 8.0}
EDITS = 5


@pytest.fixture(params=SECONDS)
def pool(request: pytest.FixtureRequest, tmp_path: Path, redis: RedisProcess, s3: S3Server) -> Pool:
    return make_pool(request.param, tmp_path, redis, s3)


@pytest.fixture
def two_servers(pool: Pool, tmp_path: Path) -> Iterator[tuple[TestServer, TestServer]]:
    """Both begin on the empty store, at the same time."""
    options = (*OPTIONS, f"--JupyterAutomerge.store={pool.url}")
    one, two = (
        TestServer(tmp_path / name, program="jupyter_server", options=options, environment=CREDENTIALS)
        for name in ("one", "two")
    )
    try:
        with ThreadPoolExecutor(2) as both:
            list(both.map(TestServer.start, (one, two)))
        yield one, two
    finally:
        one.stop()
        two.stop()


@asynccontextmanager
async def at(server: TestServer, name: str) -> AsyncIterator[Repo]:
    """Somebody without a store, connected with this server alone."""
    async with Repo(name=name) as person:
        person.connect(
            f"ws://127.0.0.1:{server.port}/api/automerge/sync", headers={"Authorization": f"token {TOKEN}"}
        )
        await until(person, lambda: bool(person.peers), f"{name} is connected")
        yield person


def shows(document: DocHandle, word: str) -> Callable[[], bool]:
    return lambda: bool(document.value["by"] == word)


def has_keys(document: DocHandle, *keys: str) -> Callable[[], bool]:
    return lambda: set(keys) <= document.value.keys()


async def test_whoever_works_at_one_server_sees_whoever_works_at_the_other(
    pool: Pool, two_servers: tuple[TestServer, TestServer]
) -> None:
    one, two = two_servers
    ids = {server.get("api/automerge")["storageId"] for server in two_servers}
    assert len(ids) == 1, f"{pool.kind}: the store of both has the ids {ids}"
    url = one.create_document({"text": "x" * 2000, "by": "nobody"})
    async with at(one, "Alice") as alice, at(two, "Bob") as bob:
        hers, his = await alice.find(url), await bob.find(url)
        took = []
        for number in range(EDITS):
            for writer, mine, reader, theirs in ((alice, hers, bob, his), (bob, his, alice, hers)):
                word = f"{writer.name} {number}"
                began = time.monotonic()
                with mine.change() as doc:
                    doc["by"] = word
                told = f"{pool.kind}: {reader.name} sees what {writer.name} wrote"
                await until(reader, shows(theirs, word), told, SECONDS[pool.kind])
                took.append(time.monotonic() - began)
        times = f"{min(took):.2f} to {max(took):.2f} s"
        if pool.tells_at_once:
            assert min(took) < 1, f"{pool.kind}: from one server to the other in {times}"
        with hers.change() as doc:
            doc["alice"] = list(range(200))
        with his.change() as doc:
            doc["bob"] = list(range(200))
        for person, handle in ((alice, hers), (bob, his)):
            await until(person, has_keys(handle, "alice", "bob"), f"{person.name} has both")
        assert hers.value == his.value
    await asyncio.to_thread(one.kill)
    await asyncio.to_thread(two.kill)
    async with Repo(pool.url) as later:
        found = await later.find(url)
        assert {"alice", "bob"} <= found.value.keys(), (
            f"{pool.kind}: both servers were killed, and this is left"
        )
