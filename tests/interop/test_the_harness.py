"""The harness itself, JavaScript to JavaScript: what fails here is not the fault of the Python Repo."""

import asyncio

import pytest

from tests.interop.process import JavaScriptFailed
from tests.interop.stage import Stage

EVERY_VALUE = {
    "text": "naïve 🙂",
    "fixed": {"$string": "stays"},
    "whole": -7,
    "fraction": 2.5,
    "yes": True,
    "nothing": None,
    "bytes": {"$bytes": "AAH/"},
    "when": {"$date": "2024-02-29T12:30:45.678Z"},
    "votes": {"$counter": 3},
    "list": [1, "two", [3], {"four": 4}],
    "map": {"deep": {"deeper": {}}},
}


async def test_two_javascript_peers_share_a_document(stage: Stage) -> None:
    server = await stage.javascript_server()
    alice = await stage.javascript("alice")
    await alice.connect(server.url)
    await alice.wait_peers()
    note = await alice.create(EVERY_VALUE)
    assert (await server.find(note.url)).value == EVERY_VALUE
    await server.change(note.url, {"edit": "splice", "path": ["text"], "index": 0, "insert": "very "})
    assert (await alice.wait_value(note.url, {**EVERY_VALUE, "text": "very naïve 🙂"})).heads


async def test_the_stock_sync_server_serves_two_javascript_clients(stage: Stage) -> None:
    server = await stage.sync_server()
    alice, bob = await stage.javascript("alice"), await stage.javascript("bob")
    await asyncio.gather(alice.connect(server.url), bob.connect(server.url))
    await asyncio.gather(alice.wait_peers(), bob.wait_peers())
    note = await alice.create({"n": 1})
    found = await bob.find(note.url)
    await bob.broadcast(note.url, {"hello": "alice"})
    [heard] = await alice.wait_broadcasts(1)
    assert (found.value, heard.sender_id, heard.message) == ({"n": 1}, "bob", {"hello": "alice"})


async def test_an_error_of_a_javascript_peer_names_it(stage: Stage) -> None:
    alice = await stage.javascript("alice")
    with pytest.raises(JavaScriptFailed, match=r"alice: .*neither created nor found"):
        await alice.state("automerge:4NMNnkMhL8jXrdJ9jamS58PAVdXu")


async def test_a_killed_javascript_peer_fails_its_waiting_calls(stage: Stage) -> None:
    alice = await stage.javascript("alice")
    waiting = asyncio.create_task(alice.wait_peers(1))
    await alice.call("peers")
    await alice.kill()
    with pytest.raises(JavaScriptFailed, match="alice ended with code -9"):
        await waiting
