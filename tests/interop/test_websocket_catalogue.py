"""Group W of the acceptance catalogue: handshakes, lost sockets, bad frames, with JavaScript or by hand."""

import asyncio
import contextlib
from typing import Any

import cbor2
import pytest
from tornado.websocket import WebSocketClosedError

from jupyter_automerge.errors import LocalProtocolError
from jupyter_automerge.repo import DocHandle
from jupyter_automerge.values.ids import DocumentId, PeerId
from jupyter_automerge.wire.codec import encode
from jupyter_automerge.wire.messages import Sync
from tests.interop.pairs import DIALED_BY, connected_pair
from tests.interop.python_peer import heads_text, until, until_peers, until_value
from tests.interop.raw import RawClient, RawSocket, raw_server
from tests.interop.stage import Stage
from tools.ports import free_port

JOIN = {"type": "join", "senderId": "raw", "supportedProtocolVersions": ["1"]}


async def test_W1_our_join_offers_version_1_with_peer_id_and_metadata(stage: Stage) -> None:
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    alice = await stage.python("alice")
    async with raw_server(lambda _, frame: heard.put_nowait(cbor2.loads(frame))) as url, asyncio.timeout(10):
        alice.connect(url)
        join = await heard.get()
    assert (join["type"], join["senderId"]) == ("join", alice.peer_id)
    assert join["supportedProtocolVersions"] == ["1"]
    assert join["peerMetadata"]["isEphemeral"] is True
    assert "storageId" not in join["peerMetadata"]
    assert "targetId" not in join


async def test_W1_N9_javascript_learns_our_store_and_we_learn_its(stage: Stage) -> None:
    pair = await connected_pair(stage, "python", alice_store="alice", bob_store="bob")
    metadata = await pair.bob.peer_metadata(pair.alice.peer_id)
    assert (metadata["storageId"], metadata["isEphemeral"]) == (pair.alice.storage_id, False)
    assert await pair.bob.storage_id_of(pair.alice.peer_id) == pair.alice.storage_id
    [connection] = pair.alice.connections
    assert connection.metadata.storage_id == await pair.bob.storage_id()
    assert not connection.metadata.is_ephemeral
    assert not connection.metadata.durable_acks, "JavaScript does not report what is durable"


@pytest.mark.parametrize("dialed_by", DIALED_BY)
async def test_W2_M23_each_side_names_the_other(stage: Stage, dialed_by: str) -> None:
    pair = await connected_pair(stage, dialed_by)
    assert [peer.peer_id for peer in pair.alice.peers] == [pair.bob.peer_id]
    assert await pair.bob.peers() == [pair.alice.peer_id]
    assert (await pair.bob.peer_metadata(pair.alice.peer_id))["isEphemeral"] is True


@pytest.mark.parametrize("dialed_by", DIALED_BY)
async def test_javascript_answers_our_ping_so_that_its_distance_is_known(
    stage: Stage, dialed_by: str
) -> None:
    pair = await connected_pair(stage, dialed_by)
    document = pair.alice.create({"n": 0})
    bobs = await pair.bob.find(document.url)
    assert bobs is not None, "whatever it answers comes after the pong"
    [connection] = pair.alice.connections
    assert connection.rtt is not None and 0.0 <= connection.rtt < 10.0


async def test_W3_python_connects_although_the_server_starts_later(stage: Stage) -> None:
    bob, alice = await stage.javascript("bob"), await stage.python("alice")
    port = free_port()
    dialer = alice.connect(f"ws://127.0.0.1:{port}")
    await until(alice, lambda: dialer.attempt >= 1 and bool(dialer.last_error), "a first attempt fails")
    await bob.listen(port=port)
    await until_peers(alice)


async def test_W3_javascript_connects_although_our_listener_starts_later(stage: Stage) -> None:
    bob, alice = await stage.javascript("bob"), await stage.python("alice")
    port = free_port()
    await bob.connect(f"ws://127.0.0.1:{port}")
    await alice.listen(port)
    await until_peers(alice)


async def test_W4_N12_python_reconnects_to_a_restarted_javascript_server(stage: Stage) -> None:
    pair = await connected_pair(stage, "python", bob_store="bob")
    document = pair.alice.create({"n": 0})
    await pair.bob.find(document.url)
    await pair.bob.stop()
    await until_peers(pair.alice, 0)
    with document.change() as d:
        d["offline"] = True
    again = await stage.javascript("bob", storage=stage.store("bob"))
    await again.listen(port=pair.bob.port or 0)
    await until_peers(pair.alice)
    await again.find(document.url)
    await again.wait_value(document.url, {"n": 0, "offline": True})


async def test_W4_javascript_reconnects_to_a_restarted_python_listener(stage: Stage) -> None:
    alice = await stage.python("alice", store="alice")
    listener = await alice.listen()
    bob = await stage.javascript("bob")
    await bob.connect(listener.url)
    await until_peers(alice)
    document = alice.create({"n": 0})
    await bob.find(document.url)
    await alice.close()
    await bob.wait_peers(0)
    await bob.change(document.url, {"edit": "set", "path": ["offline"], "value": True})
    again = await stage.python("alice again", store="alice")
    await again.listen(listener.port)
    await until_peers(again)
    await until_value(again, await again.find(document.url), {"n": 0, "offline": True})


async def test_W5_closing_a_dialer_twice_is_no_error(stage: Stage) -> None:
    pair = await connected_pair(stage, "python")
    alice = pair.alice
    dialer = alice.connect(pair.bob.url + "/?again")
    dialer.close()
    dialer.close()
    await until(alice, lambda: len(alice.dialers) == 1, "the closed dialer is gone")
    await pair.bob.wait_peers(1)


def test_W6_a_message_without_data_is_not_sent() -> None:
    with pytest.raises(LocalProtocolError):
        encode(Sync(PeerId("a"), PeerId("b"), DocumentId("4NMNnkMhL8jXrdJ9jamS58PAVdXu"), b""))


async def test_W9_our_client_outlives_undecodable_frames_and_connects(stage: Stage) -> None:
    """Such a server is left with a reason and dialed again; once it speaks, all is well."""
    alice = await stage.python("alice")
    joins: list[dict[str, Any]] = []

    def play(socket: RawSocket, frame: bytes) -> None:
        message = cbor2.loads(frame)
        if message["type"] != "join":
            return
        joins.append(message)
        if len(joins) == 1:
            socket.write_message(b"\xff\xfe\xfd", binary=True)
        else:
            socket.say({"type": "peer", "senderId": "raw", "targetId": message["senderId"],
                        "peerMetadata": {}, "selectedProtocolVersion": "1"})  # fmt: skip

    async with raw_server(play) as url:
        dialer = alice.connect(url)
        await until_peers(alice)
        assert len(joins) == 2
        assert "CBOR" in (dialer.last_error or str(dialer.last_close))


@pytest.mark.parametrize("dialed_by", DIALED_BY)
async def test_W10_N10_a_killed_javascript_peer_raises_nothing_and_is_noticed(
    stage: Stage, dialed_by: str
) -> None:
    pair = await connected_pair(stage, dialed_by)
    document = pair.alice.create({"n": 0})
    await pair.bob.find(document.url)
    await pair.bob.kill()
    for number in range(20):
        with document.change() as d:
            d["n"] = number
        document.broadcast(number)
    await until_peers(pair.alice, 0)
    assert document.value == {"n": 19}
    assert pair.alice.metrics()["defects"] == 0


@pytest.mark.parametrize("dialed_by", DIALED_BY)
async def test_W11_N10_javascript_notices_that_we_left(stage: Stage, dialed_by: str) -> None:
    pair = await connected_pair(stage, dialed_by)
    await pair.alice.close()
    await pair.bob.wait_peers(0)


async def test_W12_our_client_answers_the_pings_of_a_javascript_server(stage: Stage) -> None:
    bob, alice = await stage.javascript("bob"), await stage.python("alice")
    alice.connect(await bob.listen(keep_alive_ms=50))
    await until_peers(alice)
    # Forty edits, 25 ms apart: a client that missed one ping would be cut on the way.
    note = await bob.create({"text": ""})
    handle = await alice.find(note.url)
    typing = [{"edit": "splice", "path": ["text"], "index": 0, "insert": "x"}] * 40
    await bob.type(note.url, typing, interval_ms=25)
    await until_value(alice, handle, {"text": "x" * 40})
    assert [info.attempt for info in alice.dialers] == [1]


async def test_W13_W20_a_client_of_undecodable_frames_is_closed_with_a_reason(stage: Stage) -> None:
    alice, url = await stage.python_server("alice")
    oversized_array = b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"
    for frame in (oversized_array, cbor2.dumps(None), cbor2.dumps(7), b"", cbor2.dumps(JOIN) + b"\x00"):
        client = await RawClient.connect(url)
        await client.join("raw")
        await client.say_bytes(frame)
        code, reason = await client.until_closed()
        assert code in (1002, 1003, 1007, 4409), (frame, code, reason)
        assert reason, f"{frame!r} was refused without a reason"
    await until_peers(alice, 0)
    assert alice.metrics()["defects"] == 0


async def test_W14_our_peer_message_has_version_target_and_metadata(stage: Stage) -> None:
    alice, url = await stage.python_server("alice", store="alice")
    answer = await (await RawClient.connect(url)).join("raw")
    assert (answer["senderId"], answer["targetId"]) == (alice.peer_id, "raw")
    assert answer["selectedProtocolVersion"] == "1"
    assert answer["peerMetadata"]["storageId"] == alice.storage_id
    assert answer["peerMetadata"]["isEphemeral"] is False


@pytest.mark.parametrize("versions", [[], ["2", "3"]])
async def test_W15_an_unsupported_version_is_answered_with_an_error(
    stage: Stage, versions: list[str]
) -> None:
    alice, url = await stage.python_server("alice")
    client = await RawClient.connect(url)
    await client.say({**JOIN, "supportedProtocolVersions": versions})
    answer = await client.hear()
    assert (answer["type"], answer["targetId"], answer["senderId"]) == ("error", "raw", alice.peer_id)
    assert "version" in answer["message"]
    await client.until_closed()
    assert alice.peers == (), "JavaScript keeps such a peer for ever, we do not"


async def test_W16_a_join_without_versions_means_version_1(stage: Stage) -> None:
    _, url = await stage.python_server("alice")
    client = await RawClient.connect(url)
    await client.say({"type": "join", "senderId": "raw"})
    assert (await client.hear())["selectedProtocolVersion"] == "1"


async def test_W17_frames_of_a_replaced_socket_do_nothing(stage: Stage) -> None:
    alice, url = await stage.python_server("alice")
    document = alice.create({})
    heard: list[object] = []
    document.on_broadcast(lambda event: heard.append(event.value))
    old, new = await RawClient.connect(url), await RawClient.connect(url)
    await old.join("raw")
    await new.join("raw")
    # Whether the old socket knows already that it was replaced is chance; either way it must not be heard.
    with contextlib.suppress(WebSocketClosedError):
        await old.say(broadcast_of(document, count=1, value="too late"))
    await new.say(broadcast_of(document, count=2, value="in time"))
    await until(alice, lambda: "in time" in heard, "the broadcast of the newer socket")
    assert heard == ["in time"]
    assert len(alice.connections) == 1


async def test_W18_a_peer_id_that_comes_back_converges_with_few_messages(stage: Stage) -> None:
    alice, url = await stage.python_server("alice", store="alice")
    bob = await stage.javascript("bob", storage=stage.store("bob"))
    await bob.connect(url)
    document = alice.create({"text": ""})
    await bob.find(document.url)
    await bob.disconnect(url)
    await until_peers(alice, 0)
    # The peer id is taken by a socket that is only half there when Bob returns.
    ghost = await RawClient.connect(url)
    await ghost.join(bob.peer_id)
    with document.change() as d:
        d["text"].splice(0, 0, "alice ")
    await bob.change(document.url, {"edit": "splice", "path": ["text"], "index": 0, "insert": "bob "})
    await bob.reset_frames()
    await bob.connect(url)
    await until(alice, lambda: len(document.value["text"]) == 10, "both edits are here")
    await bob.wait_heads(document.url, heads_text(document))
    await bob.flush()
    assert (await bob.frames()).sync_messages <= 8
    assert [peer.peer_id for peer in alice.peers] == [bob.peer_id]


async def test_N11_after_a_disconnect_nothing_is_delivered(stage: Stage) -> None:
    alice, bob = await stage.python("alice"), await stage.javascript_server("bob")
    dialer = alice.connect(bob.url)
    await bob.wait_peers()
    document = alice.create({"n": 0})
    await bob.find(document.url)
    dialer.close()
    await bob.wait_peers(0)
    await bob.reset_frames()
    with document.change() as d:
        d["n"] = 1
    document.broadcast("nobody")
    # A second connection is served after whatever the first one might still have sent.
    alice.connect(f"{bob.url}/?again")
    await bob.wait_value(document.url, {"n": 1})
    assert "ephemeral" not in (await bob.frames()).received


def broadcast_of(document: DocHandle, count: int, value: object) -> dict[str, object]:
    """An ephemeral message of the peer "raw"."""
    message = {"type": "ephemeral", "senderId": "raw", "targetId": "any", "documentId": document.document_id}
    return {**message, "count": count, "sessionId": "s", "data": cbor2.dumps(value)}
