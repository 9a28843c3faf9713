"""`api/automerge/events`: what pages are told beside the documents themselves, over one socket per page.

A page watches documents; for each it gets the rows of the stores that have it, whole, whenever they may
have changed. The same stream is there as server-sent events for command-line clients (`Accept:
text/event-stream`, documents named by `?document=<id>`). Browsers must not use that: they allow six HTTP
connections per host, over all tabs.
"""

import json
from typing import Any

from jupyter_server.auth.decorator import authorized, ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.server.access import access_of, access_word
from jupyter_automerge.server.endpoint import one_line
from jupyter_automerge.server.kernel_token import KernelTokenMixin
from jupyter_automerge.server.rights import Rights
from jupyter_automerge.server.settings import AUTH_RESOURCE, host_of
from jupyter_automerge.server.watch import Send, Watch
from jupyter_automerge.values.ids import DocumentId, interpret_document_id
from jupyter_automerge.values.limits import MAX_JSON_BYTES


class EventsHandler(KernelTokenMixin, WebSocketMixin, WebSocketHandler, JupyterHandler):
    """One page's stream. Nothing is subscribed to before the socket is open, which is after all checks."""

    auth_resource = AUTH_RESOURCE
    _rights: Rights | None = None
    _watch: Watch | None = None

    @ws_authenticated
    @authorized
    async def get(self, *args: Any, **kwargs: Any) -> None:
        await host_of(self).when_running()
        access = await access_of(self)
        if access is None:
            raise HTTPError(403)
        self._rights = Rights(self, access, self._leave)
        if "text/event-stream" in self.request.headers.get("Accept", ""):
            await self._stream()
        else:
            await WebSocketHandler.get(self, *args, **kwargs)

    @property
    def ping_interval(self) -> float:
        """In seconds, as tornado reads it; Jupyter's mixin means milliseconds."""
        return host_of(self).ping_interval

    @property
    def ping_timeout(self) -> float:
        return host_of(self).ping_timeout

    @property
    def max_message_size(self) -> int:
        return MAX_JSON_BYTES

    def set_default_headers(self) -> None:
        """None: an upgrade has no use for them."""

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Does not call the mixin's, which would ping on its own as well."""
        self._watch = self._begin(self._send_over_socket)

    def on_message(self, message: str | bytes) -> None:
        wanted = _request(message)
        if wanted is None or self._watch is None:
            self.close(1003, "expected {type: watch | unwatch, documentId}")
        elif wanted[0] == "watch":
            self._watch.add(wanted[1])
        else:
            self._watch.remove(wanted[1])

    def on_close(self) -> None:
        self._end()

    def on_connection_close(self) -> None:
        """A stream's client left (for sockets, tornado calls on_close)."""
        super().on_connection_close()
        self._end()

    def _begin(self, send: Send) -> Watch:
        host, rights = host_of(self), self._rights
        if host.repo is None or rights is None:
            raise HTTPError(503)

        async def send_with_rights(message: dict[str, Any]) -> bool:
            rights.used()
            return await send(message)

        watch = Watch(
            host.repo, send_with_rights, lambda: self._leave(1011, "the server failed; see its log")
        )
        watch.say({"type": "hello", "storageId": host.repo.storage_id, "peerId": host.repo.peer_id})
        watch.say({"type": "access", "access": access_word(rights.access)})
        return watch

    def _leave(self, code: int, reason: str) -> None:
        if self.ws_connection is not None:
            self.close(code, reason)
        self._end()

    def _end(self) -> None:
        if self._watch is not None:
            self._watch.stop()
        if self._rights is not None:
            self._rights.stop()

    async def _send_over_socket(self, message: dict[str, Any]) -> bool:
        try:
            await self.write_message(message)
        except WebSocketClosedError:
            return False
        return True

    async def _stream(self) -> None:
        if not self.check_origin():
            raise HTTPError(403, "Cross-origin requests are not allowed.")
        ids = [_document_id(text) for text in self.get_arguments("document")]
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "no-store")
        self._watch = self._begin(self._send_as_event)
        for document_id in ids:
            self._watch.add(document_id)
        while not await self._watch.done(self.ping_interval):
            # A comment, so that a client that vanished without a word is noticed.
            await self._write_event(":\n\n")

    async def _send_as_event(self, message: dict[str, Any]) -> bool:
        return await self._write_event(f"event: {message['type']}\ndata: {json.dumps(message)}\n\n")

    async def _write_event(self, text: str) -> bool:
        try:
            self.write(text)
            await self.flush()
        except StreamClosedError:
            return False
        return True


def _document_id(text: str) -> DocumentId:
    try:
        return interpret_document_id(text)
    except InvalidId as error:
        raise HTTPError(400, one_line(error)) from error


def _request(message: str | bytes) -> tuple[str, Any] | None:
    try:
        content = json.loads(message)
        kind, document_id = content["type"], interpret_document_id(content["documentId"])
    except (ValueError, KeyError, TypeError, RecursionError, InvalidId):
        return None
    return (kind, document_id) if kind in ("watch", "unwatch") else None
