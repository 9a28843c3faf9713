"""Group X of the acceptance catalogue on each kind of store: what test_pools.py leaves out of it.

Blobs of other programs, sync states, and snapshots whose writes are slow or fail.
"""

import asyncio
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from jupyter_automerge.engine.sync_forms import decode_state, encode_state
from jupyter_automerge.errors import StorageError
from jupyter_automerge.network import MemoryTransport, memory_pair
from jupyter_automerge.network.contract import OnOpen
from jupyter_automerge.repo import DocHandle, MemoryStorage, Repo, open_storage
from jupyter_automerge.storage.contract import Storage
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import StorageId
from jupyter_automerge.values.keys import (
    KeyKind,
    StorageKey,
    is_chunk,
    key_kind,
    snapshot_key,
    sync_state_key,
)
from jupyter_automerge.wire.codec import decode
from jupyter_automerge.wire.messages import Request, Sync
from jupyter_automerge.wire.sync_message import parse
from tests.adversary.held_storage import HeldStorage
from tests.contracts.pools import KINDS, Pool, make_pool
from tests.contracts.redis_server import RedisProcess
from tests.contracts.s3_server import S3Server
from tests.contracts.test_pools import played, reopened, shows
from tests.interop.python_peer import until

WAIT_SECONDS = 20.0
NO_SPACE = "no space left for a snapshot"
TORN = (b"", b"\x43", b"\x43\x05", b"\x00" * 40, b"\x43\xff\xff\xff\xff\x0f")
NOISE = Random(12)


@pytest.fixture(params=KINDS)
def pool(request: pytest.FixtureRequest, tmp_path: Path, redis: RedisProcess, s3: S3Server) -> Iterator[Pool]:
    yield make_pool(request.param, tmp_path, redis, s3)


class SlowSnapshots(HeldStorage):
    """While held only snapshots wait, while `failing` only they fail; says what was written and removed."""

    def __init__(self, store: Storage) -> None:
        super().__init__(store)
        self.failing = False
        self.waiting = self.refused = 0
        self.written: dict[StorageKey, bytes] = {}
        self.removed: set[StorageKey] = set()
        self._moved = asyncio.Event()

    async def save(self, key: StorageKey, data: bytes) -> None:
        if key_kind(key) is KeyKind.SNAPSHOT:
            await self._admit()
        await self._store.save(key, data)
        self.written[key] = data
        self._moved.set()

    async def remove(self, key: StorageKey) -> None:
        await self._store.remove(key)
        self.removed.add(key)
        self._moved.set()

    async def until(self, holds: Callable[[], bool], story: str, meanwhile: Callable[[], None]) -> None:
        """Wait, and do something after each write, removal, refusal and beginning of a wait."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while not holds():
                    self._moved.clear()
                    meanwhile()
                    await self._moved.wait()
        except TimeoutError:
            raise AssertionError(
                f"not within {WAIT_SECONDS:g} s: {story}; written {[*self.written]}"
            ) from None

    async def _admit(self) -> None:
        self.waiting += 1
        self.refused += self.failing
        self._moved.set()
        if self.failing:
            self.waiting -= 1
            raise StorageError(NO_SPACE)
        await self._open.wait()
        self.waiting -= 1


class HeardWay:
    """The way from one Repo to another, and what the first said on it."""

    endpoint = "memory:heard"

    def __init__(self, other: Repo) -> None:
        self._other = other
        self._mine: MemoryTransport | None = None
        self._frames: list[bytes] = []

    async def connect(self, on_open: OnOpen) -> None:
        self._mine, theirs = memory_pair()
        theirs.start(self._other.accept(theirs, endpoint=self.endpoint))
        self._mine.start(on_open(self))

    def send(self, frame: bytes) -> bool:
        assert self._mine is not None
        self._frames.append(frame)
        return self._mine.send(frame)

    def close(self, code: int | None, reason: str) -> None:
        assert self._mine is not None
        self._mine.close(code, reason)

    def believed_at_first(self) -> Heads:
        """What the first sync message took for shared."""
        messages = [message for frame in self._frames if isinstance(message := decode(frame), Sync | Request)]
        return frozenset(parse(messages[0].data).have[0].last_sync)


def nothing() -> None:
    """What somebody does who only waits."""


def write(note: DocHandle) -> None:
    """An edit that no compression makes small."""
    with note.change() as doc:
        doc["text"] = NOISE.randbytes(400).hex()
        doc["edits"] += 1


def name(note: DocHandle, title: str) -> None:
    with note.change() as doc:
        doc["title"] = title


def store_of(repo: Repo) -> StorageId:
    assert repo.storage_id is not None
    return repo.storage_id


async def first_belief(pool: Pool, bob: Repo, note: DocHandle, title: str) -> Heads:
    """What Alice takes for shared with Bob when she comes back, having missed his last edit."""
    async with Repo(pool.url, name="Alice") as alice:
        hers = await alice.find(note.url)
        way = HeardWay(bob)
        alice.dial(way)
        await until(alice, shows(hers, title), f"{pool.kind}: Alice sees what Bob wrote while she was away")
        await hers.saved(timeout=20)
        return way.believed_at_first()


async def put_into(pool: Pool, key: StorageKey, data: bytes) -> None:
    store = open_storage(pool.url)
    await store.save(key, data)
    await store.close()


@played
async def test_X5_blobs_of_two_namespaces_are_apart_from_each_other_and_from_documents(pool: Pool) -> None:
    drawing, setting = ("drawings", "one"), ("settings", "one")
    async with Repo(pool.url, name="Alice") as alice:
        note, gone = alice.create({"title": "plan"}), alice.create({"title": "old"})
        await alice.saved(timeout=20)
        store = open_storage(pool.url)
        await store.save(drawing, b"a drawing")
        await store.save(setting, b"a setting")
        await alice.delete(gone.url, force=True)
        assert await store.load(drawing) == b"a drawing" and await store.load(setting) == b"a setting"
        assert await store.load_range(drawing[:1]) == [(drawing, b"a drawing")], pool.kind
        assert await alice.document_ids() == (note.document_id,), f"{pool.kind}: a blob is no document"
        await store.remove(drawing)
        assert await store.load(drawing) is None, f"{pool.kind}: a removed blob still loads"
        assert await store.load_range(setting[:1]) == [(setting, b"a setting")], pool.kind
        await store.close()
    assert await reopened(pool, note) == {"title": "plan"}


@played
async def test_X6_a_sync_state_reads_as_it_was_written_and_the_next_life_begins_there(pool: Pool) -> None:
    async with Repo(MemoryStorage(), name="Bob") as bob:
        store = SlowSnapshots(open_storage(pool.url))
        async with Repo(store, name="Alice") as alice:
            note = alice.create({"title": "plan"})
            alice.link(bob)
            his = await bob.find(note.url)
            key, state = sync_state_key(note.document_id, store_of(bob)), encode_state(note.heads)
            story = f"{pool.kind}: what Alice shares with Bob is stored"
            await store.until(lambda: store.written.get(key) == state, story, nothing)
            shared = note.heads
        later = open_storage(pool.url)
        stored = await later.load(key)
        await later.close()
        assert stored == state and decode_state(stored) == shared, f"{pool.kind}: {stored!r}"
        name(his, "later")
        assert await first_belief(pool, bob, note, "later") == shared, f"{pool.kind}: it was not read"


@played
async def test_X8_a_corrupt_sync_state_loads_as_none_and_is_replaced(pool: Pool) -> None:
    async with Repo(MemoryStorage(), name="Bob") as bob:
        async with Repo(pool.url, name="Alice") as alice:
            note = alice.create({"title": "plan"})
            alice.link(bob)
            his = await bob.find(note.url)
            await alice.saved(timeout=20)
        key = sync_state_key(note.document_id, store_of(bob))
        for torn in TORN:
            await put_into(pool, key, torn)
            name(his, torn.hex())
            assert not await first_belief(pool, bob, note, torn.hex()), f"{pool.kind}: {torn!r} was believed"
        await put_into(pool, key, TORN[-1])
        store = SlowSnapshots(open_storage(pool.url))
        async with Repo(store, name="Alice") as alice:
            await alice.find(note.url)
            alice.link(bob)
            state = encode_state(his.heads)
            story = f"{pool.kind}: a good state takes the place of the torn one"
            await store.until(lambda: store.written.get(key) == state, story, nothing)


@played
async def test_X12_a_slow_compaction_never_rolls_back_the_stored_heads(pool: Pool) -> None:
    store = SlowSnapshots(open_storage(pool.url))
    async with Repo(store, name="Alice") as alice, Repo(MemoryStorage(), name="Bob") as bob:
        note = alice.create({"first": NOISE.randbytes(3000).hex(), "edits": 0, "title": ""})
        await alice.saved(timeout=20)
        alice.link(bob)
        his = await bob.find(note.url)
        stored = [note.local.saved_heads]
        stop = alice.on_event(lambda _: stored.append(note.local.saved_heads))
        store.hold()
        story = f"{pool.kind}: a compaction begins"
        await store.until(lambda: store.waiting > 0, story, lambda: write(note))
        for number in range(3):
            write(note)
            name(his, f"Bob's {number}")
            await until(alice, shows(note, f"Bob's {number}"), f"{pool.kind}: Alice sees what Bob wrote")
        assert store.waiting == 1 and note.local.missing, f"{pool.kind}: the compaction was to be slow"
        store.release()
        await note.saved(timeout=20)
        stop()
        covered = [{change.hash for change in note.at(heads).history()} for heads in dict.fromkeys(stored)]
        assert all(one <= next_ for one, next_ in pairwise(covered)), f"{pool.kind}: {[*map(len, covered)]}"
        assert note.local.saved_heads == note.heads, f"{pool.kind}: {note.local}"
    assert await reopened(pool, note) == note.value, f"{pool.kind}: something that was stored is lost"


@played
async def test_X13_after_a_failed_snapshot_the_next_save_compacts_and_nothing_is_lost(pool: Pool) -> None:
    store = SlowSnapshots(open_storage(pool.url))
    async with Repo(store, name="Alice") as alice:
        note = alice.create({"first": NOISE.randbytes(3000).hex(), "edits": 0})
        await alice.saved(timeout=20)
        old = snapshot_key(note.document_id, note.heads)
        store.failing = True
        story = f"{pool.kind}: a compaction is refused"
        await store.until(lambda: store.refused > 0, story, lambda: write(note))
        await until(alice, lambda: NO_SPACE in note.local.trouble, f"{pool.kind}: Alice is told")
        kept = note.at(note.local.saved_heads).value
        assert 0 < kept["edits"] < note.value["edits"] and old not in store.removed, f"{pool.kind}: {kept}"
        assert await reopened(pool, note) == kept, f"{pool.kind}: a failed compaction lost what was stored"
        store.failing = False
        write(note)
        await note.saved(timeout=20)
        new = snapshot_key(note.document_id, note.heads)
        assert new in store.written, f"{pool.kind}: no compaction, but {[*store.written]}"
        chunks = {key for key in store.written if is_chunk(key)}
        story = f"{pool.kind}: what the new snapshot holds is removed"
        await store.until(lambda: chunks - store.removed == {new}, story, nothing)
    assert await reopened(pool, note) == note.value, f"{pool.kind}: something is lost"
