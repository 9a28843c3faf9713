"""Who has what, told across languages: JavaScript with and without gossip, as client, server, and in between."""

import asyncio
import time

import pytest

from jupyter_automerge.repo import Repo
from jupyter_automerge.values.status import Level, Link, Relation
from tests.interop.held_storage import HeldStorage
from tests.interop.python_peer import heads_text, until, until_peers, until_value
from tests.interop.stage import Stage

ROLES = ("client", "server")


@pytest.mark.parametrize("role", ROLES)
async def test_S21_javascript_that_follows_us_shows_our_saved_heads(stage: Stage, role: str) -> None:
    """`role`: that of JavaScript."""
    disk = HeldStorage()
    async with Repo(disk, name="alice") as alice:
        bob = await stage.javascript("bob", gossip=True)
        if role == "client":
            await bob.connect((await alice.listen()).url)
        else:
            alice.connect(await bob.listen())
        await until_peers(alice)
        await bob.wait_peers()
        ours = alice.storage_id or ""
        await bob.subscribe_to_stores(ours)
        note = await bob.create({"n": 1})
        handle = await alice.find(note.url)
        await handle.saved()
        saved = heads_text(handle)
        await bob.wait_sync_info(note.url, ours, saved)
        disk.hold()
        await bob.change(note.url, {"edit": "set", "path": ["n"], "value": 2})
        await until_value(alice, handle, {"n": 2})
        await asyncio.sleep(1.0)  # it saw our unsaved heads in the answer; then it is told which are saved
        await bob.wait_sync_info(note.url, ours, saved)
        disk.let_go()
        await bob.wait_sync_info(note.url, ours, heads_text(handle))
        disk.failing = "no space left"
        with handle.change() as d:
            d["n"] = 3
        await bob.wait_value(note.url, {"n": 3})
        await asyncio.sleep(1.0)
        assert heads_text(handle) != saved
        assert (await bob.sync_info(note.url, ours))["lastHeads"] != sorted(heads_text(handle))
        assert await bob.peers() == [alice.peer_id]
        disk.failing = ""
        await handle.saved(timeout=60)


@pytest.mark.parametrize("gossip", [False, True])
@pytest.mark.parametrize("role", ROLES)
async def test_S21_the_link_stays_up_and_nobody_dies(stage: Stage, role: str, gossip: bool) -> None:
    """We ask about stores that are away, and follow some; JavaScript has other documents, and fewer."""
    alice = await stage.python("alice", store="alice")
    away = await stage.javascript("away", storage=stage.store("away"))
    url = (await alice.listen()).url
    await away.connect(url)
    await until_peers(alice)
    note = await away.create({"n": 1})
    handle = await alice.find(note.url)
    await until(alice, lambda: bool(handle.peers), "away is a row")
    others = [alice.create({"other": number}) for number in range(5)]
    await away.close()
    await until_peers(alice, 0)
    bob = await stage.javascript("bob", gossip=gossip, storage=stage.store("bob"))
    if role == "client":
        await bob.connect(url)
    else:
        alice.connect(await bob.listen())
    await until_peers(alice)
    alice.stores.follow("a-store-that-nobody-knows")
    await bob.subscribe_to_stores(alice.storage_id or "", handle.peers[0].id)
    await bob.find(note.url)
    for number in range(20):
        await bob.change(note.url, {"edit": "set", "path": ["n"], "value": number})
        for other in others:
            with other.change() as d:
                d["n"] = number
    await until_value(alice, handle, {"n": 19})
    await handle.saved()
    await bob.wait_sync_info(note.url, alice.storage_id or "", heads_text(handle))
    await bob.quiet()
    frames = await bob.frames()
    assert frames.sent["join" if role == "client" else "peer"] == 1, "one connection all the time"
    assert frames.received["remote-subscription-change"] >= 1, "it was asked"
    assert ("remote-heads-changed" in frames.received) is gossip
    assert await bob.peers() == [alice.peer_id]
    assert alice.metrics()["defects"] == 0


async def test_G8_two_javascript_clients_of_our_server_hear_of_each_others_stores(stage: Stage) -> None:
    _, url = await stage.python_server(store="server")
    bob = await stage.javascript("bob", gossip=True, storage=stage.store("bob"))
    carol = await stage.javascript("carol", gossip=True, storage=stage.store("carol"))
    for peer in (bob, carol):
        await peer.connect(url)
        await peer.wait_peers()
    note = await bob.create({"n": 1})
    await carol.find(note.url)
    carols = await carol.storage_id() or ""
    await bob.subscribe_to_stores(carols)
    for number in range(5):
        edited = await bob.change(note.url, {"edit": "set", "path": ["n"], "value": number + 10})
        await carol.wait_value(note.url, {"n": number + 10})
        stamp = await bob.wait_sync_info(note.url, carols, edited.heads)
        assert abs(stamp / 1000 - time.time()) < 60, "our own clock"


async def test_G8_tab_worker_server_worker_tab(stage: Stage) -> None:
    """Each end follows the other's store, through JavaScript, ours, and JavaScript."""
    server, url = await stage.python_server(store="server")
    tabs = []
    for side in ("left", "right"):
        worker = await stage.javascript(f"{side}-worker", gossip=True)
        await worker.connect(url)
        await worker.wait_peers()
        worker_url = await worker.listen()
        tab = await stage.javascript(f"{side}-tab", gossip=True, storage=stage.store(side))
        await tab.connect(worker_url)
        await tab.wait_peers()
        tabs.append(tab)
    left, right = tabs
    note = await left.create({"n": 0})
    await right.find(note.url)
    for tab, other in ((left, right), (right, left)):
        await tab.subscribe_to_stores(await other.storage_id() or "")
    for number, (tab, other) in enumerate(((left, right), (right, left)) * 3, 1):
        edited = await tab.change(note.url, {"edit": "set", "path": ["n"], "value": number})
        await other.wait_value(note.url, {"n": number})
        await tab.wait_sync_info(note.url, await other.storage_id() or "", edited.heads)
    assert len(await left.peers()) == len(await right.peers()) == 1 and len(server.peers) == 2


async def test_S17_our_rows_show_a_store_behind_a_javascript_server(stage: Stage) -> None:
    """Alice has met Bob before. Now he is behind a JavaScript server, which she asks about him."""
    hub = await stage.javascript_server("hub", gossip=True)
    alice = await stage.python("alice", store="alice")
    bob = await stage.python("bob", store="bob")
    link = alice.connect((await bob.listen()).url)
    await until_peers(bob)
    document = alice.create({"n": 1})
    await bob.find(document.url)
    await document.synced(timeout=10)
    link.close()
    await until_peers(alice, 0)
    for repo in (alice, bob):
        repo.connect(hub.url)
        await until_peers(repo)
    await until(alice, lambda: len(document.peers) == 2, "the hub has it, too")
    for number in range(3):
        with document.change() as d:
            d["n"] = number + 10
        await until(alice, lambda: has_ours(document, bob.storage_id), "Bob is known to have it")
    [row] = [row for row in document.peers if row.id == bob.storage_id]
    assert (row.link, row.relation, row.level) == (Link.RELAYED, Relation.SYNCED, Level.RECEIVED)


def has_ours(document: object, store: str | None) -> bool:
    return any(
        row.id == store and row.relation is Relation.SYNCED and row.link is Link.RELAYED
        for row in document.peers  # type: ignore[attr-defined]
    )


async def test_a_client_behind_javascript_never_hears_of_a_document_that_is_kept_from_it(
    stage: Stage,
) -> None:
    """It would die. Its server passes its wish on to us, and keeps one document from it."""
    alice, url = await stage.python_server("alice", store="alice")
    worker = await stage.javascript("worker", gossip=True)
    await worker.connect(url)
    tab = await stage.javascript("tab", gossip=True)
    await tab.connect(await worker.listen())
    await tab.wait_peers()
    await tab.subscribe_to_stores(alice.storage_id or "")
    await worker.quiet()
    await worker.allow(announce=False, access=False)
    secret = await worker.create({"n": 1})
    await worker.allow(announce=False, access=True)
    handle = await alice.find(secret.url)
    for number in range(5):
        with handle.change() as d:
            d["n"] = number
        await handle.saved()
        await worker.wait_value(secret.url, {"n": number})
    await worker.quiet()
    assert await tab.documents() == [] and await tab.peers() == ["worker"]


async def test_clients_are_not_forgotten_when_a_javascript_upstream_comes_back(stage: Stage) -> None:
    """Trap 3, and trap 5: the first client to follow the far store leaves, another one comes."""
    upstream = await stage.javascript_server("upstream", gossip=True)
    port = upstream.port or 0
    server, url = await stage.python_server("server", store="server")
    server.connect(upstream.url)
    far = await stage.javascript("far", gossip=True, storage=stage.store("far"))
    await far.connect(upstream.url)
    note = await far.create({"n": 0})
    fars = await far.storage_id() or ""
    for name in ("first", "second"):
        client = await stage.javascript(name, gossip=True)
        await client.connect(url)
        await client.wait_peers()
        await client.find(note.url)
        await client.subscribe_to_stores(fars)
        edited = await far.change(note.url, {"edit": "set", "path": ["n"], "value": name})
        await client.wait_sync_info(note.url, fars, edited.heads)
        if name == "first":
            await client.close()
    await upstream.kill()
    await until_peers(server)
    again = await stage.javascript("upstream", gossip=True)
    await again.listen(port)
    await until_peers(server, 2)
    await again.wait_peers(2)
    edited = await client.change(note.url, {"edit": "set", "path": ["n"], "value": "back"})
    await far.wait_value(note.url, {"n": "back"})
    await client.wait_sync_info(note.url, fars, edited.heads)


async def test_javascript_in_between_keeps_its_own_wish_when_we_leave(stage: Stage) -> None:
    """It would cancel its own subscription along with ours (trap 4), so we do not ask it for the same."""
    upstream = await stage.javascript_server("upstream", gossip=True, announce=False)
    far = await stage.javascript("far", gossip=True, storage=stage.store("far"))
    alice = await stage.python("alice", store="alice")
    worker = await stage.javascript("worker", gossip=True)
    direct = alice.connect(await far.listen())
    await until_peers(alice)
    note = await far.create({"n": 0})
    handle = await alice.find(note.url)
    fars = await far.storage_id() or ""
    await until(alice, lambda: [row.id for row in handle.peers] == [fars], "the far store is a row")
    direct.close()
    await until_peers(alice, 0)
    for peer in (far, worker):
        await peer.connect(upstream.url)
    await worker.wait_peers()
    await worker.find(note.url)
    await worker.subscribe_to_stores(fars)
    alice.connect(await worker.listen())
    await until_peers(alice)
    edited = await far.change(note.url, {"edit": "set", "path": ["n"], "value": 1})
    await until_value(alice, handle, {"n": 1})
    await worker.wait_sync_info(note.url, fars, edited.heads)
    await worker.quiet()
    await alice.close()
    await worker.wait_peers(1)
    edited = await far.change(note.url, {"edit": "set", "path": ["n"], "value": 2})
    await worker.wait_sync_info(note.url, fars, edited.heads)
