"""A socket without a Repo behind it: what a test says on it, byte for byte, is what goes out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any, Self

import cbor2
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketClientConnection, WebSocketHandler, websocket_connect

WAIT_SECONDS = 10.0


class RawClient:
    """A client socket; messages are plain maps."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self._socket = socket

    @classmethod
    async def connect(cls, url: str) -> Self:
        return cls(await websocket_connect(url))

    async def join(self, peer_id: str, **metadata: object) -> dict[str, Any]:
        """Join as JavaScript does; the `peer` message."""
        versions = {"supportedProtocolVersions": ["1"]}
        await self.say({"type": "join", "senderId": peer_id, "peerMetadata": metadata, **versions})
        answer = await self.hear()
        assert answer["type"] == "peer", answer
        return answer

    async def say(self, message: object) -> None:
        await self.say_bytes(cbor2.dumps(message))

    async def say_bytes(self, frame: bytes) -> None:
        await self._socket.write_message(frame, binary=True)

    async def hear(self) -> dict[str, Any]:
        """The next message. Fails when the socket is closed instead."""
        async with asyncio.timeout(WAIT_SECONDS):
            frame = await self._socket.read_message()
        assert isinstance(frame, bytes), f"closed with {self._socket.close_code} {self._socket.close_reason}"
        return dict(cbor2.loads(frame))

    async def until_closed(self) -> tuple[int | None, str | None]:
        """Code and reason, after whatever else comes."""
        async with asyncio.timeout(WAIT_SECONDS):
            while await self._socket.read_message() is not None:
                pass
        return self._socket.close_code, self._socket.close_reason

    def close(self) -> None:
        self._socket.close()


class RawSocket(WebSocketHandler):
    """A server's end of one connection, played by a test."""

    def initialize(self, play: Callable[["RawSocket", bytes], None]) -> None:
        self._play = play

    def check_origin(self, origin: str) -> bool:
        return True

    def on_message(self, message: str | bytes) -> None:
        assert isinstance(message, bytes)
        self._play(self, message)

    def say(self, message: object) -> None:
        self.write_message(cbor2.dumps(message), binary=True)


@contextlib.asynccontextmanager
async def raw_server(play: Callable[[RawSocket, bytes], None]) -> AsyncIterator[str]:
    """A server that calls `play` with each frame; its URL."""
    server = HTTPServer(Application([("/", RawSocket, {"play": play})]))
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    try:
        yield f"ws://127.0.0.1:{sockets[0].getsockname()[1]}"
    finally:
        server.stop()
        await server.close_all_connections()
