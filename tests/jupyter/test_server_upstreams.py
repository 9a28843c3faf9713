"""A Jupyter server that its owner connected to sync servers elsewhere."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from jupyter_automerge import FixedShare, Level, MemoryStorage, Repo
from jupyter_automerge.repo import Listener
from tests.interop.wait_process import wait_command
from tests.jupyter.servers import RunningServer, until

NOWHERE = "ws://127.0.0.1:1"


@pytest.fixture
def upstream(jp_asyncio_loop: asyncio.AbstractEventLoop) -> Iterator[tuple[Repo, Listener]]:
    """A sync server elsewhere, which wants a token."""
    repo = Repo(MemoryStorage(), name="upstream", kind="server", share=FixedShare(announces=False))
    jp_asyncio_loop.run_until_complete(repo.open())

    async def listen() -> Listener:
        return await repo.listen(token="let me in")

    yield repo, jp_asyncio_loop.run_until_complete(listen())

    async def close() -> None:
        await repo.close()

    jp_asyncio_loop.run_until_complete(close())


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any], upstream: tuple[Repo, Listener]) -> dict[str, Any]:
    upstreams = {upstream[1].url: "let me in", NOWHERE: "", "gopher://elsewhere": ""}
    return {**jp_server_config, "JupyterAutomerge": {"upstreams": upstreams}}


async def test_what_is_made_here_is_on_the_upstream_without_being_asked_for(
    server: RunningServer, upstream: tuple[Repo, Listener]
) -> None:
    repo, _ = upstream
    plan = server.repo.create({"title": "Plan"})
    await until(lambda: plan.document_id in repo.handles, "the document's coming there")
    assert repo.handles[plan.document_id].value == {"title": "Plan"}
    (row,) = plan.peers
    await until(lambda: plan.peers[0].level.name == "STORED", "the upstream's word that it is stored")
    assert row.name == "upstream"


async def test_who_is_logged_in_here_is_still_told_nothing_unasked(
    server: RunningServer, upstream: tuple[Repo, Listener]
) -> None:
    async with Repo(name="Alice") as alice:
        alice.connect(server.sync_url, headers={"Authorization": f"token {server.token}"})
        await until(lambda: alice.connections, "Alice's connection")
        secret, asked_for = server.repo.create({}), server.repo.create({})
        await until(lambda: {secret.document_id, asked_for.document_id} <= upstream[0].handles.keys())
        await alice.find(asked_for.url)
        assert secret.document_id not in alice.handles


async def test_the_dialers_tell_how_each_connection_goes(
    server: RunningServer, upstream: tuple[Repo, Listener]
) -> None:
    _, listener = upstream
    dialers = {}

    async def states() -> dict[str, str]:
        dialers.update({one["url"]: one for one in (await server.json("dialers"))["dialers"]})
        return {url: one["state"] for url, one in dialers.items()}

    await until(lambda: server.repo.connections, "the connection")
    async with asyncio.timeout(10):
        while await states() != {listener.url: "connected", NOWHERE: "waiting"}:
            await asyncio.sleep(0.01)
    assert dialers[NOWHERE]["lastError"] == "connection refused by 127.0.0.1:1"
    assert dialers[NOWHERE]["attempt"] >= 1 and dialers[NOWHERE]["retryAt"]
    await upstream[0].close()
    async with asyncio.timeout(10):
        while (await states())[listener.url] == "connected":
            await asyncio.sleep(0.01)
    assert dialers[listener.url]["lastClose"][0] == 1001
    assert "let me in" not in str(dialers)


async def test_a_command_counts_the_upstreams_copy_by_this_servers_word(
    server: RunningServer, upstream: tuple[Repo, Listener]
) -> None:
    plan = server.repo.create({"title": "Plan"})
    await until(lambda: [row.level for row in plan.peers] == [Level.STORED], "the upstream's word")
    answer = await wait_command(plan.url, "--copies=2")
    here, there = (f"({str(repo.storage_id)[:8]})" for repo in (server.repo, upstream[0]))
    assert answer.code == 0, answer
    assert f"Jupyter server {here}" in answer.said
    assert f"upstream {there} by word of Jupyter server {here}" in answer.said
