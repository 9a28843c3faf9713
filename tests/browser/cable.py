"""The cable between a browser and a server: it can be cut, mended, and be slow."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

CHUNK = 65536


class Cable:
    """Forwards TCP connections to a port of this machine. `port` is where the browser connects."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self.is_cut = False
        self.refuses_sockets = False  # WebSockets of ours are cut while all else goes on
        self.socket_delay = 0.0  # seconds that the first answers on a WebSocket of ours are held back
        self._target = target
        self._server: asyncio.Server | None = None
        self._writers: dict[asyncio.StreamWriter, bool] = {}  # and whether it is a WebSocket of ours

    @classmethod
    @asynccontextmanager
    async def to(cls, target: int) -> AsyncIterator[Self]:
        """A cable to this port, taken away at the end."""
        cable = cls(target)
        cable._server = await asyncio.start_server(cable._connected, "127.0.0.1", 0)
        cable.port = cable._server.sockets[0].getsockname()[1]
        try:
            yield cable
        finally:
            cable.cut()
            cable._server.close()

    def cut(self) -> None:
        """Every connection ends at once; new ones are refused."""
        self.is_cut = True
        for writer in self._writers:
            writer.transport.abort()

    def cut_sockets(self) -> None:
        """As `cut`, for our WebSockets alone."""
        self.refuses_sockets = True
        for writer, is_socket in self._writers.items():
            if is_socket:
                writer.transport.abort()

    def mend(self) -> None:
        """New connections pass again."""
        self.is_cut = self.refuses_sockets = False

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.read(CHUNK)
        is_socket = b" /api/automerge/sync" in head or b" /api/automerge/events" in head
        if self.is_cut or (is_socket and self.refuses_sockets):
            writer.transport.abort()
            return
        try:
            there = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        there[1].write(head)
        delay = self.socket_delay if is_socket else 0.0
        self._writers |= {writer: is_socket, there[1]: is_socket}
        await asyncio.gather(self._pump(reader, there[1]), self._pump(there[0], writer, delay))
        for end in (writer, there[1]):
            self._writers.pop(end, None)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float = 0.0
    ) -> None:
        with contextlib.suppress(OSError):
            first = True
            while data := await reader.read(CHUNK):
                writer.write(data)
                await writer.drain()
                if first and delay:
                    await asyncio.sleep(delay)  # the upgrade has passed, what follows it is held back
                first = False
        writer.transport.abort() if self.is_cut else writer.close()
