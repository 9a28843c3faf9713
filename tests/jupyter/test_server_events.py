"""What a page is told beside the documents: who it is, what it may, and who else has the document."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from jupyter_automerge import FileStorage, MemoryStorage, Repo
from jupyter_automerge.engine import lulls
from jupyter_automerge.errors import StorageError
from jupyter_automerge.repo import comparing
from jupyter_automerge.values.heads import heads_to_text
from jupyter_automerge.values.keys import StorageKey
from tests.adversary.intruder import Intruder, request
from tests.jupyter.servers import RunningServer, until

Told = Callable[[str], Awaitable[Any]]


def header(server: RunningServer) -> dict[str, str]:
    return {"Authorization": f"token {server.token}"}


async def page(server: RunningServer) -> WebSocketClientConnection:
    url = f"{server.url.replace('http', 'ws', 1)}api/automerge/events"
    return await websocket_connect(HTTPRequest(url, headers=header(server)))


async def next_of(socket: WebSocketClientConnection, kind: str, wanted: Callable[[Any], Any] = bool) -> Any:
    """The next message of a kind that is as wanted; others are passed over."""
    async with asyncio.timeout(10):
        while True:
            text = await socket.read_message()
            assert text is not None, f"closed with {socket.close_code} while waiting for {kind}"
            message = json.loads(text)
            if message["type"] == kind and wanted(message):
                return message


async def test_a_page_hears_whose_server_this_is_and_what_it_may(server: RunningServer) -> None:
    server.allow("read")
    socket = await page(server)
    hello = await next_of(socket, "hello")
    assert hello["storageId"] == server.repo.storage_id and hello["peerId"] == server.repo.peer_id
    assert (await next_of(socket, "access"))["access"] == "read"
    socket.close()


async def test_a_page_hears_who_else_has_the_document(server: RunningServer) -> None:
    plan = server.repo.create({"title": "Plan"})
    socket = await page(server)
    await socket.write_message(json.dumps({"type": "watch", "documentId": plan.document_id}))
    assert (await next_of(socket, "peers"))["rows"] == [], "alone, and the page is told so at once"
    async with Repo(name="Alice", kind="script") as alice:
        alice.connect(server.sync_url, headers=header(server))
        await alice.find(plan.url)
        told = await next_of(socket, "peers", lambda message: message["rows"])
        (row,) = told["rows"]
        assert told["documentId"] == plan.document_id
        assert (row["name"], row["kind"], row["link"]) == ("Alice", "script", "connected")
        assert row["peerIds"] == [alice.peer_id] and row["user"]["username"]
        with plan.change() as edited:
            edited["title"] = "Plan B"
        in_sync = await next_of(socket, "peers", lambda message: message["rows"][0]["missingThere"] == 0)
        (row,) = in_sync["rows"]
        assert row["relation"] == "synced" and row["heads"]["received"] == in_sync["heads"]
    await next_of(socket, "peers", lambda message: all(row["link"] != "connected" for row in message["rows"]))
    socket.close()


async def test_a_page_hears_what_the_servers_own_disk_has(server: RunningServer) -> None:
    """So that it can say of its own document what of it is stored there, whatever it has itself by then."""
    plan = server.repo.create({"n": 0})
    socket = await page(server)
    await socket.write_message(json.dumps({"type": "watch", "documentId": plan.document_id}))
    with plan.change() as edited:
        edited["n"] = 1
    heads = list(heads_to_text(plan.heads))
    told = await next_of(socket, "peers", lambda message: message["local"]["stored"] == heads)
    local = told["local"]
    assert (local["id"], local["name"]) == (server.repo.storage_id, "Jupyter server")
    assert (local["received"], local["trouble"], local["durable"]) == (heads, "", True)
    assert told["summary"]["state"] == "alone" and told["summary"]["copies"] == 0
    assert "only here" in told["summary"]["words"]
    socket.close()


async def test_a_page_hears_why_the_servers_disk_fails(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = server.repo.create({"n": 0})
    await plan.saved()
    socket = await page(server)
    await socket.write_message(json.dumps({"type": "watch", "documentId": plan.document_id}))

    async def no_room(storage: FileStorage, key: StorageKey, data: bytes) -> None:
        raise StorageError("no space left")

    with monkeypatch.context() as disk:
        disk.setattr(FileStorage, "save", no_room)
        with plan.change() as edited:
            edited["n"] = 1
        told = await next_of(socket, "peers", lambda message: message["local"]["trouble"])
    assert "no space left" in told["local"]["trouble"]
    assert told["local"]["stored"] != told["local"]["received"] == told["heads"]
    assert told["summary"]["state"] == "error" and "no space left" in told["summary"]["words"]
    mended = await next_of(socket, "peers", lambda message: not message["local"]["trouble"])
    assert mended["local"]["stored"] == mended["heads"]
    socket.close()


async def test_a_page_hears_that_nothing_moves_though_nothing_happens(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mallory asks for the document, takes it, and says no more."""
    for room in (lulls, comparing):
        monkeypatch.setattr(room, "STALLED_AFTER_SECONDS", 0.3)
    plan = server.repo.create({"n": 0})
    socket = await page(server)
    await socket.write_message(json.dumps({"type": "watch", "documentId": plan.document_id}))
    mallory = await Intruder.come(server.sync_url, **header(server))
    await mallory.join()
    await mallory.say(request(plan.document_id))
    busy = await next_of(socket, "peers", lambda message: message["rows"])
    assert busy["rows"][0]["activity"] in ("idle", "active")
    stalled = await next_of(
        socket, "peers", lambda message: message["rows"] and message["rows"][0]["activity"] == "stalled"
    )
    (row,) = stalled["rows"]
    assert (row["state"], row["link"], row["missingThere"]) == ("stalled", "connected", 1)
    assert row["unsentSince"]
    mallory.close()
    socket.close()


async def test_a_page_hears_what_a_store_is_called_from_now_on(server: RunningServer) -> None:
    plan = server.repo.create({})
    socket = await page(server)
    await socket.write_message(json.dumps({"type": "watch", "documentId": plan.document_id}))
    async with Repo(MemoryStorage(), name="Alice") as alice:
        alice.connect(server.sync_url, headers=header(server))
        await alice.find(plan.url)
        await next_of(socket, "peers", lambda message: message["rows"])
        wishes = json.dumps({"petname": "old laptop", "trust": "untrusted"})
        await server.fetch("api", "automerge", "stores", str(alice.storage_id), method="PATCH", body=wishes)
        told = await next_of(
            socket, "peers", lambda message: [row["trust"] for row in message["rows"]] == ["untrusted"]
        )
        assert told["rows"][0]["name"] == "old laptop"
    socket.close()


async def test_a_page_hears_of_a_document_that_leaves_the_servers_memory(server: RunningServer) -> None:
    plan = server.repo.create({})
    await plan.saved()
    socket = await page(server)
    await socket.write_message(json.dumps({"type": "watch", "documentId": plan.document_id}))
    await next_of(socket, "peers", lambda message: message["local"])
    await server.repo.unload(plan.url)
    told = await next_of(socket, "peers", lambda message: message["local"] is None)
    assert (told["rows"], told["heads"], told["summary"]) == ([], [], None)
    socket.close()


async def test_what_is_unwatched_is_told_no_more(server: RunningServer) -> None:
    plan, other = server.repo.create({}), server.repo.create({})
    socket = await page(server)
    for kind, document in (("watch", plan), ("watch", other), ("unwatch", plan)):
        await socket.write_message(json.dumps({"type": kind, "documentId": document.document_id}))
    await next_of(socket, "peers", lambda message: message["documentId"] == other.document_id)
    async with Repo(name="Alice") as alice:
        alice.connect(server.sync_url, headers=header(server))
        await alice.find(plan.url)
        await alice.find(other.url)
        told = await next_of(socket, "peers", lambda message: message["rows"])
        assert told["documentId"] == other.document_id
    socket.close()


@pytest.mark.parametrize(
    "message", ["{", "[]", '{"type": "watch"}', '{"type": "watch", "documentId": "../x"}']
)
async def test_nonsense_closes_the_socket_with_a_reason(server: RunningServer, message: str) -> None:
    socket = await page(server)
    await socket.write_message(message)
    async with asyncio.timeout(10):
        while await socket.read_message() is not None:
            pass
    assert socket.close_code == 1003 and "documentId" in (socket.close_reason or "")


async def test_programs_read_the_same_as_server_sent_events(server: RunningServer) -> None:
    plan = server.repo.create({})
    received = b""

    def collect(chunk: bytes) -> None:
        nonlocal received
        received += chunk

    client = AsyncHTTPClient(force_instance=True)
    url = f"{server.url}api/automerge/events?document={plan.document_id}"
    accept = {**header(server), "Accept": "text/event-stream"}
    request = HTTPRequest(url, headers=accept, streaming_callback=collect, request_timeout=0)
    stream = asyncio.ensure_future(client.fetch(request, raise_error=False))
    await until(lambda: received.count(b"\n\n") >= 3, "three events")
    client.close()
    stream.cancel()
    kinds = [line.removeprefix(b"event: ") for line in received.splitlines() if line.startswith(b"event: ")]
    assert kinds[:3] == [b"hello", b"access", b"peers"]
    assert json.loads(received.split(b"\n\n")[2].partition(b"data: ")[2])["documentId"] == plan.document_id


async def test_a_page_that_left_is_watched_for_no_longer(server: RunningServer) -> None:
    listeners = server.repo._open().listeners
    before = len(listeners)
    socket = await page(server)
    await next_of(socket, "hello")
    socket.close()
    await until(lambda: len(listeners) == before, "the end of the subscription")
