"""A store that is emptied or replaced while its Repo runs is noticed by the marks that lie in it (E48)."""

import asyncio
import logging
from collections.abc import Iterator

import pytest

from jupyter_automerge.engine.engine import Engine
from jupyter_automerge.engine.events import Event, StorageChanged
from jupyter_automerge.engine.notices import ConnectionChanged
from jupyter_automerge.errors import StorageError
from jupyter_automerge.repo import MemoryStorage, Repo, own_marks
from jupyter_automerge.values.keys import EPOCH_KEY, STORAGE_ID_KEY, StorageKey, tombstone_key
from jupyter_automerge.values.status import Level
from tests.unit.repo.stores import ObservedStorage
from tests.unit.repo.story import story, turns, until


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(own_marks, "MARKS_SECOND_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(own_marks, "MARKS_REST_SECONDS", 0.0)
    yield


def epoch_of(repo: Repo) -> str | None:
    assert repo._running is not None
    return repo._running.local.epoch


def suspect(repo: Repo, place: StorageKey = ()) -> None:
    assert repo._running is not None and repo._running._marks is not None
    repo._running._marks.changed(place)


@story
async def test_an_emptied_store_goes_on_under_its_id_and_everybody_is_met_anew(
    caplog: pytest.LogCaptureFixture,
) -> None:
    kept = MemoryStorage()
    async with Repo(kept, name="server") as server, Repo(MemoryStorage(), name="alice") as alice:
        alice.link(server)
        note = alice.create({"n": 1})
        await note.synced(level=Level.STORED, timeout=5)
        await server.unload(note.url)
        store_id, epoch = server.storage_id, kept._entries[EPOCH_KEY]
        kept._entries.clear()
        parted: list[object] = []
        alice.on_event(lambda notice: parted.append(notice), ConnectionChanged)
        suspect(server, EPOCH_KEY)
        await until(lambda: parted, alice)
        assert kept._entries[STORAGE_ID_KEY].decode() == store_id and kept._entries[EPOCH_KEY] != epoch
        alice.link(server)
        await until(lambda: alice.stores[0].epoch == kept._entries[EPOCH_KEY].decode(), alice)
        await note.synced(level=Level.STORED, timeout=5)
        assert any(key[0] == note.document_id for key in kept._entries), "stored, and there it is"
    assert "lost what was in it" in caplog.text


@story
async def test_siblings_on_an_emptied_store_agree_on_what_it_is_now() -> None:
    kept = MemoryStorage()
    async with Repo(kept, name="one") as one, Repo(kept, name="two") as two:
        kept._entries.clear()
        suspect(one)
        suspect(two)
        assert one._running is not None and two._running is not None
        mine, other = one._running.local, two._running.local
        before = mine.epoch
        await turns(100)
        assert mine.epoch == other.epoch == kept._entries[EPOCH_KEY].decode() != before


@story
async def test_another_store_in_place_of_ours_is_not_taken_for_it(caplog: pytest.LogCaptureFixture) -> None:
    kept = MemoryStorage()
    async with Repo(kept, name="server") as server, Repo(MemoryStorage(), name="alice") as alice:
        alice.link(server)
        note = alice.create({"n": 1})
        await note.synced(level=Level.STORED, timeout=5)
        kept._entries[STORAGE_ID_KEY] = b"11111111-2222-4333-8444-555555555555"
        suspect(server)
        await until(lambda: not note.peers[0].facts.stored, alice)
        assert server.own_store is not None and "another store" in server.own_store.weakness
    assert "start this Repo again" in caplog.text


@story
async def test_a_store_that_cannot_be_read_has_lost_nothing(caplog: pytest.LogCaptureFixture) -> None:
    kept = ObservedStorage()
    async with Repo(kept, name="server") as server:
        assert server._running is not None
        epoch = server._running.local.epoch
        kept.failing = True
        suspect(server)
        await turns(50)
        kept.failing = False
        suspect(server)
        await turns(50)
        assert server._running.local.epoch == epoch
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@story
async def test_a_repo_that_closes_as_news_come_ends_the_looking() -> None:
    kept = MemoryStorage()
    async with Repo(kept) as repo:
        assert repo._running is not None
        for moments in range(8):
            marks = own_marks.OwnMarks(kept, repo._running.local, lambda event: None)
            looking = asyncio.ensure_future(marks.run())
            await turns()
            marks.changed(())
            await turns(moments)
            looking.cancel()
            await turns()
            assert looking.done(), (
                f"cancelled {moments} moments after the news, it goes on, and close() waits for it"
            )


@story
async def test_what_was_deleted_stays_so_when_the_store_is_emptied() -> None:
    kept = MemoryStorage()
    async with Repo(kept, name="server") as server, Repo(MemoryStorage(), name="alice") as alice:
        alice.link(server)
        note = alice.create({"n": 1})
        await note.synced(level=Level.STORED, timeout=5)
        await server.delete(note.url)
        assert server._running is not None
        epoch = server._running.local.epoch
        engine = server._running.engine
        assert isinstance(engine, Engine)
        engine._parts.desk.own_writes._until.clear()  # it was a while ago
        kept._entries.clear()
        server._running.driver.post(
            StorageChanged(())
        )  # as adapters tell of it, before the marks are looked at
        await turns(50)
        suspect(server)
        await until(lambda: epoch_of(server) != epoch, server, alice)
        alice.link(server)
        await until(lambda: alice.stores[0].epoch == kept._entries[EPOCH_KEY].decode(), alice)
        await turns(100)
        assert not server.metrics()["documents"], "what others still have of it is not taken in again"
        assert tombstone_key(note.document_id) in kept._entries


class Sieve(MemoryStorage):
    """Says that all is stored, and keeps nothing of it once it leaks."""

    leaks = False

    async def save(self, key: StorageKey, data: bytes) -> None:
        if not self.leaks:
            await super().save(key, data)

    async def create(self, key: StorageKey, data: bytes) -> bytes:
        return data if self.leaks else await super().create(key, data)


@story
async def test_a_store_that_keeps_nothing_any_more_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    kept = Sieve()
    async with Repo(kept, name="server") as server:
        assert server._running is not None
        epoch = server._running.local.epoch
        kept._entries.clear()
        kept.leaks = True
        for _ in range(3):
            suspect(server)
            await turns(50)
        assert server._running.local.epoch == epoch, "nobody is met anew for what will not last"
        assert server.own_store is not None and "keeps nothing" in server.own_store.weakness
    assert len([one for one in caplog.records if one.levelno >= logging.ERROR]) == 1


@story
async def test_a_store_that_vanished_and_came_back_is_what_it_was() -> None:
    kept = MemoryStorage()
    async with Repo(kept, name="server") as server, Repo(MemoryStorage(), name="alice") as alice:
        assert server._running is not None
        note = server.create({"n": 1})
        await note.saved()
        epoch, before = server._running.local.epoch, dict(kept._entries)
        kept._entries.clear()
        suspect(server)
        await until(lambda: epoch_of(server) != epoch, server)
        kept._entries.clear()
        kept._entries.update(before)
        suspect(server)
        await turns(100)
        assert server._running.local.epoch == epoch
        alice.link(server)
        await until(lambda: note.peers and note.peers[0].facts.received, server)
        assert (await alice.find(note.url, timeout=5)).value == {"n": 1}


class Blinking(MemoryStorage):
    """At the next look the epoch is not there, or cannot be read; after that all is as it was."""

    trouble: StorageError | None = None
    blinks = 0

    async def load(self, key: StorageKey) -> bytes | None:
        if key == EPOCH_KEY and self.blinks:
            self.blinks -= 1
            if self.trouble is not None:
                raise self.trouble
            return None
        return await super().load(key)


@story
async def test_a_store_that_is_away_for_a_moment_has_lost_nothing() -> None:
    for trouble in (None, StorageError("the network drive is gone")):
        kept = Blinking()
        async with Repo(kept, name="server") as server, Repo(MemoryStorage(), name="alice") as alice:
            alice.link(server)
            await until(lambda: alice.stores, alice)
            parted: list[object] = []
            alice.on_event(parted.append, ConnectionChanged)
            kept.trouble, kept.blinks = trouble, 1
            posted: list[Event] = []
            assert server._running is not None and server._running._marks is not None
            server._running._marks._post = posted.append
            suspect(server)
            await turns(50)
            assert not kept.blinks and not posted and not parted
