"""Stores that may lose what they confirm (E43): nobody is told that anything is stored there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf

import pytest

from jupyter_automerge.engine import acknowledging
from jupyter_automerge.errors import NoPeers
from jupyter_automerge.repo import DocHandle, MemoryStorage, Repo
from jupyter_automerge.storage.contract import Weakness
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.status import Level, Safety
from tests.unit.repo.story import story, turns, until

REASON = "the Redis of this test may lose documents when it ends"


class Cache(MemoryStorage):
    """Outlives this process, and may lose everything; from the start, or once it was configured so."""

    def __init__(self, *, weak: bool = True) -> None:
        super().__init__()
        self.next_is_weak = weak
        self._is_weak = False

    async def load(self, key: StorageKey) -> bytes | None:
        self._is_weak |= self.next_is_weak
        return await super().load(key)

    async def save(self, key: StorageKey, data: bytes) -> None:
        self._is_weak |= self.next_is_weak
        await super().save(key, data)

    @property
    def weakness(self) -> Weakness | None:
        return Weakness(REASON) if self._is_weak else None


@asynccontextmanager
async def at_a_server(store: MemoryStorage, alices: MemoryStorage) -> AsyncIterator[tuple[Repo, Repo]]:
    async with Repo(store, name="server", kind="server") as server, Repo(alices, name="Alice") as alice:
        alice.connect((await server.listen()).url)
        await until(lambda: alice.peers, alice)
        yield alice, server


def levels_of(alice: Repo, note: DocHandle) -> list[Level]:
    """The levels of the first row of the note, from now on."""
    seen: list[Level] = []
    alice.on_event(lambda _: seen.extend(row.level for row in note.peers))
    return seen


@story
async def test_what_is_in_a_cache_is_in_memory_and_never_stored() -> None:
    async with at_a_server(Cache(), MemoryStorage()) as (alice, server):
        note = alice.create({"n": 1})
        seen = levels_of(alice, note)
        report = await note.synced(timeout=10)
        assert report.durability == "reported in memory"
        theirs = await server.find(note.url)
        await theirs.saved(timeout=10)
        await turns()
        with note.change() as doc:
            doc["n"] = 2
        await note.synced(timeout=10)
        await theirs.saved(timeout=10)
        await note.saved(timeout=10)
        await turns()
        (row,) = note.peers
        assert (row.level, row.durable_acks, row.ephemeral) == (Level.RECEIVED, False, False)
        assert Level.STORED not in seen, "nothing that a cache confirmed was ever reported as stored"
        assert str(note.sync) == "safe: reported in memory by server"


@story
async def test_waiting_for_stored_at_a_cache_ends_at_once() -> None:
    async with at_a_server(Cache(), MemoryStorage()) as (alice, _):
        note = alice.create({"n": 1})
        await note.synced(timeout=10)
        try:
            await note.synced(level=Level.STORED, timeout=5)
        except NoPeers as error:
            assert "ever says what it stored (server)" in str(error)
        else:
            raise AssertionError("a cache stored it?")


@story
async def test_the_memory_of_a_server_is_no_copy_to_rely_on() -> None:
    async with at_a_server(MemoryStorage(durable=False), MemoryStorage()) as (alice, server):
        note = alice.create({"n": 1})
        await until(lambda: note.peers and note.peers[0].level is Level.RECEIVED, alice)
        await note.saved(timeout=10)
        (row,) = note.peers
        assert row.ephemeral and not row.durable_acks and not row.safe
        assert note.sync.state is Safety.ALONE
        assert not await alice.safe_to_exit()
        theirs = await server.find(note.url)
        await theirs.saved(timeout=10)
        await turns()
        assert note.peers[0].level is Level.RECEIVED


@story
async def test_its_own_copy_says_why_it_is_not_durable() -> None:
    async with Repo(Cache(), name="Alice") as alice, Repo("memory:", name="Bob") as bob:
        for repo, reason in ((alice, REASON), (bob, "memory: ends with its process")):
            note = repo.create({"n": 1})
            assert note.sync.state is Safety.UNSAVED
            await note.saved(timeout=10)
            local = note.local
            assert (local.durable, local.weakness, local.missing) == (False, reason, 0)
            assert local.level is Level.RECEIVED and local.saved_heads == note.heads
            assert str(note.sync) == f"alone: only here, and {reason}: no other store is known"
            assert repo.own_store is not None and repo.own_store.weakness == reason


@story
async def test_who_keeps_documents_in_a_cache_hears_what_others_stored() -> None:
    async with at_a_server(MemoryStorage(), Cache()) as (alice, _):
        note = alice.create({"n": 1})
        assert (await note.synced(timeout=10)).durability == "stored"
        assert note.peers[0].durable_acks


@story
async def test_a_store_that_becomes_a_cache_takes_its_word_back_and_gives_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What is reported is seen here in the same moment.
    monkeypatch.setattr(acknowledging, "DURABLE_REPORTS_PER_SECOND", inf)
    store = Cache(weak=False)
    async with at_a_server(store, MemoryStorage()) as (alice, server):
        note = alice.create({"n": 1})
        at_rest = alice.create({"n": 0})
        assert (await alice.synced(timeout=10)).documents.keys() == {note.document_id, at_rest.document_id}
        assert {row.level for one in (note, at_rest) for row in one.peers} == {Level.STORED}
        theirs = await server.find(note.url)
        store.next_is_weak = True
        with note.change() as doc:
            doc["n"] = 2
        await until(lambda: not note.peers[0].facts.stored and not note.peers[0].missing_there, alice)
        await until(lambda: not at_rest.peers[0].facts.stored, alice)
        await theirs.saved(timeout=10)
        await turns(100)
        (row,) = note.peers
        assert row.level is Level.RECEIVED and not row.facts.stored and not row.safe
        assert theirs.local.weakness == REASON and not theirs.local.durable
        store.next_is_weak = False
        with note.change() as doc:
            doc["n"] = 3
        await until(lambda: theirs.value == {"n": 3}, server)
        await theirs.saved(timeout=10)
        await turns(100)
        assert not note.peers[0].facts.stored, "it is not taken back before the store is opened again"
        bob = Repo(name="Bob")
        async with bob:
            bob.link(server)
            his = await bob.find(note.url)
            await until(lambda: his.peers and his.peers[0].level is Level.RECEIVED, bob)
            assert not his.peers[0].durable_acks, "whoever comes now is told of no promise"


@story
async def test_a_server_that_comes_back_as_a_cache_has_stored_nothing() -> None:
    first, weak = Cache(weak=False), Cache()
    weak._entries = first._entries
    async with Repo(MemoryStorage(), name="Alice") as alice:
        note = alice.create({"n": 1})
        async with Repo(first, name="server") as server:
            alice.link(server)
            assert (await note.synced(timeout=10)).durability == "stored"
        assert note.peers[0].level is Level.STORED, "it is out of reach, and keeps what it stored"
        async with Repo(weak, name="server") as server:
            alice.link(server)
            await until(lambda: note.peers[0].level is Level.RECEIVED, alice)
            (row,) = note.peers
            assert not row.durable_acks and not row.facts.stored


@story
async def test_what_a_store_reported_as_stored_counts_as_in_memory_once_it_promises_no_more() -> None:
    shared, kept = Cache(weak=False), MemoryStorage()
    async with at_a_server(shared, kept) as (alice, _):
        note, other = alice.create({"n": 1}), alice.create({"other": 1})
        await alice.synced(timeout=10)
        assert {row.level for one in (note, other) for row in one.peers} == {Level.STORED}
    # Alice begins anew, and has the one open while the server comes back as a cache.
    weak = Cache()
    weak._entries = shared._entries
    again = kept.reopened()
    async with at_a_server(weak, again) as (alice, _):
        note = await alice.find(note.url)
        await until(lambda: note.peers and note.peers[0].level is Level.RECEIVED, alice)
        assert not note.peers[0].durable_acks and not note.peers[0].facts.stored
        other = await alice.find(other.url)
        await until(lambda: other.peers and other.peers[0].level is Level.RECEIVED, alice)
        assert not other.peers[0].facts.stored
