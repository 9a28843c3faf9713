"""How much one page may ask for, watch, and leave unread."""

import asyncio
import json
import socket
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from jupyter_automerge import Repo
from jupyter_automerge.server.watch import MAX_WATCHED, Watch
from jupyter_automerge.values.ids import document_id_from_bytes
from tests.jupyter.servers import DOCUMENT, RunningServer, until


async def page(server: RunningServer) -> WebSocketClientConnection:
    url = server.sync_url.replace("sync", "events")
    return await websocket_connect(HTTPRequest(url, headers={"Authorization": f"token {server.token}"}))


@pytest.mark.parametrize(
    "message",
    [
        json.dumps({"type": [], "documentId": DOCUMENT}),
        json.dumps({"type": {}, "documentId": DOCUMENT}),
        json.dumps({"type": "watch", "documentId": ["x"]}),
        "[" * 100_000,
        b"\xff\xfe",
    ],
)
async def test_odd_messages_of_a_page_close_its_socket_with_a_reason(
    server: RunningServer, message: str | bytes
) -> None:
    told = await page(server)
    await told.write_message(message, binary=isinstance(message, bytes))
    async with asyncio.timeout(10):
        while await told.read_message() is not None:
            pass
    assert told.close_code == 1003


async def test_a_page_that_watches_all_there_is_costs_no_more_than_the_bound(server: RunningServer) -> None:
    told = await page(server)
    for number in range(MAX_WATCHED + 500):
        document_id = document_id_from_bytes(number.to_bytes(16, "big"))
        await told.write_message(json.dumps({"type": "watch", "documentId": document_id}))
    answered = 0
    async with asyncio.timeout(20):
        while answered < MAX_WATCHED:
            answered += json.loads(str(await told.read_message()))["type"] == "peers"
        await told.write_message("{}")
        while (last := await told.read_message()) is not None:
            answered += json.loads(str(last))["type"] == "peers"
    assert answered == MAX_WATCHED


async def test_a_page_that_does_not_read_is_sent_the_newest_and_not_all(server: RunningServer) -> None:
    plan = server.repo.create({"n": 0})
    may_send, sent = asyncio.Event(), []

    async def send(message: dict[str, Any]) -> bool:
        await may_send.wait()
        sent.append(message)
        return True

    watch = Watch(server.repo, send, lambda: None)
    watch.add(plan.document_id)
    async with Repo(name="Alice") as alice:
        alice.connect(server.sync_url, headers={"Authorization": f"token {server.token}"})
        copy = await alice.find(plan.url, timeout=10)
        for number in range(1, 101):
            with copy.change() as edited:
                edited["n"] = number
        await until(lambda: plan.value["n"] == 100, "all of Alice's edits")
        may_send.set()
        await until(
            lambda: sent and sent[-1]["rows"] and sent[-1]["rows"][0]["missingThere"] == 0, "the rows"
        )
    assert len(sent) < 10
    watch.stop()


async def test_a_stream_that_nobody_reads_holds_no_more_than_its_buffer(server: RunningServer) -> None:
    plan = server.repo.create({"n": 0})
    with socket.create_connection(("127.0.0.1", server.app.port)) as idle:
        path = f"{server.app.base_url}api/automerge/events?document={plan.document_id}"
        idle.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
            f"Authorization: token {server.token}\r\n\r\n".encode()
        )
        listeners = server.repo._open().listeners
        before = len(listeners)
        await until(lambda: len(listeners) > before, "the stream")
    await until(lambda: len(listeners) == before, "the end of the stream with its client")


async def test_a_page_is_not_left_waiting_for_news_that_never_come(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Watch) -> None:
        raise RuntimeError("a defect")

    told = await page(server)
    monkeypatch.setattr(Watch, "_next", broken)
    await told.write_message(json.dumps({"type": "watch", "documentId": DOCUMENT}))
    async with asyncio.timeout(10):
        while await told.read_message() is not None:
            pass
    assert told.close_code == 1011
