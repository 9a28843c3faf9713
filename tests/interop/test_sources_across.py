"""Where a document comes from when a peer id moves to another connection, or a disk is slow."""

import asyncio

import pytest

from jupyter_automerge.repo import MemoryStorage, Repo
from jupyter_automerge.values.keys import StorageKey
from tests.interop.process import JavaScriptFailed
from tests.interop.python_peer import until, until_peers, until_value
from tests.interop.raw import RawClient
from tests.interop.stage import Stage


class SlowStorage(MemoryStorage):
    """Reads documents only once `released` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.released = asyncio.Event()
        self.asked = asyncio.Event()

    async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        self.asked.set()
        await self.released.wait()
        return await super().load_range(prefix)


async def test_M2_M3_M4_N5_a_pending_find_completes_over_the_connection_that_took_the_peer_id(
    stage: Stage,
) -> None:
    alice, url = await stage.python_server("alice")
    bob = await stage.javascript("bob")
    note = await bob.create({"n": 1})
    ghost = await RawClient.connect(url)
    await ghost.join("bob")
    await until_peers(alice)
    finding = asyncio.ensure_future(alice.find(note.url))
    assert (await ghost.hear())["type"] == "request", "alice asks the ghost, which never answers"
    await bob.connect(url)
    handle = await finding
    ghost.close()
    await bob.change(note.url, {"edit": "set", "path": ["n"], "value": 2})
    await until_value(alice, handle, {"n": 2})
    assert [peer.peer_id for peer in alice.peers] == ["bob"]


async def test_M7_while_our_disk_is_read_nobody_hears_unavailable(stage: Stage) -> None:
    written, storage = MemoryStorage(), SlowStorage()
    async with Repo(written, name="first") as first:
        document = first.create({"n": 1})
        await document.saved()
    for key, data in await written.reopened().load_range(()):
        await storage.save(key, data)
    async with Repo(storage, name="server") as server:
        bob = await stage.javascript("bob")
        await bob.connect((await server.listen()).url)
        await bob.wait_peers()
        finding = asyncio.create_task(bob.find(document.url))
        await storage.asked.wait()
        await bob.quiet()
        assert not finding.done()
        storage.released.set()
        assert (await finding).value == {"n": 1}


async def test_M7_an_empty_disk_is_a_no_only_after_it_was_read(stage: Stage) -> None:
    storage = SlowStorage()
    async with Repo(storage, name="server") as server:
        bob = await stage.javascript("bob")
        await bob.connect((await server.listen()).url)
        await bob.wait_peers()
        finding = asyncio.create_task(bob.find("automerge:4NMNnkMhL8jXrdJ9jamS58PAVdXu"))
        await storage.asked.wait()
        await bob.quiet()
        assert not finding.done()
        storage.released.set()
        with pytest.raises(JavaScriptFailed, match="is unavailable"):
            await finding


async def test_M8_a_thousand_changes_of_a_peer_that_came_by_two_ways_arrive_once(stage: Stage) -> None:
    """Bob is reached directly and through a server; both offer the same changes."""
    server, server_url = await stage.python_server()
    alice, alice_url = await stage.python_server("alice")
    alice.connect(server_url)
    bob = await stage.javascript("bob")
    note = await bob.create({"list": []})
    for _ in range(10):
        edits = [{"edit": "push", "path": ["list"], "value": n} for n in range(100)]
        await bob.type(note.url, edits, interval_ms=0)
    await bob.connect(server_url)
    await bob.connect(alice_url)
    await until_peers(alice, 2)
    handle = await alice.find(note.url)
    await until(alice, lambda: len(handle.value["list"]) == 1000, "alice has all thousand")
    assert len(handle.history()) == 1001
    assert server.metrics()["defects"] == alice.metrics()["defects"] == 0
