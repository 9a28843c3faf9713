"""Dialers, listeners, share policies, and what a Repo tells of its connections."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jupyter_automerge.errors import DialError, DocumentUnavailable, ListenError
from jupyter_automerge.repo import (
    ConnectionChanged,
    DialerChanged,
    DocumentChanged,
    FixedShare,
    MemoryStorage,
    Notice,
    PeerDown,
    PeerInfo,
    PeerUp,
    Repo,
)
from jupyter_automerge.values.identity import User
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.status import Access, DialerState, Direction, Link, Origin
from tests.unit.network.certificate import for_loopback, needs_openssl
from tests.unit.repo.scripted import Pipe
from tests.unit.repo.story import story, turns, until

NOBODY = "ws://127.0.0.1:9"


@story
async def test_a_dialer_tells_how_it_stands() -> None:
    async with Repo(name="server") as server, Repo() as alice:
        listener = await server.listen()
        dialer = alice.connect(listener.url)
        await until(lambda: dialer.state is DialerState.CONNECTED, alice)
        assert alice.dialers == (dialer.info,)
        assert [one.endpoint for one in alice.connections] == [listener.url]
        assert alice.connections[0].direction is Direction.OUTGOING
        assert server.connections[0].direction is Direction.INCOMING
        dialer.close()
        dialer.close()
        assert dialer.state is DialerState.CLOSED
        await until(lambda: not alice.connections, alice)
        await until(lambda: not server.connections, server)
        assert not alice.dialers


@story
async def test_a_dialer_says_why_it_waits() -> None:
    async with Repo() as alice:
        dialer = alice.connect(NOBODY)
        await until(lambda: dialer.state is DialerState.WAITING, alice)
        assert dialer.last_error
        assert dialer.attempt >= 1
        assert dialer.info.retry_at is not None


@story
async def test_a_wrong_token_is_not_tried_again() -> None:
    async with Repo() as server, Repo() as alice:
        listener = await server.listen(token="right")
        wrong = alice.connect(listener.url, headers={"Authorization": "Bearer wrong"})
        await until(lambda: wrong.state is DialerState.FAILED, alice)
        assert "401" in wrong.last_error
        right = alice.connect(listener.url, headers=lambda: {"Authorization": "token right"})
        await until(lambda: right.state is DialerState.CONNECTED, alice)


@story
async def test_what_cannot_be_dialed_or_listened_on_is_said_at_once() -> None:
    async with Repo() as alice:
        with pytest.raises(DialError, match="must begin with ws"):
            alice.connect("http://127.0.0.1")
        listener = await alice.listen()
        with pytest.raises(ListenError):
            await alice.listen(listener.port)


@story
async def test_a_page_of_another_site_may_connect_if_the_listener_names_its_origin() -> None:
    async with Repo() as server, Repo() as page:
        listener = await server.listen(origins=["https://notes.example"])
        welcome = page.connect(listener.url, headers={"Origin": "https://notes.example"})
        await until(lambda: welcome.state is DialerState.CONNECTED, page)
        stranger = page.connect(listener.url, headers={"Origin": "https://evil.example"})
        await until(lambda: stranger.state is DialerState.FAILED, page)
        assert "403" in stranger.last_error


@needs_openssl
@story
async def test_a_listener_with_a_certificate_is_reached_by_those_who_trust_it(tmp_path: Path) -> None:
    theirs, ours = for_loopback(tmp_path)
    async with Repo() as server, Repo() as alice:
        listener = await server.listen(ssl=theirs)
        assert listener.url.startswith("wss://")
        trusting = alice.connect(listener.url, ssl=ours)
        await until(lambda: trusting.state is DialerState.CONNECTED, alice)
        careful = alice.connect(listener.url)
        await until(lambda: careful.state is DialerState.WAITING, alice)
        assert "is not trusted" in careful.last_error


@story
async def test_a_closed_listener_lets_nobody_in() -> None:
    async with Repo() as server, Repo() as alice:
        listener = await server.listen()
        dialer = alice.connect(listener.url)
        await until(lambda: server.peers, server)
        await listener.close()
        await until(lambda: dialer.last_close is not None, alice)
        assert dialer.last_close is not None
        assert dialer.last_close[0] == 1001
        assert server.peers == ()


@story
async def test_a_host_hands_its_connections_over_with_what_it_knows_of_them() -> None:
    user = User("bob", "Bob")
    async with Repo() as server, Repo(name="page") as page:
        transports = page.link(server)
        await until(lambda: page.peers, page)
        transports.close(1000, "enough")
        pipe = Pipe()
        server.accept(pipe, endpoint="10.0.0.1", user=user, access=Access.READ)
        assert not pipe.sent, "an unknown visitor speaks first"


@story
async def test_events_are_told_in_order_and_end_with_the_repo() -> None:
    async with Repo() as alice:
        events = alice.events()
        async with Repo(name="bob") as bob:
            alice.link(bob)
            await until(lambda: alice.peers, alice)
        await until(lambda: not alice.peers, alice)
        note = alice.create({"n": 1})
        with note.change() as d:
            d["n"] = 2
        await turns()
    told = [event async for event in events]
    kinds = [type(event) for event in told if isinstance(event, PeerUp | PeerDown | ConnectionChanged)]
    assert kinds.index(PeerUp) < kinds.index(PeerDown)
    changes = [event for event in told if isinstance(event, DocumentChanged)]
    assert [change.origin for change in changes] == [Origin.LOCAL]


@story
async def test_an_unsubscribed_callback_hears_nothing() -> None:
    heard: list[Notice] = []
    async with Repo() as alice:
        alice.on_event(heard.append)()
        alice.connect(NOBODY)
        await until(lambda: alice.dialers[0].state is not DialerState.IDLE, alice)
        assert not [notice for notice in heard if isinstance(notice, DialerChanged)]


class Guarded:
    """Asks what it is told to ask; answers late if it is to."""

    def __init__(self, *, allowed: bool, late: bool = False) -> None:
        self.allowed = allowed
        self.late = late
        self.asked: list[str] = []

    def announce(self, peer: PeerInfo, document_id: DocumentId | None) -> bool:
        self.asked.append(peer.name)
        return False

    async def access(self, peer: PeerInfo, document_id: DocumentId) -> bool:
        if self.late:
            await turns()
        return self.allowed


@story
async def test_P7_a_refused_request_is_granted_when_the_policy_relents() -> None:
    policy = Guarded(allowed=False, late=True)
    async with Repo(share=policy) as alice, Repo(name="bob") as bob:
        note = alice.create({"n": 1})
        alice.link(bob)
        with pytest.raises(DocumentUnavailable):
            await bob.find(note.url)
        assert policy.asked
        policy.allowed = True
        alice.share_policy_changed()
        await until(lambda: note.document_id in bob.handles, bob)
        assert (await bob.find(note.url)).value == {"n": 1}


@story
async def test_P3_P4_what_is_not_announced_is_still_given_to_who_asks() -> None:
    async with Repo(share=FixedShare(announces=False)) as alice, Repo() as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        await until(lambda: bob.peers, bob)
        await turns()
        assert note.document_id not in bob.handles
        assert (await bob.find(note.url)).value == {"n": 1}


@story
async def test_a_policy_that_raises_means_no(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def announce(self, peer: PeerInfo, document_id: DocumentId | None) -> bool:
            raise RuntimeError("the policy is broken")

        def access(self, peer: PeerInfo, document_id: DocumentId) -> bool:
            return True

    async with Repo(share=Broken()) as alice, Repo() as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        with caplog.at_level(logging.ERROR), pytest.raises(DocumentUnavailable):
            await bob.find(note.url)
    assert "the policy is broken" in caplog.text


@story
async def test_stores_are_listed_connected_or_remembered() -> None:
    async with Repo(MemoryStorage()) as alice:
        note = alice.create({"n": 1})
        async with Repo(MemoryStorage(), name="server") as server:
            alice.link(server)
            await note.synced()
            (store,) = alice.stores
            assert (store.id, store.name, store.link) == (server.storage_id, "server", Link.CONNECTED)
        await until(lambda: alice.stores[0].link is Link.OFFLINE, alice)


class WatchedStorage(MemoryStorage):
    """Tells of the keys that are put into its queue."""

    def __init__(self) -> None:
        super().__init__()
        self.written: asyncio.Queue[StorageKey] = asyncio.Queue()

    async def watch(self) -> AsyncIterator[StorageKey]:
        while True:
            yield await self.written.get()


@story
async def test_S27_what_others_write_into_the_store_appears() -> None:
    """A store that can be watched tells the Repo; nobody polls."""

    storage = WatchedStorage()
    async with Repo(storage) as alice, Repo(storage.reopened()) as bob:
        note = alice.create({"n": 1})
        await note.saved()
        theirs = await bob.find(note.url)
        with theirs.change() as d:
            d["n"] = 2
        await theirs.saved()
        changes = note.changes()
        for entry in await storage.keys((note.document_id,)):
            storage.written.put_nowait(entry.key)
        event = await anext(changes)
        assert note.value == {"n": 2}
        assert event.origin is Origin.STORAGE
