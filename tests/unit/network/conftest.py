"""A listener that records, and a bare TCP client that speaks only as much WebSocket as a test wants."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from jupyter_automerge.network import Transport, TransportSink, WebSocketListener, listen
from jupyter_automerge.testing.recording_sink import RecordingSink


class Hall:
    """A listener, and everybody who came."""

    def __init__(self) -> None:
        self.listener: WebSocketListener
        self.guests: list[RecordingSink] = []
        self.endpoints: list[str] = []
        self._arrived = asyncio.Event()

    @property
    def url(self) -> str:
        return self.listener.url

    def accept(self, transport: Transport, endpoint: str) -> TransportSink:
        self.guests.append(RecordingSink(f"guest {len(self.guests) + 1}", transport))
        self.endpoints.append(endpoint)
        self._arrived.set()
        return self.guests[-1]

    async def guest(self, number: int = 1) -> RecordingSink:
        """The sink of the n-th connection, once it is there."""
        async with asyncio.timeout(10):
            while len(self.guests) < number:
                self._arrived.clear()
                await self._arrived.wait()
        return self.guests[number - 1]


OpenHall = Callable[..., AbstractAsyncContextManager[Hall]]


@pytest.fixture
def hall() -> OpenHall:
    """`async with hall(...) as it`: options as those of `listen`."""

    @asynccontextmanager
    async def opened(**options: Any) -> AsyncIterator[Hall]:
        it = Hall()
        it.listener = await listen(it.accept, **options)
        try:
            yield it
        finally:
            await it.listener.close()

    return opened


class BareClient:
    """Upgrades, and then neither answers pings nor closes: the test does what it wants with the bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def upgrade(cls, port: int, *, path: str = "/", headers: str = "") -> "BareClient":
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
            f"{headers}\r\n".encode()
        )
        client = cls(reader, writer)
        client.status = (await reader.readuntil(b"\r\n\r\n")).decode()  # type: ignore[attr-defined]
        return client

    async def next_frame(self) -> tuple[int, bytes]:
        """Opcode and payload of the next short frame."""
        head = await self.reader.readexactly(2)
        return head[0] & 0x0F, await self.reader.readexactly(head[1])


@pytest.fixture
def bare_client() -> type[BareClient]:
    return BareClient
