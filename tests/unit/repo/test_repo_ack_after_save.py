"""A Repo with `ack_after_save`, through the door that users have."""

import asyncio

from jupyter_automerge.document import MapProxy
from jupyter_automerge.repo import MemoryStorage, Repo
from jupyter_automerge.values.keys import StorageKey


class HeldStorage(MemoryStorage):
    """A store that finishes no write before it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.going = asyncio.Event()
        self.going.set()

    async def save(self, key: StorageKey, data: bytes) -> None:
        await self.going.wait()
        await super().save(key, data)


def grow(root: MapProxy) -> None:
    root["n"] = root["n"] + 1


async def value_when_a_broadcast_sent_after_the_edit_arrives(*, careful: bool) -> int:
    disk = HeldStorage()
    async with Repo(disk, name="server", ack_after_save=careful) as server, Repo(name="bob") as bob:
        server.link(bob)
        note = server.create({"n": 0})
        await server.saved()
        there = await bob.find(note.url)
        changes = there.changes()
        heard = asyncio.Event()
        there.on_broadcast(lambda _: heard.set())
        disk.going.clear()
        with note.change() as root:
            grow(root)
        if not careful:
            await anext(changes)
        note.broadcast("after the edit")
        await heard.wait()
        value = there.value["n"]
        disk.going.set()
        if careful:
            await anext(changes)
        assert there.value["n"] == 1
        return int(value)


def test_a_reader_hears_of_an_edit_only_once_the_server_has_saved_it() -> None:
    assert asyncio.run(value_when_a_broadcast_sent_after_the_edit_arrives(careful=True)) == 0


def test_a_server_that_is_not_careful_tells_at_once() -> None:
    assert asyncio.run(value_when_a_broadcast_sent_after_the_edit_arrives(careful=False)) == 1
