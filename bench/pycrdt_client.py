"""A raw Yjs client: one room on one socket, each update sent when it is made."""

from typing import Self

from pycrdt import (
    Doc,
    Subscription,
    Text,
    TransactionEvent,
    create_sync_message,
    create_update_message,
    handle_sync_message,
)
from tornado.websocket import WebSocketClientConnection, websocket_connect

from bench.sockets import send_at_once
from bench.waiting import Waiting

SYNC = 0


class PycrdtClient:
    """One connection with its replica of one room's document."""

    def __init__(self, name: str, waiting: Waiting) -> None:
        self.name = name
        self.document: Doc[Text] = Doc()
        self.text = self.document.get("text", type=Text)
        self._waiting = waiting
        self._applying = False
        self._socket: WebSocketClientConnection | None = None
        self._subscription: Subscription | None = None

    @classmethod
    async def connected(cls, url: str, name: str, waiting: Waiting) -> Self:
        client = cls(name, waiting)
        client._socket = await websocket_connect(f"{url}/room", on_message_callback=client._received)
        send_at_once(client._socket)
        client._send(create_sync_message(client.document))
        client._subscription = client.document.observe(client._changed)
        return client

    @property
    def length(self) -> int:
        return len(self.text)

    def type_character(self) -> None:
        self.text += "x"

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    async def until_length(self, length: int) -> float:
        """The time at which the text had this length."""
        return await self._waiting.until(
            lambda: self.length == length, f"{self.name} waits for {length} characters"
        )

    def _changed(self, event: TransactionEvent) -> None:
        if not self._applying:
            self._send(create_update_message(event.update))

    def _received(self, frame: str | bytes | None) -> None:
        if not isinstance(frame, bytes) or frame[0] != SYNC:
            return
        self._applying = True
        try:
            reply = handle_sync_message(frame[1:], self.document)
        finally:
            self._applying = False
        if reply is not None:
            self._send(reply)
        self._waiting.look()

    def _send(self, frame: bytes) -> None:
        assert self._socket is not None
        self._socket.write_message(frame, binary=True)
