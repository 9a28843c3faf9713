"""Ephemeral messages between languages."""

import asyncio

import pytest

from jupyter_automerge.repo import BroadcastEvent
from tests.interop.pairs import DIALED_BY, connected_pair
from tests.interop.python_peer import until, until_peers
from tests.interop.stage import Stage


@pytest.mark.parametrize("dialed_by", DIALED_BY)
async def test_N8_broadcasts_cross_both_ways(stage: Stage, dialed_by: str) -> None:
    pair = await connected_pair(stage, dialed_by)
    document = pair.alice.create({})
    await pair.bob.find(document.url)
    heard: list[BroadcastEvent] = []
    document.on_broadcast(heard.append)
    await pair.bob.broadcast(
        document.url, {"cursor": [1, 2.5, None], "name": "Bob 🙂", "data": {"$bytes": "AAH/"}}
    )
    await until(pair.alice, lambda: len(heard) == 1, "alice hears bob")
    assert heard[0].sender_id == pair.bob.peer_id
    assert heard[0].value == {"cursor": [1, 2.5, None], "name": "Bob 🙂", "data": b"\x00\x01\xff"}
    document.broadcast({"cursor": [3, 4], "when": 1_700_000_000_000, "data": b"\x00"})
    [answer] = await pair.bob.wait_broadcasts(1)
    # JavaScript would see a BigInt if the time were not sent as a float.
    assert answer.message == {"cursor": [3, 4], "when": 1_700_000_000_000, "data": {"$bytes": "AA=="}}
    assert answer.sender_id == pair.alice.peer_id


async def test_M17_a_broadcast_reaches_only_those_who_have_the_document(stage: Stage) -> None:
    server, url = await stage.python_server()
    bob, carol = await stage.javascript("bob"), await stage.javascript("carol", announce=False)
    for peer in (bob, carol):
        await peer.connect(url)
    await until_peers(server, 2)
    one, other = server.create({"n": 1}), server.create({"n": 2})
    await bob.find(one.url)
    await bob.find(other.url)
    await carol.find(other.url)
    await bob.broadcast(one.url, "for one")
    await bob.broadcast(other.url, "for the other")
    heard = await carol.wait_broadcasts(1)
    assert [item.message for item in heard] == ["for the other"]


async def test_M24_in_a_mesh_nobody_hears_twice_and_the_author_not_at_all(stage: Stage) -> None:
    """Alice and Carol are Python, Bob is JavaScript; each is connected with both others."""
    alice, alice_url = await stage.python_server("alice")
    carol, carol_url = await stage.python_server("carol")
    bob = await stage.javascript("bob")
    carol.connect(alice_url)
    await bob.connect(alice_url)
    await bob.connect(carol_url)
    await until_peers(alice, 2)
    await until_peers(carol, 2)
    await bob.wait_peers(2)
    document = alice.create({})
    theirs = await carol.find(document.url)
    await bob.find(document.url)
    heard: dict[str, list[object]] = {"alice": [], "carol": []}
    document.on_broadcast(lambda event: heard["alice"].append(event.value))
    theirs.on_broadcast(lambda event: heard["carol"].append(event.value))
    document.broadcast("from alice")
    await until(carol, lambda: heard["carol"] == ["from alice"], "carol hears alice")
    theirs.broadcast("from carol")
    await until(alice, lambda: heard["alice"] == ["from carol"], "alice hears carol")
    await bob.wait_broadcasts(2)
    # A change goes the same ways after the broadcasts, so what came twice would be here by now.
    with document.change() as d:
        d["end"] = True
    await bob.wait_value(document.url, {"end": True})
    await until(carol, lambda: theirs.value == {"end": True}, "carol sees the end")
    assert heard == {"alice": ["from carol"], "carol": ["from alice"]}
    assert sorted(item.message for item in await bob.wait_broadcasts(2)) == ["from alice", "from carol"]


async def test_N8_the_python_server_forwards_between_javascript_clients(stage: Stage) -> None:
    server, url = await stage.python_server()
    bob, carol = await stage.javascript("bob"), await stage.javascript("carol")
    await asyncio.gather(bob.connect(url), carol.connect(url))
    await until_peers(server, 2)
    note = await bob.create({})
    await carol.find(note.url)
    for number in range(20):
        await bob.broadcast(note.url, number)
    heard = await carol.wait_broadcasts(20)
    assert [item.message for item in heard] == list(range(20))
    assert {item.sender_id for item in heard} == {"bob"}
