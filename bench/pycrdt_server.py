"""pycrdt-websocket on tornado: prints its URL, ends on SIGTERM. `python -m bench.pycrdt_server`."""

import asyncio
import signal

from pycrdt import Channel
from pycrdt.websocket import WebsocketServer
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler


class RoomSocket(WebSocketHandler, Channel):
    """One client of one room; the room's name is the path."""

    def initialize(self, server: WebsocketServer) -> None:
        self._server = server
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue()

    @property
    def path(self) -> str:
        return str(self.request.path)

    def open(self, *arguments: str, **options: str) -> None:
        self._serving = asyncio.create_task(self._server.serve(self))

    def on_message(self, message: str | bytes) -> None:
        assert isinstance(message, bytes)
        self._frames.put_nowait(message)

    def on_close(self) -> None:
        self._frames.put_nowait(None)

    async def send(self, message: bytes) -> None:
        await self.write_message(message, binary=True)

    async def recv(self) -> bytes:
        return await self.__anext__()

    def __aiter__(self) -> "RoomSocket":
        return self

    async def __anext__(self) -> bytes:
        frame = await self._frames.get()
        if frame is None:
            raise StopAsyncIteration
        return frame


async def main() -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    async with WebsocketServer(auto_clean_rooms=False) as rooms:
        sockets = bind_sockets(0, "127.0.0.1")
        HTTPServer(Application([(r"/.*", RoomSocket, {"server": rooms})])).add_sockets(sockets)
        print(f"Serving at ws://127.0.0.1:{sockets[0].getsockname()[1]}", flush=True)
        await stopping.wait()


if __name__ == "__main__":
    asyncio.run(main())
