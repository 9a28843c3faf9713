"""Waiting for STORED where nobody ever says it (E17): over at once, unless somebody who does may still come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.errors import NoPeers, SyncTimeout
from jupyter_automerge.repo import DocHandle, MemoryStorage, Repo, SyncReport
from jupyter_automerge.repo.making import new_engine
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.status import Access, Level, Link, Safety
from tests.unit.repo.stores import ObservedStorage
from tests.unit.repo.story import story, until

NOBODY_LISTENS = "ws://127.0.0.1:9"


class PlainPeer(LocalPeer):
    """Claims of itself what automerge-repo in JavaScript does."""

    def metadata(self, access: Access | None = None) -> PeerMetadata:
        claims = LocalPeer.metadata(self, access)
        return replace(claims, durable_acks=False, session_id=None, epoch=None)


def plain(local: LocalPeer) -> PlainPeer:
    return PlainPeer(local.peer_id, local.session_id, local.storage_id, name=local.name, kind=local.kind)


@asynccontextmanager
async def alice_at_a_plain_server() -> AsyncIterator[tuple[Repo, DocHandle]]:
    """Alice, and a note of hers that the server has in memory."""
    server = Repo(MemoryStorage(), name="plain", engine=lambda local, share: new_engine(plain(local), share))
    async with server, Repo(name="alice") as alice:
        alice.connect((await server.listen()).url)
        note = alice.create({"n": 1})
        await note.synced(level=Level.RECEIVED, timeout=10)
        yield alice, note


@story
async def test_it_ends_at_once_and_says_who_never_says_so() -> None:
    async with alice_at_a_plain_server() as (_, note):
        with pytest.raises(NoPeers, match=r"no store here ever says what it stored \(plain\)") as mute:
            await note.synced(level=Level.STORED, timeout=None)
        report = mute.value.report
        assert isinstance(report, SyncReport) and not report.copies
        assert "does not report what it stored" in "".join(report.blockers)
        with pytest.raises(NoPeers):
            await note.synced(with_="plain", level=Level.STORED, timeout=None)


@story
async def test_without_a_level_its_memory_is_enough() -> None:
    async with alice_at_a_plain_server() as (alice, note):
        assert (await note.synced(timeout=10)).durability == "reported in memory"
        assert await alice.synced(timeout=10)


@story
async def test_for_what_others_have_it_makes_no_difference() -> None:
    async with alice_at_a_plain_server() as (_, note):
        assert (await note.synced(level=Level.STORED, direction="in", timeout=10)).copies


@story
async def test_while_somebody_is_dialed_it_goes_on() -> None:
    async with alice_at_a_plain_server() as (alice, note):
        dialer = alice.connect(NOBODY_LISTENS)
        with pytest.raises(SyncTimeout):
            await note.synced(level=Level.STORED, timeout=0.2)
        waiting = note.synced(level=Level.STORED, timeout=None)
        await until(lambda: alice.metrics()["waits"], alice)
        dialer.close()
        with pytest.raises(NoPeers):
            await waiting


@story
async def test_while_somebody_may_come_by_it_goes_on() -> None:
    async with alice_at_a_plain_server() as (alice, note):
        url = (await alice.listen()).url
        with pytest.raises(SyncTimeout):
            await note.synced(level=Level.STORED, timeout=0.2)
        waiting = note.synced(level=Level.STORED, timeout=10)
        async with Repo(MemoryStorage(), name="archive") as archive:
            archive.connect(url)
            assert [row.name for row in (await waiting).copies] == ["archive"]


@story
async def test_while_somebody_is_there_who_could_tell_of_a_store_it_goes_on() -> None:
    async with alice_at_a_plain_server() as (alice, note), Repo(name="memory") as memory:
        alice.link(memory)
        await until(lambda: len(note.peers) == 2, alice)
        with pytest.raises(SyncTimeout):
            await note.synced(level=Level.STORED, timeout=0.2)


@story
async def test_the_memory_of_a_store_that_could_say_more_ends_no_wait_from_behind_a_relay() -> None:
    disk = ObservedStorage()
    disk.gates["snapshot"] = asyncio.Event()
    async with Repo(name="alice") as alice, Repo(name="relay") as relay, Repo(disk, name="server") as server:
        alice.link(relay)
        relay.link(server)
        cable = alice.link(server)
        note = alice.create({"n": 1})
        await note.synced(with_="server", level=Level.RECEIVED)
        cable.cut()
        await until(lambda: [row.link for row in note.peers if row.name == "server"] == [Link.RELAYED], alice)
        assert note.sync.state is not Safety.SAFE
        with pytest.raises(SyncTimeout, match=r"server .*do not say that it is stored"):
            await note.synced(timeout=0.2)
        disk.gates["snapshot"].set()
