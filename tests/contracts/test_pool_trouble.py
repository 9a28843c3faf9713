"""A store elsewhere that is gone, full, forbidden or forgetful: said, bounded in time, and mended by itself."""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Coroutine, Iterator
from functools import wraps
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from jupyter_automerge.errors import StorageError
from jupyter_automerge.repo import Repo
from jupyter_automerge.storage import KeyInfo, ObjectStorage, RedisStorage, Storage, redis_store
from jupyter_automerge.storage.redis_durability import Durability
from jupyter_automerge.testing.storage_contract import DOCUMENT, ONE, TWO
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.status import Safety
from tests.contracts.newer_redis import NewerRedis
from tests.contracts.redis_server import RedisProcess
from tests.contracts.s3_server import S3Server
from tests.interop.python_peer import until
from tools.ports import free_port

SECRET = "pa55word"


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisProcess]:
    """One that may be stopped, killed and configured."""
    server = RedisProcess(tmp_path / "redis")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bucket(s3: S3Server) -> str:
    name = f"pool-{uuid.uuid4()}"
    s3.make_bucket(name)
    return name


def played(story: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    @wraps(story)
    def test(**fixtures: Any) -> None:
        asyncio.run(asyncio.wait_for(story(**fixtures), 90))

    return test


async def refusal(store: Storage) -> str:
    """What the store says when it is written to; not more than some seconds later."""
    began = time.monotonic()
    with pytest.raises(StorageError) as refused:
        await store.save(ONE, b"data")
    assert time.monotonic() - began < 15, "whoever waits for a store must not wait for ever"
    assert SECRET not in str(refused.value)
    return refused.value.reason


# Redis


@played
async def test_a_redis_that_is_killed_and_comes_back_keeps_what_was_stored_and_is_heard_again(
    own_redis: RedisProcess,
) -> None:
    async with Repo(own_redis.url(), name="Alice") as alice, Repo(own_redis.url(), name="Bob") as bob:
        note = alice.create({"n": 0})
        await alice.saved()
        seen = await bob.find(note.url)
        own_redis.stop(kill=True)
        with note.change() as doc:
            doc["n"] = 1
        await until(alice, lambda: bool(note.local.trouble), "Alice is told that it cannot be stored")
        assert note.sync.state is Safety.ERROR and note.local.missing == 1
        assert str(own_redis.port) in note.local.trouble
        own_redis.start()
        await alice.saved(timeout=30)
        await until(bob, lambda: seen.value == {"n": 1}, "Bob sees the edit after the restart")
    async with Repo(own_redis.url()) as later:
        assert (await later.find(note.url)).value == {"n": 1}


@played
async def test_a_full_redis_stores_nothing_and_loses_nothing(own_redis: RedisProcess) -> None:
    async with Repo(own_redis.url(), name="Alice") as alice:
        note = alice.create({"n": 0})
        await alice.saved()
        own_redis.configure("maxmemory", "1")
        with note.change() as doc:
            doc["n"] = 1
        await until(alice, lambda: bool(note.local.trouble), "Alice is told that Redis is full")
        assert "raise its maxmemory" in note.local.trouble
        assert note.local.missing == 1, "Redis took nothing, and it is called stored"
        own_redis.configure("maxmemory", "0")
        await alice.saved(timeout=30)
    async with Repo(own_redis.url()) as later:
        assert (await later.find(note.url)).value == {"n": 1}


@played
async def test_a_redis_that_forgot_all_is_given_again_what_is_in_memory(tmp_path: Path) -> None:
    redis = RedisProcess(tmp_path / "forgetful", appendonly="no")
    redis.start()
    try:
        async with Repo(redis.url(), name="Alice") as alice:
            note = alice.create({"n": 0, "text": uuid.uuid4().hex * 200})
            await alice.saved()
            redis.stop(kill=True)
            redis.start()
            async with asyncio.timeout(30):
                while not await _is_whole(redis.url(), note.url, note.value):
                    await asyncio.sleep(0.1)
    finally:
        redis.stop()


async def _is_whole(url: str, document: str, value: object) -> bool:
    async with Repo(url) as later:
        try:
            return bool((await later.find(document, timeout=2)).value == value)
        except Exception:  # noqa: BLE001 - whatever it is, it is not whole
            return False


def test_a_redis_that_somebody_empties_is_given_again_what_is_in_memory(
    own_redis: RedisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_store, "EMPTIED_LOOK_SECONDS", 0.05)

    @played
    async def story() -> None:
        async with Repo(own_redis.url(), name="Alice") as alice:
            note = alice.create({"n": 0, "text": uuid.uuid4().hex * 200})
            await alice.saved()
            own_redis.ask("FLUSHALL")
            with note.change() as doc:
                doc["n"] = 1
            await alice.saved()
            name = f"automerge:{note.document_id}"  # looked at from outside: another Repo would be news
            async with asyncio.timeout(60):
                while not any(b"snapshot" in field for field in own_redis.ask("HKEYS", name)):
                    await asyncio.sleep(0.1)
            await alice.saved()
            assert await _is_whole(own_redis.url(), note.url, note.value)

    story()


@played
async def test_what_a_stranger_put_into_redis_is_passed_over(own_redis: RedisProcess) -> None:
    store = RedisStorage(own_redis.url())
    await store.save(ONE, b"data")
    for field in ("snapshot//x", "snapshot/../x", "snapshot/\n", b"snapshot/\xff"):
        own_redis.ask("HSET", f"automerge:{DOCUMENT}", field, "foreign")
    own_redis.ask("SET", f"automerge:{DOCUMENT[::-1]}", "no hash")
    for prefix in ((), (DOCUMENT,)):
        assert await store.load_range(prefix) == [(ONE, b"data")]
        assert [info.key for info in await store.keys(prefix)] == [ONE]
    await store.close()


@played
async def test_wrong_passwords_replicas_and_silence_are_named_without_the_secret(
    own_redis: RedisProcess, tmp_path: Path
) -> None:
    async def told(url: str) -> str:
        store = RedisStorage(url)
        try:
            return await refusal(store)
        finally:
            await store.close()

    own_redis.configure("requirepass", SECRET)
    here = f"127.0.0.1:{own_redis.port}/0"
    assert "user and password" in await told(f"redis://:{SECRET}x@{here}")
    assert own_redis.url() in await told(own_redis.url())
    good = RedisStorage(f"redis://:{SECRET}@{here}")
    await good.save(ONE, b"data")
    await good.close()
    own_redis.stop()
    own_redis.start()
    own_redis.ask("REPLICAOF", "127.0.0.1", str(free_port()))
    assert "read-only replica" in await told(own_redis.url())
    silent = await asyncio.start_server(lambda reader, writer: asyncio.sleep(60), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    assert f"redis://127.0.0.1:{port}/0" in await told(f"redis://:{SECRET}@127.0.0.1:{port}/0")
    silent.close()


@pytest.mark.parametrize(
    ("settings", "durability", "warned"),
    [
        ({"appendonly": "yes", "appendfsync": "always"}, Durability.EACH_WRITE, None),
        (
            {"appendonly": "yes", "appendfsync": "everysec"},
            Durability.ABOUT_A_SECOND,
            "set appendfsync to always",
        ),
        ({"appendonly": "yes", "appendfsync": "no"}, Durability.NOT_PROMISED, "set appendfsync to always"),
        ({"appendonly": "no"}, Durability.NOT_PROMISED, "set appendonly to yes and appendfsync to always"),
        (
            {"maxmemory-policy": "allkeys-lru"},
            Durability.EACH_WRITE,
            "set maxmemory-policy to noeviction",
        ),
        ({"rename-command": 'CONFIG ""'}, Durability.UNKNOWN, "does not tell how durable it is"),
    ],
    ids=lambda value: " ".join(value.values()) if isinstance(value, dict) else "",
)
def test_what_redis_promises_is_known_and_told_once(
    settings: dict[str, str],
    durability: Durability,
    warned: str | None,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    redis = RedisProcess(tmp_path / "redis", **settings)
    redis.start()

    async def story() -> None:
        store = RedisStorage(redis.url())
        assert store.durability is Durability.UNKNOWN
        for number in range(5):
            await store.save(ONE, b"%d" % number)
        assert store.durability is durability
        await store.close()

    with caplog.at_level(logging.WARNING, "jupyter_automerge"):
        try:
            asyncio.run(story())
        finally:
            redis.stop()
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == (0 if warned is None else 1), told
    assert warned is None or (warned in told[0] and redis.url() in told[0])


@played
async def test_a_redis_that_can_tell_is_asked_after_each_write_over_the_same_connection(
    own_redis: RedisProcess,
) -> None:
    own_redis.configure("appendfsync", "everysec")
    async with NewerRedis(own_redis.port) as newer:
        store = RedisStorage(newer.url)
        await store.save(ONE, b"one")
        assert store.durability is Durability.EACH_WRITE
        newer.cut_before_next_wait = True
        await store.save(TWO, b"two")
        for said in newer.said:
            waits = [after for name, after in pairwise([*said, ""]) if name == "EVAL"]
            assert set(waits) <= {"WAITAOF"}, (
                f"a write was not waited for on its own connection: {newer.said}"
            )
        assert sum(said.count("EVAL") for said in newer.said) == 3, (
            f"a cut write is written again: {newer.said}"
        )
        newer.synced = False
        with pytest.raises(StorageError, match="did not bring a write to its disk"):
            await store.save(ONE, b"three")
        await store.close()


# Buckets


@played
async def test_a_bucket_that_is_removed_is_named_and_filled_again_when_it_is_there(
    s3: S3Server, bucket: str
) -> None:
    async with Repo(s3.url(bucket), name="Alice") as alice:
        note = alice.create({"n": 0})
        await alice.saved()
        s3.remove_bucket(bucket)
        with note.change() as doc:
            doc["n"] = 1
        await until(alice, lambda: bool(note.local.trouble), "Alice is told that the bucket is gone")
        assert bucket in note.local.trouble and "there is no such bucket" in note.local.trouble
        assert note.local.missing == 1
        s3.make_bucket(bucket)
        await alice.saved(timeout=30)
    assert await _is_whole(s3.url(bucket), note.url, {"n": 1})


@played
async def test_what_was_written_just_before_a_server_ended_is_heard(s3: S3Server, bucket: str) -> None:
    async def write() -> None:
        store = ObjectStorage(s3.url(bucket))
        await store.save(ONE, b"last words")
        await store.close()

    watching = ObjectStorage(s3.url(bucket, poll="0.05"))
    news = watching.watch()
    assert await anext(news) == (), "from the first look on nothing is missed"
    await asyncio.to_thread(asyncio.run, write())
    async with asyncio.timeout(20):
        assert await anext(news) == ONE[:2]
    await watching.close()


class Restless(ObjectStorage):
    """Another server replaces what was listed before it is read, as often as `times` says."""

    times = 0

    async def keys(self, prefix: StorageKey) -> list[KeyInfo]:
        found = await super().keys(prefix)
        for info in found if self.times else ():
            await self.remove(info.key)
            await self.save((*info.key[:2], uuid.uuid4().hex), b"all of it")
        self.times -= 1
        return found


@played
async def test_a_document_in_a_bucket_is_listed_again_while_others_replace_it(
    s3: S3Server, bucket: str
) -> None:
    store = Restless(s3.url(bucket))
    await store.save(ONE, b"all of it")
    store.times = 2
    assert [data for _, data in await store.load_range((DOCUMENT,))] == [b"all of it"]
    store.times = 100
    with pytest.raises(StorageError, match="others replace its entries faster than they can be read"):
        await store.load_range((DOCUMENT,))  # part of it, or nothing, would be a lie
    await store.close()


@played
async def test_nothing_in_a_missing_bucket_is_not_the_same_as_nothing_in_a_bucket(s3: S3Server) -> None:
    store = ObjectStorage(s3.url("never-made"))
    calls = (store.load(ONE), store.load_range((DOCUMENT,)), store.keys(()), store.remove(ONE))
    for call in calls:
        with pytest.raises(StorageError, match=r"never-made.*there is no such bucket"):
            await call
    assert "never-made" in await refusal(store)
    await store.close()


@played
async def test_a_service_that_is_gone_or_forbids_is_named_and_comes_back(s3: S3Server, bucket: str) -> None:
    store = ObjectStorage(s3.url(bucket))
    with s3.refusing("PUT", "GET"):
        told = await refusal(store)
        assert bucket in told and "these credentials may not do that" in told
        with pytest.raises(StorageError, match="may not do that"):
            await store.load(ONE)
    s3.stop()
    told = await refusal(store)
    assert bucket in told and "no connection" in told
    s3.start()
    await store.save(ONE, b"data")
    assert await store.load(ONE) == b"data"
    await store.close()


@played
async def test_a_service_that_ignores_conditions_is_warned_of(
    s3: S3Server, bucket: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = ObjectStorage(s3.url(bucket))
    s3.ignores_conditions = True
    try:
        assert await store.create(ONE, b"first") == b"first"
        assert await store.create(ONE, b"second") == b"first"
        assert await store.create(TWO, b"two") == b"two"
    finally:
        s3.ignores_conditions = False
        await store.close()
    [warning] = [record.getMessage() for record in caplog.records]
    assert "start the first server of a pool alone" in warning


@played
async def test_watching_a_bucket_costs_one_request_a_look_however_many_objects_there_are(
    s3: S3Server, bucket: str
) -> None:
    alice, bob = (ObjectStorage(s3.url(bucket, poll="0.05")) for _ in range(2))
    await asyncio.gather(*(alice.save((DOCUMENT, "incremental", str(n)), b"x") for n in range(1200)))
    await asyncio.sleep(0.5)
    news = bob.watch()
    assert await anext(news) == ()
    s3.requests.clear()
    await asyncio.sleep(1)
    quiet = dict(s3.requests)
    assert quiet.keys() == {"LIST"} and quiet["LIST"] < 25, quiet
    s3.requests.clear()
    await alice.save(ONE, b"x")
    assert await anext(news) == ONE[:2]
    assert s3.requests["PUT"] == 2 and s3.requests["GET"] == 1, s3.requests
    await alice.close()
    await bob.close()


@played
async def test_a_bucket_is_looked_at_while_the_redis_that_tells_of_changes_is_gone(
    s3: S3Server, bucket: str, own_redis: RedisProcess
) -> None:
    url = s3.url(bucket, notify=own_redis.url())
    async with Repo(url, name="Alice") as alice, Repo(url, name="Bob") as bob:
        own_redis.stop(kill=True)
        note = alice.create({"n": 0})
        await alice.saved()
        seen = await bob.find(note.url)
        with note.change() as doc:
            doc["n"] = 1
        await until(bob, lambda: seen.value == {"n": 1}, "Bob sees it all the same", within=10)
        own_redis.start()
