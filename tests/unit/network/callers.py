"""Clients of the tests, and servers that are none of ours for them to call."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketClientConnection, websocket_connect

from jupyter_automerge.errors import DialError
from jupyter_automerge.network import Transport, WebSocketConnector
from jupyter_automerge.testing.recording_sink import RecordingSink
from jupyter_automerge.values.limits import MAX_MESSAGE_BYTES


class Caller:
    """Dials, and records each connection that comes of it."""

    def __init__(self, url: str, **options: Any) -> None:
        self.connector = WebSocketConnector(url, **options)
        self.sinks: list[RecordingSink] = []

    def on_open(self, transport: Transport) -> RecordingSink:
        self.sinks.append(RecordingSink("the caller", transport))
        return self.sinks[-1]

    async def dial(self) -> RecordingSink:
        await self.connector.connect(self.on_open)
        return self.sinks[-1]

    async def fail(self) -> DialError:
        with pytest.raises(DialError) as caught:
            await self.dial()
        assert self.sinks == [], "the dial failed, and yet a transport was handed out"
        return caught.value


@asynccontextmanager
async def serving(*routes: Any) -> AsyncIterator[int]:
    """A tornado server with these handlers; its port."""
    server = HTTPServer(Application(list(routes)))
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    try:
        yield sockets[0].getsockname()[1]
    finally:
        server.stop()
        await server.close_all_connections()


@asynccontextmanager
async def tcp(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]) -> AsyncIterator[int]:
    """A server that speaks no WebSocket; its port."""
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def dial(url: str, **headers: str) -> WebSocketClientConnection:
    """A client of tornado's; underscores in the names of headers stand for dashes."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return await websocket_connect(HTTPRequest(url, headers=names), max_message_size=MAX_MESSAGE_BYTES)
