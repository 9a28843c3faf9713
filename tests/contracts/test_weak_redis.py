"""What peers are told of a server whose Redis does, or does not, bring each write to its disk (E43)."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jupyter_automerge.errors import StorageError
from jupyter_automerge.repo import DocHandle, MemoryStorage, Repo
from jupyter_automerge.storage import RedisStorage
from jupyter_automerge.testing.storage_contract import ONE
from jupyter_automerge.values.status import Level, Safety
from tests.contracts.newer_redis import NewerRedis
from tests.contracts.redis_server import RedisProcess
from tests.contracts.test_pool_trouble import own_redis, played
from tests.interop.python_peer import until

__all__ = ["own_redis"]

NOT_ALWAYS = (
    {"appendonly": "no"},
    {"appendfsync": "everysec"},
    {"appendfsync": "no"},
    {"maxmemory-policy": "allkeys-lru"},
    {"rename-command": 'CONFIG ""'},
)


@asynccontextmanager
async def alice_at(url: str) -> AsyncIterator[tuple[Repo, Repo]]:
    """A server with its store at the URL, and Alice, who is connected with it."""
    async with (
        Repo(url, name="server", kind="server") as server,
        Repo(MemoryStorage(), name="Alice") as alice,
    ):
        alice.connect((await server.listen()).url)
        await until(alice, lambda: bool(alice.peers), "Alice is connected")
        yield alice, server


async def levels_of(alice: Repo, server: Repo, edits: int) -> tuple[DocHandle, set[Level]]:
    """A note that was edited so often, each time until the server's store had it; and what its row ever said."""
    note, seen = alice.create({"n": 0}), set[Level]()
    alice.on_event(lambda _: seen.update(row.level for row in note.peers))
    for number in range(edits):
        with note.change() as doc:
            doc["n"] = number
        await note.synced(timeout=20)
        theirs = await server.find(note.url)
        await theirs.saved(timeout=20)
    return note, seen


@pytest.mark.parametrize("settings", NOT_ALWAYS, ids=lambda settings: " ".join(settings.values()))
def test_a_redis_that_may_lose_what_it_confirmed_stores_nothing_in_the_eyes_of_others(
    settings: dict[str, str], tmp_path: Path
) -> None:
    redis = RedisProcess(tmp_path / "redis", **settings)
    redis.start()

    @played
    async def story() -> None:
        # The second time nothing is written before peers come: the id is there.
        for _ in range(2):
            async with alice_at(redis.url()) as (alice, server):
                note, seen = await levels_of(alice, server, 5)
                assert Level.STORED not in seen, f"{settings}: {seen}"
                await note.saved(timeout=20)
                (row,) = note.peers
                assert (row.level, row.durable_acks, row.ephemeral) == (Level.RECEIVED, False, False)
                assert note.sync.words == "reported in memory by server"
                local = (await server.find(note.url)).local
                assert not local.durable and local.weakness.startswith(f"Redis at {redis.url()} ")

    try:
        story()
    finally:
        redis.stop()


@pytest.mark.parametrize("settings", [{}, *NOT_ALWAYS], ids=lambda settings: " ".join(settings.values()))
def test_a_redis_that_syncs_each_write_stores_and_so_does_one_whose_owner_vouches_for_it(
    settings: dict[str, str], tmp_path: Path
) -> None:
    redis = RedisProcess(tmp_path / "redis", **settings)
    redis.start()

    @played
    async def story() -> None:
        async with alice_at(f"{redis.url()}?durable=yes" if settings else redis.url()) as (alice, server):
            note = alice.create({"n": 0})
            assert (await note.synced(level=Level.STORED, timeout=20)).durability == "stored"
            await note.saved(timeout=20)
            assert note.sync.words == "stored by server" and await alice.safe_to_exit()
            local = (await server.find(note.url)).local
            assert local.durable and not local.weakness

    try:
        story()
    finally:
        redis.stop()


@played
async def test_a_server_in_memory_is_nobodys_copy() -> None:
    async with alice_at("memory:") as (alice, server):
        note = alice.create({"n": 0})
        await until(alice, lambda: bool(note.peers) and note.peers[0].missing_there == 0, "the server has it")
        theirs = await server.find(note.url)
        await theirs.saved(timeout=20)
        await note.saved(timeout=20)
        (row,) = note.peers
        assert (row.level, row.ephemeral, row.safe) == (Level.RECEIVED, True, False)
        assert note.sync.state is Safety.ALONE and not await alice.safe_to_exit()


@played
async def test_a_redis_that_comes_back_without_its_file_takes_back_what_was_said_of_it(
    own_redis: RedisProcess,
) -> None:
    async with alice_at(own_redis.url()) as (alice, server):
        note = alice.create({"n": 0})
        assert (await note.synced(timeout=20)).durability == "stored"
        own_redis.configure("appendonly", "no")
        own_redis.ask("CLIENT", "KILL", "TYPE", "normal")
        with note.change() as doc:
            doc["n"] = 1
        await until(alice, lambda: not note.peers[0].facts.stored, "the server took its word back")
        await (await server.find(note.url)).saved(timeout=20)
        own_redis.configure("appendonly", "yes")
        own_redis.ask("CLIENT", "KILL", "TYPE", "normal")
        with note.change() as doc:
            doc["n"] = 2
        await until(alice, lambda: note.peers[0].missing_there == 0, "the server has it")
        await (await server.find(note.url)).saved(timeout=20)
        assert not note.peers[0].facts.stored, "what it kept while it wrote no file may be lost yet"
    async with alice_at(own_redis.url()) as (alice, server):
        note = alice.create({"n": 0})
        assert (await note.synced(timeout=20)).durability == "stored", "opened again, it is asked again"


@played
async def test_a_redis_that_can_tell_and_writes_no_file_any_more_is_found_out_at_the_next_write(
    own_redis: RedisProcess,
) -> None:
    async with NewerRedis(own_redis.port) as newer:
        store = RedisStorage(newer.url)
        await store.save(ONE, b"one")
        assert store.weakness is None
        own_redis.configure("appendonly", "no")
        newer.has_no_file = True
        await until_saved(store)
        assert store.weakness is not None and "set appendonly to yes" in store.weakness.reason
        await store.close()


async def until_saved(store: RedisStorage) -> None:
    """As a Repo does: what could not be written is written again."""
    try:
        await store.save(ONE, b"two")
    except StorageError:
        await store.save(ONE, b"two")


@played
async def test_a_redis_that_forgot_what_the_server_has_not_open_is_given_it_again(
    own_redis: RedisProcess,
) -> None:
    async with alice_at(own_redis.url()) as (alice, server):
        note, store_id = alice.create({"n": 1}), server.storage_id
        assert (await note.synced(level=Level.STORED, timeout=20)).durability == "stored"
        await server.unload(note.url)
        taken_back: list[bool] = []
        alice.on_event(lambda _: taken_back.append(not note.peers[0].facts.stored))
        own_redis.stop(kill=True)
        shutil.rmtree(own_redis.folder)
        own_redis.start()
        await until(alice, lambda: any(taken_back), "Alice hears that nothing is stored there", 30)
        assert (await note.synced(level=Level.STORED, timeout=40)).durability == "stored"
        assert own_redis.ask("HLEN", f"automerge:{note.document_id}") >= 1, "stored, and there it is"
        assert [store.id for store in alice.stores] == [store_id], "it goes on under its id"


@played
async def test_a_redis_that_forgot_everything_is_not_relied_on_until_it_has_it_again(
    own_redis: RedisProcess,
) -> None:
    async with alice_at(own_redis.url()) as (alice, _server):
        note = alice.create({"n": 1})
        assert (await note.synced(level=Level.STORED, timeout=20)).durability == "stored"
        taken_back: list[bool] = []
        alice.on_event(lambda _: taken_back.append(not note.peers[0].facts.stored))
        own_redis.stop(kill=True)
        shutil.rmtree(own_redis.folder)
        own_redis.start()
        await until(alice, lambda: any(taken_back), "the server took back what it had reported", 30)
        assert (await note.synced(level=Level.STORED, timeout=40)).durability == "stored"
        assert own_redis.ask("HLEN", f"automerge:{note.document_id}") >= 1, "stored, and there it is"
