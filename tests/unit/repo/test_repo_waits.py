"""synced(), saved() and the rows: who has what, when a wait ends, and with what."""

import asyncio
from dataclasses import replace

import pytest

from jupyter_automerge.errors import NoPeers, PeerGone, SaveTimeout, StorageError, SyncDenied, SyncTimeout
from jupyter_automerge.repo import FixedShare, MemoryStorage, Repo, SyncReport
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.status import Level, Link, PeerState, Relation
from tests.unit.repo.story import story, turns, until


class SlowStorage(MemoryStorage):
    """Writes documents only while its gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.failing = False

    async def save(self, key: StorageKey, data: bytes) -> None:
        if "snapshot" in key or "incremental" in key:
            if self.failing:
                raise StorageError("no space left")
            await self.gate.wait()
        await super().save(key, data)


@story
async def test_S1_alone_there_is_nobody_to_wait_for() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        assert len(note.peers) == 0
        assert note.peers.alone
        assert not note.peers.all_synced
        with pytest.raises(NoPeers, match="connect"):
            await note.synced()


@story
async def test_S2_while_a_dialer_tries_the_wait_goes_on() -> None:
    async with Repo(MemoryStorage(), name="server") as server, Repo() as alice:
        note = alice.create({"n": 1})
        listener = await server.listen()
        alice.connect(listener.url)
        report = await note.synced(timeout=10)
        assert report.durability == "stored"
        assert [row.name for row in report.copies] == ["server"]


@story
async def test_S3_an_edit_shows_in_the_row_in_the_same_call() -> None:
    async with Repo() as alice, Repo(MemoryStorage(), name="bob") as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        await note.synced()
        (row,) = note.peers
        assert (row.state, row.relation, row.missing_there, row.level) == (
            PeerState.SYNCED,
            Relation.SYNCED,
            0,
            Level.STORED,
        )
        assert row.safe
        assert note.peers.all_synced
        with note.change() as d:
            d["n"] = 2
        (row,) = note.peers
        assert (row.state, row.relation, row.missing_there) == (PeerState.SYNCING, Relation.AHEAD, 1)
        assert not row.safe
        await note.synced()
        assert note.peers.all_synced


@story
async def test_S4_who_has_more_than_we_is_behind_and_safe() -> None:
    async with Repo() as alice, Repo(MemoryStorage()) as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        await note.synced()
        live = note._live
        unknown = frozenset([b"x" * 32])
        live.store_rows = tuple(
            replace(row, received=unknown, stored=row.stored | unknown) for row in live.rows
        )
        (row,) = note.peers
        assert (row.relation, row.missing_there, row.missing_here) == (Relation.BEHIND, 0, 1)
        assert row.safe
        assert not row.certain


@story
async def test_rows_against_an_earlier_moment() -> None:
    async with Repo() as alice, Repo(MemoryStorage()) as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        await note.synced()
        early = note.heads
        with note.change() as d:
            d["n"] = 2
        assert note.peers_at(early)[0].missing_there == 0
        assert note.peers[0].missing_there == 1
        assert note.peers_at(early | {b"?" * 32})[0].missing_there == 1, (
            "of what is unknown here it told nothing"
        )


@story
async def test_S10_stored_is_claimed_only_once_it_is() -> None:
    storage = SlowStorage()
    async with Repo(name="alice") as alice, Repo(storage, name="server") as server:
        alice.link(server)
        note = alice.create({"n": 1})
        report = await note.synced(level=Level.RECEIVED)
        assert report.durability == "reported in memory"
        assert not note.peers[0].safe
        waiting = note.synced()
        await asyncio.sleep(0)
        assert not waiting.done()
        storage.gate.set()
        assert (await waiting).level is Level.STORED


@story
async def test_S11_a_server_whose_disk_fails_never_stored_it() -> None:
    storage = SlowStorage()
    storage.failing = True
    async with Repo() as alice, Repo(storage, name="server") as server:
        alice.link(server)
        note = alice.create({"n": 1})
        with pytest.raises(SyncTimeout, match=r"server \(.*\) has not stored it yet"):
            await note.synced(timeout=0.2)
        storage.failing = False
        storage.gate.set()


@story
async def test_S12_an_own_write_that_failed_is_tried_again() -> None:
    storage = SlowStorage()
    storage.failing = True
    async with Repo(storage) as alice:
        note = alice.create({"n": 1})
        with pytest.raises(SaveTimeout, match="no space left"):
            await note.saved(timeout=0.1)
        storage.failing = False
        storage.gate.set()
        await note.saved(timeout=10)


@story
async def test_without_a_store_nothing_is_ever_saved() -> None:
    async with Repo() as alice:
        with pytest.raises(StorageError, match="no store"):
            await alice.create().saved()


@story
async def test_S13_R36_the_wait_is_about_what_was_there_at_the_call() -> None:
    async with Repo() as alice, Repo(MemoryStorage()) as bob:
        alice.link(bob)
        note = alice.create({"n": 0})
        typing = True

        async def type_on() -> None:
            number = 0
            while typing:
                number += 1
                with note.change() as d:
                    d["n"] = number
                await asyncio.sleep(0)

        hand = asyncio.create_task(type_on())
        await note.synced(timeout=10)
        await bob.saved(timeout=10)
        typing = False
        await hand


@story
async def test_peers_without_a_store_can_only_report_their_memory() -> None:
    async with Repo() as alice, Repo(name="bob") as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        report = await note.synced()
        assert report.durability == "reported in memory"
        assert not note.peers[0].safe
        assert not report.copies[0].durable_acks


@story
async def test_S14_a_peer_without_a_store_that_leaves_is_gone() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        async with Repo(name="bob", share=FixedShare(announces=False)) as bob:
            alice.link(bob)
            await until(lambda: note.peers, alice)
            waiting = note.synced(with_="bob", level=Level.STORED)
            await asyncio.sleep(0)
        with pytest.raises(PeerGone, match="bob left"):
            await waiting


@story
async def test_S15_a_cancelled_wait_leaves_nothing() -> None:
    async with Repo() as alice, Repo() as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        waiting = note.synced(level=Level.STORED)
        await until(lambda: alice.metrics()["waits"] == 1, alice)
        before = alice.metrics()["tasks"]
        waiting.cancel()
        await turns()
        assert alice.metrics()["waits"] == 0
        assert alice.metrics()["tasks"] == before - 1


@story
async def test_S35_who_may_not_have_it_cannot_be_waited_for() -> None:
    async with Repo(share=FixedShare(announces=False, gives=False)) as alice, Repo(name="bob") as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        await until(lambda: alice.peers, alice)
        finding = bob.find(note.url, timeout=5)
        await until(lambda: note.peers, alice)
        assert note.peers[0].state is PeerState.DENIED
        with pytest.raises(SyncDenied):
            await note.synced()
        await asyncio.gather(finding, return_exceptions=True)


@story
async def test_S26_a_sibling_on_the_same_store_is_no_copy() -> None:
    storage = MemoryStorage()
    async with Repo(storage) as alice, Repo(storage.reopened()) as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        await until(lambda: note.peers and note.peers[0].relation is Relation.SYNCED, alice)
        assert note.peers[0].same_store
        assert not note.peers[0].safe
        with pytest.raises(SyncTimeout):
            await note.synced(timeout=0.05)


@story
async def test_a_store_out_of_reach_keeps_its_row() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        async with Repo(MemoryStorage(), name="server") as server:
            alice.link(server)
            await note.synced()
        await until(lambda: note.peers[0].link is Link.OFFLINE, alice)
        assert note.peers[0].state is PeerState.SYNCED
        assert (await note.synced()).durability == "stored", "what is known does not need a connection"
        with note.change() as d:
            d["n"] = 2
        (row,) = note.peers
        assert row.state is PeerState.AHEAD
        with pytest.raises(NoPeers):
            await note.synced()


@story
async def test_waiting_for_several_by_name() -> None:
    bobs, carols = MemoryStorage(), MemoryStorage()
    async with Repo() as alice, Repo(bobs, name="bob") as bob, Repo(carols, name="carol") as carol:
        alice.link(bob)
        alice.link(carol)
        note = alice.create({"n": 1})
        report = await note.synced(with_=["bob", "carol"])
        assert {row.name for row in report.copies} == {"bob", "carol"}
        assert (await note.synced(copies=2)).durability == "stored"
        assert (await note.synced(with_=alice.peers[0])).copies
        assert (await note.synced(with_=note.peers[0])).copies


@story
async def test_what_cannot_be_waited_for_is_said_so() -> None:
    async with Repo() as alice:
        with pytest.raises(TypeError, match="nothing to wait for"):
            alice.create().synced(with_=42)  # type: ignore[arg-type]


@story
async def test_who_has_it_already_is_no_reason_why_a_second_copy_is_missing() -> None:
    async with Repo() as alice, Repo(MemoryStorage(), name="bob") as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        await note.synced()
        with pytest.raises(SyncTimeout) as late:
            await note.synced(copies=2, timeout=0.05)
        report = late.value.report
        assert isinstance(report, SyncReport) and report.blockers == (
            "stored by bob",
            "2 copies are asked for, and only one store that counts is known",
        )
