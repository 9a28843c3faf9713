"""What a Repo shows of itself and tells: snapshots and what follows on them, verdicts, connections, stores."""

import asyncio
import logging
import threading
from dataclasses import FrozenInstanceError
from itertools import pairwise

import pytest

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.repo import (
    DocHandle,
    DocSyncChanged,
    DocumentSaved,
    MemoryStorage,
    Notice,
    Peers,
    Repo,
    SafetyChanged,
)
from jupyter_automerge.values.status import Link, PeerState, Phase, Safety, Trust
from tests.unit.repo.household import Household
from tests.unit.repo.scripted import Pipe
from tests.unit.repo.story import story, turns, until


def edit(note: DocHandle, value: int) -> None:
    with note.change() as d:
        d["n"] = value


# Snapshot and stream


@story
async def test_S43_between_snapshot_and_stream_nothing_is_lost_and_nothing_comes_twice() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        note = alice.create({"n": 0})
        rows, news = note.watch_peers()
        assert rows.alone
        alice.link(bob)
        given = [rows]
        while not given[-1].all_synced:
            given.append(await anext(news))
        for number in range(20):
            edit(note, number)
            shown = await anext(news)
            assert shown != given[-1], "the same rows a second time"
            given.append(shown)
            while not shown.all_synced:
                shown = await anext(news)
                assert shown != given[-1]
                given.append(shown)
        assert given[-1] == note.peers


@story
async def test_S43_an_update_that_comes_while_the_snapshot_is_taken_is_in_it_or_follows() -> None:
    """A thread writes as fast as it can while another subscribes again and again."""
    household = Household()
    bob = Repo(MemoryStorage(), name="bob")
    await bob.open()
    household.repo.link(bob)
    note = household.repo.create({"n": 0})
    await note.synced()
    writing = True

    def write() -> None:
        number = 0
        while writing:
            number += 1
            edit(note, number)

    hand = threading.Thread(target=write)
    hand.start()
    try:
        watches = [note.watch_peers() for _ in range(50)]
    finally:
        writing = False
        await asyncio.to_thread(hand.join)
    await note.synced()
    for rows, news in watches:
        last = rows
        while last[0].state is not PeerState.SYNCED:
            last = await asyncio.wait_for(anext(news), 10)
        news.close()
    await bob.close()
    await asyncio.to_thread(household.stop)


@story
async def test_a_slow_reader_gets_the_newest_state_and_no_queue() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        alice.link(bob)
        note = alice.create({"n": 0})
        _, news = note.watch_peers()
        for number in range(30):
            edit(note, number)
            await note.synced()
        newest = await anext(news)
        assert newest == note.peers


@story
async def test_the_stream_of_a_document_ends_with_it_and_that_of_stores_with_the_repo() -> None:
    async with Repo(MemoryStorage()) as alice:
        note = alice.create({"n": 0})
        _, rows = note.watch_peers()
        _, stores = alice.watch_stores()
        await alice.unload(note.url)
        assert [one async for one in rows] == []
        assert alice._running is not None and len(alice._running.streams) == 1
    assert [one async for one in stores] == []
    assert not alice._running.streams and not len(alice._running.listeners)


@story
async def test_whoever_follows_rows_is_told_once_that_it_is_over_unless_he_left() -> None:
    ends: list[str] = []
    repo = Repo(MemoryStorage())
    await repo.open()
    deleted, kept, left = (repo.create({"n": number}) for number in range(3))
    deleted.on_peers(lambda: None, lambda: ends.append("deleted"))
    kept.on_peers(lambda: None, lambda: ends.append("closed"))
    leave = left.on_peers(lambda: None, lambda: ends.append("left"))
    leave()
    await repo.delete(deleted.url, force=True)
    assert ends == ["deleted"]
    await repo.close()
    assert ends == ["deleted", "closed"]


@story
async def test_a_stream_that_is_closed_or_given_up_leaves_nothing() -> None:
    async with Repo() as alice:
        note = alice.create()
        before = len(alice._open().listeners)
        _, closed = note.watch_peers()
        closed.close()
        _, cancelled = note.watch_peers()
        reading = asyncio.ensure_future(anext(cancelled))
        await turns()
        reading.cancel()
        await cancelled.aclose()
        assert len(alice._open().listeners) == before and not alice._open().streams


@story
async def test_stores_are_watched_as_they_come_and_go() -> None:
    async with Repo(name="alice") as alice:
        stores, news = alice.watch_stores()
        assert not stores
        async with Repo(MemoryStorage(), name="bob") as bob:
            alice.link(bob)
            (store,) = await anext(news)
            assert (store.called, store.link) == ("bob", Link.CONNECTED)


# Verdicts


@story
async def test_a_verdict_is_told_when_a_state_turns_and_not_with_every_frame() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        note = alice.create({"n": 0})
        told: list[Notice] = []
        alice.on_event(told.append, DocSyncChanged, SafetyChanged)
        alice.link(bob)
        await note.synced()
        await turns()

        safety = [notice for notice in told if isinstance(notice, SafetyChanged)]
        assert [one.new.state for one in safety][-1] is Safety.SAFE
        assert safety[0].old is not None and safety[0].old.state is Safety.ALONE
        states = [[row.state for row in one.new] for one in told if isinstance(one, DocSyncChanged)]
        assert states[-1] == [PeerState.SYNCED]
        assert all(before != after for before, after in pairwise(states))
        assert {type(notice) for notice in told} == {DocSyncChanged, SafetyChanged}
        told.clear()
        edit(note, 1)
        await note.synced()
        await turns()
        first = next(one for one in told if isinstance(one, DocSyncChanged))
        assert [row.state for row in first.old] == [PeerState.SYNCED]
        assert first.document_id == note.document_id


@story
async def test_a_document_that_is_made_later_is_judged_from_nothing_on() -> None:
    async with Repo(name="alice") as alice:
        stream = alice.events(SafetyChanged)
        note = alice.create({"n": 0})
        verdict = await anext(stream)
        assert isinstance(verdict, SafetyChanged)
        assert (verdict.document_id, verdict.old, verdict.new.state) == (note.document_id, None, Safety.ALONE)
        stream.close()


@story
async def test_nobody_listens_nobody_judges() -> None:
    async with Repo(MemoryStorage(), name="alice") as alice:
        note = alice.create({"n": 0})
        verdicts = alice._open().verdicts
        end = alice.on_event(lambda _: None, DocumentSaved)
        assert not verdicts._listening, "those who want other kinds cost no look at rows"
        end()
        end_all = alice.on_event(lambda _: None)
        assert (verdicts._listening, list(verdicts._last)) == (1, [note.document_id])
        end_all()
        end_all()
        assert (verdicts._listening, verdicts._last) == (0, {})


@story
async def test_S41_a_callback_that_raises_stops_neither_the_others_nor_the_loop(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        note = alice.create({"n": 0})
        heard: list[Notice] = []

        def clumsy(notice: Notice) -> None:
            raise ZeroDivisionError("a user's mistake")

        async def clumsy_later(notice: Notice) -> None:
            raise ZeroDivisionError("a user's later mistake")

        for callback in (clumsy, clumsy_later, heard.append):
            alice.on_event(callback)
            note.on_change(callback)  # type: ignore[arg-type]  # it takes whatever it is given
        with caplog.at_level(logging.ERROR):
            alice.link(bob)
            edit(note, 1)
            await note.synced()
            await turns()
        assert any(isinstance(notice, SafetyChanged) for notice in heard)
        assert "a user's mistake" in caplog.text and "a user's later mistake" in caplog.text
        assert alice.metrics()["defects"] == 0


# Connections and peers


@story
async def test_a_connection_shows_what_went_over_it_and_a_stranger_that_he_has_said_nothing() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        alice.accept(Pipe(), endpoint="a stranger")
        (stranger,) = alice.connections
        assert (stranger.phase, stranger.peer_id, stranger.store_id) == (Phase.HANDSHAKING, None, "")
        assert stranger.last_received is None and stranger.bytes_received == 0
        alice.link(bob)
        note = alice.create({"n": "x" * 5_000})
        await note.synced()
        (_, mine), (theirs,) = alice.connections, bob.connections
        assert (mine.phase, mine.peer_id, mine.store_id) == (Phase.READY, bob.peer_id, bob.storage_id)
        assert mine.bytes_sent == theirs.bytes_received and mine.bytes_received == theirs.bytes_sent > 0
        assert mine.last_sent is not None and mine.opened_at <= mine.last_sent
        with pytest.raises(FrozenInstanceError):
            mine.bytes_sent = 0  # type: ignore[misc]  # that is the point
        before = alice.connections
        edit(note, 1)
        await note.synced()
        assert before[1].bytes_sent < alice.connections[1].bytes_sent, "a snapshot stands still"


@story
async def test_two_ways_to_one_peer_are_one_peer() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        alice.link(bob)
        alice.link(bob)
        await until(lambda: alice.peers and len(alice.peers[0].connections) == 2, alice)
        (peer,) = alice.peers
        assert (peer.peer_id, peer.session_id, peer.store_id) == (bob.peer_id, bob.session_id, bob.storage_id)
        assert {one.id for one in alice.connections} == set(peer.connections)


# Stores


@story
async def test_a_store_that_is_not_known_cannot_be_named() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        with pytest.raises(InvalidId, match="known here are none"):
            alice.stores.label("bob", "Bob's laptop")
        alice.link(bob)
        await until(lambda: alice.stores, alice)
        with pytest.raises(InvalidId, match="known here are bob"):
            alice.stores.forget("carol")
        with pytest.raises(ValueError, match="trust"):
            alice.stores.trust("bob", "trust him")  # type: ignore[arg-type]  # wrong on purpose
        with pytest.raises(InvalidId):
            alice.stores.follow("not an id, but a sentence")
        assert alice.stores.get("bob") == alice.stores[0] == alice.stores.get(alice.stores[0])
        assert alice.stores.get("carol") is None
        assert repr(alice.stores[0]).startswith("<bob (")
        assert alice.stores[0].trust is Trust.NORMAL


def test_rows_are_a_tuple_that_knows_what_alone_means() -> None:
    assert Peers().alone and not Peers().all_synced and not Peers().safe
    assert repr(Peers()) == "alone"
