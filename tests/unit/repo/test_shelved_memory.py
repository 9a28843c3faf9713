"""What was heard of a store's memory of documents that are not open: it counts as long as that life may go on (E40)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.store_files import read_row, write_row
from jupyter_automerge.repo import DocHandle, FileStorage, MemoryStorage, Repo
from jupyter_automerge.repo.making import new_engine
from jupyter_automerge.storage.contract import KeyInfo
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import StorageId, interpret_document_id
from jupyter_automerge.values.keys import StorageKey, remote_heads_key
from jupyter_automerge.values.status import Access, Level, Link, Safety
from tests.unit.repo.story import story, until

PLAIN = StorageId("the-plain-store")


class PlainPeer(LocalPeer):
    """Claims of itself what automerge-repo in JavaScript does."""

    def metadata(self, access: Access | None = None) -> PeerMetadata:
        claims = LocalPeer.metadata(self, access)
        return replace(claims, durable_acks=False, session_id=None, epoch=None)


def plain_server() -> Repo:
    """One that comes up with nothing, under its old storage id."""
    return Repo(
        MemoryStorage(),
        name="plain",
        engine=lambda local, share: new_engine(
            PlainPeer(local.peer_id, local.session_id, PLAIN, name="plain"), share
        ),
    )


@asynccontextmanager
async def linked(alice: Repo, server: Repo) -> AsyncIterator[None]:
    async with server:
        alice.link(server)
        await until(lambda: alice.stores and alice.stores[0].link is Link.CONNECTED, alice)
        yield
    await until(lambda: alice.stores[0].link is Link.OFFLINE, alice)


async def put_away(repo: Repo, note: DocHandle) -> str:
    await note.synced(level=Level.RECEIVED, timeout=10)
    await note.saved()
    await repo.unload(note.url)
    return note.url


class CountingFiles(FileStorage):
    """Counts the documents that were read; all was written a while ago."""

    reads = 0

    async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        self.reads += len(prefix) == 1 and not prefix[0].startswith(".")
        return await super().load_range(prefix)

    async def keys(self, prefix: StorageKey) -> list[KeyInfo]:
        listed = await super().keys(prefix)
        return [replace(one, time=None if one.time is None else one.time - 10.0) for one in listed]


async def why_not(repo: Repo) -> list[Safety]:
    report = await repo.safe_to_exit()
    assert report.looked_at == 1
    return [why.state for why in report.at_risk.values()]


@story
async def test_memory_of_a_javascript_server_counts_until_it_is_back_without_a_word() -> None:
    async with Repo(MemoryStorage(), name="alice") as alice:
        async with linked(alice, plain_server()):
            url = await put_away(alice, alice.create({"n": 1}))
            assert not await why_not(alice), "it goes on, and has what it had"
        assert not await why_not(alice), "out of reach: as last heard"
        async with linked(alice, plain_server()):
            assert await why_not(alice) == [Safety.SYNCING], "it came back, and may have nothing"
            assert not alice.handles, "nothing was opened for that"
            await put_away(alice, await alice.find(url))
            assert not await why_not(alice), "now this life has it"
        assert not await why_not(alice)


@story
async def test_a_server_that_comes_and_goes_has_nothing_read_again(tmp_path: Path) -> None:
    storage = CountingFiles(tmp_path)
    async with Repo(storage, name="alice") as alice:
        async with linked(alice, plain_server()):
            await put_away(alice, alice.create({"n": 1}))
            assert not await why_not(alice)
        reads = storage.reads
        for _ in range(2):
            assert not await why_not(alice)
            async with linked(alice, plain_server()):
                assert await why_not(alice) == [Safety.SYNCING]
        assert storage.reads == reads


@story
async def test_what_was_written_before_lives_were_is_of_none_that_is_connected(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path)
    async with Repo(storage, name="alice") as alice, linked(alice, plain_server()):
        url = await put_away(alice, alice.create({"n": 1}))
        await alice.safe_to_exit()
        key = remote_heads_key(interpret_document_id(url), PLAIN)
        data = await storage.load(key)
        row = None if data is None else read_row(data)
        assert row is not None and list(row.lives.values()) == [row.received]
        await storage.save(key, write_row(replace(row, lives={})))
        assert await why_not(alice) == [Safety.SYNCING]


@story
async def test_opened_and_put_away_again_before_anybody_spoke_it_is_as_safe_as_before() -> None:
    async with Repo(MemoryStorage(), name="alice") as alice, linked(alice, plain_server()):
        url = await put_away(alice, alice.create({"n": 1}))
        for _ in range(3):
            note = await alice.find(url)
            assert note.sync.state is Safety.SAFE, "this life of the server has been heard"
            await alice.unload(url)
            assert not await why_not(alice)
