"""A raw client: the sync protocol on one socket, with the Automerge core and nothing between.

It answers each message at once and keeps nothing on disk, so what is measured is the server.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from typing import Any, Self

import cbor2
from automerge.core import ROOT, Document, Message, ObjType, ScalarType, SyncState
from tornado.websocket import WebSocketClientConnection, websocket_connect

from bench.sockets import send_at_once
from bench.waiting import Waiting
from jupyter_automerge.values.ids import DocumentId, document_id_from_bytes

MAX_MESSAGE_BYTES = 100 * 1024 * 1024
HASH_BYTES = 32
JOIN_SECONDS = 30.0


class Replica:
    """One document on one connection."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.session = SyncState()
        self.server_heads: frozenset[bytes] = frozenset()
        self._text = b""

    @property
    def heads(self) -> frozenset[bytes]:
        return frozenset(self.document.get_heads())

    @property
    def length(self) -> int:
        """Characters of the text; 0 while the document is not here."""
        return self.document.length(self._text) if self._has_text() else 0

    def type_character(self) -> None:
        """One change: a character at the end."""
        if not self._has_text():
            raise ValueError("nobody can type in a document that is not here")
        with self.document.transaction() as change:
            change.insert(self._text, change.length(self._text), ScalarType.Str, "x")

    def _has_text(self) -> bool:
        # Looked up once, as a Yjs client holds its text.
        if not self._text and (found := self.document.get(ROOT, "text")):
            self._text = found[1]
        return bool(self._text)


class AutomergeClient:
    """One connection with its replicas; counts frames and bytes both ways."""

    def __init__(self, name: str, waiting: Waiting) -> None:
        self.name = name
        self.frames = self.bytes = 0
        self.last_frame_at = time.perf_counter()
        self.replicas: dict[DocumentId, Replica] = {}
        self._waiting = waiting
        self._peer_id = ""
        self._socket: WebSocketClientConnection | None = None
        self._joined = asyncio.Event()

    @classmethod
    async def connected(cls, url: str, name: str, waiting: Waiting) -> Self:
        client = cls(name, waiting)
        await client.connect(url)
        return client

    async def connect(self, url: str) -> None:
        """Open a socket and join under a peer id of its own; returns when the server has answered."""
        self._joined.clear()
        self._socket = await websocket_connect(
            url, on_message_callback=self._received, max_message_size=MAX_MESSAGE_BYTES
        )
        send_at_once(self._socket)
        self._peer_id = f"{self.name}-{os.urandom(6).hex()}"
        metadata = {"isEphemeral": True}
        self._send({"type": "join", "peerMetadata": metadata, "supportedProtocolVersions": ["1"]})
        async with asyncio.timeout(JOIN_SECONDS):
            await self._joined.wait()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def begin_session(self) -> None:
        """Forget what this connection knew of the server's replicas; the documents stay."""
        for replica in self.replicas.values():
            replica.session, replica.server_heads = SyncState(), frozenset()
        self.frames = self.bytes = 0

    def create(self, changes: int) -> DocumentId:
        """A document with so many changes, one character each; not yet sent."""
        document_id = document_id_from_bytes(os.urandom(16))
        self.replicas[document_id] = Replica(text_document(changes))
        return document_id

    def request(self, document_id: DocumentId) -> Replica:
        """Ask for a document that is not here."""
        replica = self.replicas[document_id] = Replica(Document())
        self._say(document_id, replica, "request")
        return replica

    def push(self, document_id: DocumentId) -> None:
        """Send what the server lacks, as far as is known."""
        self._say(document_id, self.replicas[document_id], "sync")

    def has_told(self, document_ids: Iterable[DocumentId]) -> bool:
        """Whether the server has reported exactly our heads of all these documents."""
        replicas = [self.replicas[document_id] for document_id in document_ids]
        return all(replica.server_heads == replica.heads for replica in replicas)

    async def until(self, holds: Callable[[], bool], story: str) -> float:
        """Wait; the time at which it held, on the clock of `time.perf_counter`."""
        return await self._waiting.until(holds, f"{self.name}: {story}")

    def _received(self, frame: str | bytes | None) -> None:
        if not isinstance(frame, bytes):
            return
        self._count(frame)
        message = cbor2.loads(frame)
        if message["type"] == "peer":
            self._joined.set()
        elif message["type"] in ("sync", "request"):
            self._apply(DocumentId(message["documentId"]), message["data"])

    def _apply(self, document_id: DocumentId, data: bytes) -> None:
        replica = self.replicas.get(document_id)
        if replica is None:
            replica = self.replicas[document_id] = Replica(Document())
        replica.document.receive_sync_message(replica.session, Message.decode(data))
        replica.server_heads = heads_in(data)
        # The change is here: its confirmation, which Yjs has none of, is no part of its way.
        self._waiting.look()
        self._say(document_id, replica, "sync")

    def _say(self, document_id: DocumentId, replica: Replica, kind: str) -> None:
        message = replica.document.generate_sync_message(replica.session)
        if message is not None:
            self._send({"type": kind, "documentId": document_id, "data": message.encode()})

    def _send(self, message: dict[str, Any]) -> None:
        assert self._socket is not None
        frame = cbor2.dumps({"senderId": self._peer_id, "targetId": "server", **message})
        self._count(frame)
        self._socket.write_message(frame, binary=True)

    def _count(self, frame: bytes) -> None:
        self.frames += 1
        self.bytes += len(frame)
        self.last_frame_at = time.perf_counter()


def text_document(changes: int) -> Document:
    """A document with a text, made by so many changes."""
    document = Document()
    with document.transaction() as change:
        text = change.put_object(ROOT, "text", ObjType.Text)
    for index in range(changes - 1):
        with document.transaction() as change:
            change.insert(text, index, ScalarType.Str, "x")
    return document


def heads_in(data: bytes) -> frozenset[bytes]:
    """The sender's heads in a sync message: a type byte, a LEB128 count, hashes."""
    count, shift, position = 0, 0, 1
    while True:
        byte = data[position]
        count |= (byte & 0x7F) << shift
        shift, position = shift + 7, position + 1
        if byte < 0x80:
            break
    return frozenset(
        data[start : start + HASH_BYTES]
        for start in range(position, position + count * HASH_BYTES, HASH_BYTES)
    )
