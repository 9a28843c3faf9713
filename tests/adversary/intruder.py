"""Mallory: a socket with no Repo behind it, which says whatever a test wants."""

from typing import Any, Self

import cbor2
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from jupyter_automerge.values.ids import DocumentId, document_id_from_bytes
from tests.interop.raw import RawClient

NAME = "mallory"
FIRST_REQUEST = bytes((0x43, 0, 0, 1, 0, 0, 0))  # no heads, no need, one empty have, no changes
NOWHERE = document_id_from_bytes(b"nobody has it :)")


class Intruder(RawClient):
    """A raw client; `server_id` is known once it joined."""

    server_id = ""

    @classmethod
    async def come(cls, url: str, **headers: str) -> Self:
        """An open socket; nothing is said yet."""
        return cls(await websocket_connect(HTTPRequest(url, headers=headers)))

    async def join(self, peer_id: str = NAME, **metadata: object) -> dict[str, Any]:
        answer = await super().join(peer_id, **metadata)
        self.server_id = answer["senderId"]
        return answer

    async def say_raw(self, frame: bytes | str) -> None:
        """A binary frame, or a text frame."""
        await self._socket.write_message(frame, binary=isinstance(frame, bytes))

    async def is_still_served(self) -> None:
        """A question is answered, so all that was said before was read and borne."""
        await self.say(request(NOWHERE))
        answer: dict[str, Any] = {}
        while (answer.get("type"), answer.get("documentId")) != ("doc-unavailable", NOWHERE):
            answer = await self.hear()  # the server may ask us for it, too


def message(kind: str, document_id: object, data: object = FIRST_REQUEST, **fields: object) -> dict[str, Any]:
    """A message about a document in Mallory's name."""
    about = {"type": kind, "senderId": NAME, "targetId": "server", "documentId": document_id, "data": data}
    return about | fields


def request(document_id: DocumentId) -> dict[str, Any]:
    """A question for a document."""
    return message("request", document_id)


def frame(kind: str, document_id: object, data: object = FIRST_REQUEST, **fields: object) -> bytes:
    """The same as bytes."""
    return cbor2.dumps(message(kind, document_id, data, **fields))
