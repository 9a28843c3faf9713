"""What is written beside documents that are not open: it is waited for, and counts while it is about that store."""

import asyncio

from jupyter_automerge.repo import MemoryStorage, Repo
from jupyter_automerge.values.keys import STORAGE_ID_KEY, KeyKind, StorageKey, key_kind
from jupyter_automerge.values.status import Level, Link, Safety
from tests.unit.repo.story import story, turns, until


class HeldRows(MemoryStorage):
    """Writes what others have only once it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_write = asyncio.Event()

    async def save(self, key: StorageKey, data: bytes) -> None:
        if key_kind(key) is KeyKind.REMOTE_HEADS:
            await self.may_write.wait()
        await super().save(key, data)


async def put_away(alice: Repo, server: Repo) -> None:
    """Once the server has stored it."""
    alice.link(server)
    note = alice.create({"n": 1})
    await note.synced(level=Level.STORED, timeout=10)
    await note.saved()
    await alice.unload(note.url)


@story
async def test_what_was_heard_last_is_waited_for_on_its_way_to_the_disk() -> None:
    storage = HeldRows()
    async with Repo(storage, name="alice") as alice, Repo(MemoryStorage(), name="server") as server:
        await put_away(alice, server)
        asked = asyncio.ensure_future(alice.safe_to_exit())
        await turns()
        assert not asked.done()
        storage.may_write.set()
        assert await asked, "the server had told, and that was on its way"


@story
async def test_what_a_store_had_before_it_was_emptied_is_over() -> None:
    """It comes back under its id, with nothing, and is asked nothing of a document that is not open."""
    emptied = MemoryStorage()
    async with Repo(MemoryStorage(), name="alice") as alice:
        async with Repo(MemoryStorage(), name="server") as server:
            assert server.storage_id is not None
            await emptied.save(STORAGE_ID_KEY, server.storage_id.encode())
            await put_away(alice, server)
            assert await alice.safe_to_exit()
        await until(lambda: alice.stores[0].link is Link.OFFLINE, alice)
        assert await alice.safe_to_exit(), "as last heard"
        async with Repo(emptied, name="server") as server:
            alice.link(server)
            await until(lambda: alice.stores[0].link is Link.CONNECTED, alice)
            report = await alice.safe_to_exit()
        assert [store.id for store in alice.stores] == [server.storage_id]
        assert not report and [why.state for why in report.at_risk.values()] == [Safety.ALONE]
