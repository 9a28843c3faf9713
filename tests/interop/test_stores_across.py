"""Stores by their ids: what each language learns about who has what."""

import pytest

from jupyter_automerge.values.status import Level, Link, Relation
from tests.interop.pairs import DIALED_BY, connected_pair
from tests.interop.python_peer import heads_text, until, until_peers
from tests.interop.stage import Stage


@pytest.mark.parametrize("dialed_by", DIALED_BY)
async def test_M22_javascript_learns_our_heads_under_our_storage_id(stage: Stage, dialed_by: str) -> None:
    pair = await connected_pair(stage, dialed_by, alice_store="alice")
    note = await pair.bob.create({"n": 1})
    handle = await pair.alice.find(note.url)
    await pair.bob.wait_sync_info(note.url, pair.alice.storage_id or "", heads_text(handle))
    with handle.change() as d:
        d["n"] = 2
    await pair.bob.wait_sync_info(note.url, pair.alice.storage_id or "", heads_text(handle))


async def test_a_javascript_store_is_a_row_that_has_what_it_reported(stage: Stage) -> None:
    pair = await connected_pair(stage, "python", bob_store="bob")
    document = pair.alice.create({"n": 1})
    await pair.bob.find(document.url)
    report = await document.synced(timeout=10)
    [row] = document.peers
    assert row.id == await pair.bob.storage_id()
    assert (row.link, row.relation, row.level) == (Link.CONNECTED, Relation.SYNCED, Level.RECEIVED)
    assert report.durability == "reported in memory", "JavaScript cannot report what it saved"
    await pair.bob.kill()
    await until_peers(pair.alice, 0)
    with document.change() as d:
        d["n"] = 2
    [row] = document.peers
    assert (row.relation, row.missing_there, row.level) == (Relation.AHEAD, 1, Level.NONE)
    assert row.link is not Link.CONNECTED


async def test_two_javascript_tabs_of_one_store_are_one_row(stage: Stage) -> None:
    alice, url = await stage.python_server("alice")
    tabs = [await stage.javascript(name, storage=stage.store("browser")) for name in ("tab-1", "tab-2")]
    document = alice.create({"n": 1})
    # A fresh folder gets its id from whoever opens it first.
    shared_id = await tabs[0].storage_id()
    await tabs[0].flush()
    second = await stage.javascript("tab-3", storage=stage.store("browser"))
    for tab in (tabs[0], second):
        await tab.connect(url)
        await tab.find(document.url)
    await until(alice, lambda: len(alice.peers) == 2 and len(document.peers) == 1, "one row of two sessions")
    [row] = document.peers
    assert (row.id, row.sessions) == (shared_id, 2)
    assert set(row.peer_ids) == {"tab-1", "tab-3"}


async def test_several_stores_are_several_rows(stage: Stage) -> None:
    alice, url = await stage.python_server("alice", store="alice")
    peers = [await stage.javascript(name, storage=stage.store(name)) for name in ("bob", "carol")]
    peers.append(await stage.javascript("dave"))
    document = alice.create({"n": 1})
    for peer in peers:
        await peer.connect(url)
        await peer.find(document.url)
    await until(alice, lambda: len(document.peers) == 3 and document.peers.all_synced, "three rows in sync")
    rows = {row.id: row for row in document.peers}
    assert {await peers[0].storage_id(), await peers[1].storage_id()} < rows.keys()
    assert [row.ephemeral for row in rows.values()].count(True) == 1
    await peers[0].disconnect(url)
    await until_peers(alice, 2)
    with document.change() as d:
        d["n"] = 2
    await until(
        alice, lambda: [row.relation for row in document.peers].count(Relation.SYNCED) == 2, "two have it"
    )
    behind = next(row for row in document.peers if row.relation is not Relation.SYNCED)
    assert (behind.id, behind.missing_there) == (await peers[0].storage_id(), 1)


async def test_our_reports_do_no_harm_to_javascript_that_has_not_the_document(stage: Stage) -> None:
    """JavaScript 2.5.6 dies of heads of a document that it has not loaded."""
    alice, url = await stage.python_server("alice", store="alice")
    bob = await stage.javascript("bob", gossip=True)
    await bob.connect(url)
    await bob.wait_peers()
    await bob.subscribe_to_stores(alice.storage_id or "")
    documents = [alice.create({"n": number}) for number in range(5)]
    for handle in documents:
        await handle.saved()
    note = await bob.create({"n": 1})
    handle = await alice.find(note.url)
    with handle.change() as d:
        d["n"] = 2
    await handle.saved()
    await bob.wait_sync_info(note.url, alice.storage_id or "", heads_text(handle))
    assert await bob.peers() == [alice.peer_id]
