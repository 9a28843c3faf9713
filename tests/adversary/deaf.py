"""A peer that speaks and never reads: what is sent to it stays with the sender."""

import asyncio
import socket
from typing import Self
from urllib.parse import urlsplit

import cbor2

from jupyter_automerge.network.framing import binary_message
from tests.adversary.attacks import join

UPGRADE = (
    "GET / HTTP/1.1\r\nHost: {place}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
RECEIVE_BYTES = 4096


class Deaf:
    """Joined under its name; the kernel's buffer for it is as small as it gets."""

    def __init__(self, connection: socket.socket, name: str) -> None:
        self.name = name
        self._connection = connection

    @classmethod
    async def come(cls, url: str, name: str = "deaf") -> Self:
        place = urlsplit(url).netloc
        host, _, port = place.partition(":")
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(connection, (host, int(port)))
        deaf = cls(connection, name)
        await loop.sock_sendall(connection, UPGRADE.format(place=place).encode())
        assert b" 101 " in await loop.sock_recv(connection, 4096)
        await deaf._send(join(senderId=name))
        return deaf

    async def say(self, message: dict[str, object]) -> None:
        await self._send(cbor2.dumps(message | {"senderId": self.name}))

    async def _send(self, frame: bytes) -> None:
        sending = asyncio.get_running_loop().sock_sendall(
            self._connection, binary_message(frame, masked=True)
        )
        await sending

    def close(self) -> None:
        self._connection.close()
