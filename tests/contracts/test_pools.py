"""Several Repos on one store, with no connection between them: each sees what the others keep there.

The codes are those of the catalogue for what a Repo keeps in its store, here on each kind of store.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from jupyter_automerge.repo import DocHandle, Repo, open_storage
from jupyter_automerge.values.keys import KeyKind, key_kind
from tests.contracts.pools import KINDS, Pool, make_pool
from tests.contracts.redis_server import RedisProcess
from tests.contracts.s3_server import S3Server
from tests.interop.python_peer import until, until_value

EDITS = 40
Story = Callable[[Pool], Coroutine[Any, Any, None]]


@pytest.fixture(params=KINDS)
def pool(request: pytest.FixtureRequest, tmp_path: Path, redis: RedisProcess, s3: S3Server) -> Iterator[Pool]:
    yield make_pool(request.param, tmp_path, redis, s3)


def played(story: Story) -> Callable[[Pool], None]:
    @wraps(story)
    def test(pool: Pool) -> None:
        asyncio.run(asyncio.wait_for(story(pool), 60))

    return test


@asynccontextmanager
async def people(pool: Pool, *names: str) -> AsyncIterator[list[Repo]]:
    """A Repo for each, all on the pool and on nothing else."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Repo(pool.url, name=name)) for name in names]


async def reopened(pool: Pool, document: DocHandle) -> Any:
    """What somebody reads who comes later."""
    async with Repo(pool.url, name="later") as later:
        return (await later.find(document.url)).value


def shows(document: DocHandle, title: str) -> Callable[[], bool]:
    return lambda: bool(document.value["title"] == title)


@played
async def test_X1_X2_X3_what_was_saved_is_read_by_whoever_comes_later(pool: Pool) -> None:
    async with Repo(pool.url) as alice:
        note = alice.create({"title": "plan", "text": "x" * 3000, "tasks": [{"done": False}]})
        await alice.saved()
        for number in range(100):
            with note.change() as doc:
                doc[f"k{number}"] = number
            if number % 10 == 0:
                await alice.saved(timeout=20)
    value = note.value
    for n in range(2):
        async with Repo(pool.url) as later:
            found = await later.find(note.url)
            assert found.value == value, f"{pool.kind}: the heir of {n + 1} lives reads something else"
            with found.change() as doc:
                doc["heir"] = n
            value = found.value
    assert await reopened(pool, note) == value
    assert len(value) == 104


@played
async def test_X4_X7_a_deleted_document_leaves_no_entry(pool: Pool) -> None:
    async with Repo(pool.url) as alice:
        note, other = alice.create({"n": 1}), alice.create({"n": 2})
        await alice.saved()
        await alice.delete(note.url, force=True)
        await alice.saved()
    store = open_storage(pool.url)
    left = {info.key for info in await store.keys(())}
    await store.close()
    assert not [key for key in left if key[0] == note.document_id], f"{pool.kind}: left are {left}"
    assert [key for key in left if key[0] == other.document_id]


@played
async def test_X9_many_who_open_a_new_store_at_once_give_it_one_id(pool: Pool) -> None:
    repos = [Repo(pool.url, name=f"server {number}") for number in range(8)]
    await asyncio.gather(*(repo.open() for repo in repos))
    ids = {repo.storage_id for repo in repos}
    await asyncio.gather(*(repo.close() for repo in repos))
    assert len(ids) == 1 and uuid.UUID(ids.pop()).version == 4, f"{pool.kind}: eight servers, ids {ids}"


@played
async def test_X10_X11_increments_are_small_and_lie_beside_a_snapshot(pool: Pool) -> None:
    async with Repo(pool.url) as alice:
        note = alice.create({"text": uuid.uuid4().hex * 200})
        await alice.saved()
        for number in range(20):
            with note.change() as doc:
                doc["n"] = number
            await alice.saved()
        store = open_storage(pool.url)
        sizes = {info.key: info.size for info in await store.keys((note.document_id,))}
        await store.close()
    snapshots = [size for key, size in sizes.items() if key_kind(key) is KeyKind.SNAPSHOT]
    increments = [size for key, size in sizes.items() if key_kind(key) is KeyKind.INCREMENTAL]
    assert snapshots and all(size < 1_000 for size in increments), f"{pool.kind}: {sizes}"


@played
async def test_an_edit_is_seen_by_the_others_without_a_connection(pool: Pool) -> None:
    async with people(pool, "Alice", "Bob") as (alice, bob):
        note = alice.create({"title": "plan"})
        await alice.saved()
        hers = await bob.find(note.url)
        for who, mine, theirs, other in ((alice, note, hers, bob), (bob, hers, note, alice)):
            with mine.change() as doc:
                doc["title"] = f"plan of {who.name}"
            within = 5.0 if pool.tells_at_once else 10.0
            told = f"{pool.kind}: {other.name} sees what {who.name} wrote"
            await until(other, shows(theirs, f"plan of {who.name}"), told, within)
        assert not alice.peers and not bob.peers


@played
async def test_all_that_many_write_at_once_is_kept_while_all_of_them_compact(pool: Pool) -> None:
    names = ("Alice", "Bob", "Carol")
    async with people(pool, *names) as repos:
        first = repos[0].create({name: [] for name in names})
        await repos[0].saved()
        notes = [first, *[await repo.find(first.url) for repo in repos[1:]]]

        async def write(repo: Repo, note: DocHandle) -> None:
            # Below a kilobyte each save is a snapshot that replaces the ones known: all of them compact.
            for number in range(EDITS):
                with note.change() as doc:
                    doc[repo.name].append(number)
                if number % 3 == 0:
                    await repo.saved(timeout=20)

        await asyncio.gather(*map(write, repos, notes))
        await asyncio.gather(*(repo.saved(timeout=20) for repo in repos))
        everything = {name: list(range(EDITS)) for name in names}
        assert await reopened(pool, first) == everything, f"{pool.kind}: something that was saved is lost"
        for repo, note in zip(repos, notes, strict=True):
            await until_value(repo, note, everything)
    assert await reopened(pool, first) == everything, f"{pool.kind}: closing lost something"
