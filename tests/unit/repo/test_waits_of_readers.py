"""Waiting for a server that lets us read only: it will never have what we changed, and that is said at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from jupyter_automerge.errors import SyncDenied, SyncTimeout
from jupyter_automerge.repo import DocHandle, MemoryStorage, Repo, any_of
from jupyter_automerge.values.status import Access
from tests.unit.repo.gated import GatedConnector
from tests.unit.repo.story import story, until


@asynccontextmanager
async def alice_may_read() -> AsyncIterator[tuple[Repo, DocHandle]]:
    """Alice, and the server's note, which she has read."""
    async with Repo(MemoryStorage(), name="server") as server, Repo(name="alice") as alice:
        note = server.create({"n": 1})
        await note.saved()
        door = GatedConnector(server, access=Access.READ)
        door.gate.set()
        alice.dial(door)
        hers = await alice.find(note.url)
        await hers.synced(timeout=10)
        yield alice, hers


def edit(note: DocHandle) -> None:
    with note.change() as d:
        d["n"] = 2


@story
async def test_what_a_reader_changed_is_waited_for_no_longer_than_it_takes_to_say_so() -> None:
    async with alice_may_read() as (_, note):
        edit(note)
        for whom in (None, "server"):
            with pytest.raises(SyncDenied, match="server takes no changes from us: read-only"):
                await note.synced(with_=whom, timeout=None)
        (row,) = note.peers
        assert row.read_only and not row.safe
        assert note.sync.words.endswith("lacks 1 change, and takes none from us: read-only")
        assert (await note.synced(with_="server", direction="in", timeout=10)).blockers == ()


@story
async def test_it_is_no_matter_of_rights_that_a_second_copy_is_missing() -> None:
    async with alice_may_read() as (_, note):
        with pytest.raises(SyncTimeout, match="2 copies are asked for"):
            await note.synced(copies=2, timeout=0.2)


@story
async def test_the_server_waits_for_nothing_that_a_reader_changed_unless_the_reader_is_named() -> None:
    async with Repo(MemoryStorage(), name="server") as server, Repo(MemoryStorage(), name="alice") as alice:
        note = server.create({"n": 1})
        door = GatedConnector(server, access=Access.READ)
        door.gate.set()
        alice.dial(door)
        edit(await alice.find(note.url))
        await until(lambda: note.peers and note.peers[0].missing_here, server)
        assert (await note.synced(direction="in", timeout=5)).blockers == ()
        for way in ("in", "both"):
            with pytest.raises(SyncDenied, match="what alice changed is not accepted: it may only read here"):
                await note.synced(with_="alice", direction=way, timeout=None)
        async with Repo(name="bob") as bob:
            # She may be connected with him, who may write, and bring it that way.
            server.link(bob)
            await until(lambda: len(note.peers) == 2, server)
            with pytest.raises(SyncTimeout, match="not here, and not accepted: it may only read"):
                await note.synced(with_="alice", direction="in", timeout=0.1)
            report = await note.synced(with_=any_of("alice", "bob"), direction="in", timeout=5)
            assert [row.name for row in report.copies] == ["bob"]


@story
async def test_while_somebody_is_there_who_might_pass_them_on_it_goes_on() -> None:
    async with alice_may_read() as (alice, note), Repo(name="bob") as bob:
        alice.link(bob)
        await until(lambda: len(note.peers) == 2, alice)
        edit(note)
        with pytest.raises(SyncTimeout, match="read-only"):
            await note.synced(with_="server", timeout=0.2)
