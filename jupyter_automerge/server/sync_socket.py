"""`api/automerge/sync`: the automerge-repo protocol for pages, kernels and programs that are logged in."""

from typing import Any

from jupyter_server.auth.decorator import authorized, ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado.web import HTTPError

from jupyter_automerge.repo import Pace, SyncSocketHandler, Transport, TransportSink
from jupyter_automerge.server.access import access_of, identity_of
from jupyter_automerge.server.kernel_token import KernelTokenMixin
from jupyter_automerge.server.rights import Rights
from jupyter_automerge.server.settings import AUTH_RESOURCE, host_of


class UsedTransport:
    """Says that the socket is used when something is sent, too: who reads in silence may lose that right."""

    def __init__(self, transport: Transport, rights: Rights) -> None:
        self._transport = transport
        self._rights = rights

    def send(self, frame: bytes) -> bool:
        self._rights.used()
        return self._transport.send(frame)

    def close(self, code: int | None, reason: str) -> None:
        self._transport.close(code, reason)


class SyncHandler(KernelTokenMixin, WebSocketMixin, SyncSocketHandler, JupyterHandler):
    """Login, then the rights to read and to write, then the Origin; only then is anything allocated.

    Jupyter's mixin stands before tornado's handler: the other way round its Origin check would be lost.
    """

    auth_resource = AUTH_RESOURCE
    _rights: Rights | None = None

    @ws_authenticated
    @authorized
    async def get(self, *args: Any, **kwargs: Any) -> None:
        host = host_of(self)
        await host.when_running()
        # `authorized` asked for "read" alone, as an upgrade is a GET.
        access = await access_of(self)
        if access is None:
            raise HTTPError(403)
        self._rights = Rights(self, access, self._leave)
        self.pace = Pace(host.ping_interval, host.ping_timeout)
        self.max_frame_bytes = host.message_bytes
        await SyncSocketHandler.get(self, *args, **kwargs)

    @property
    def ping_interval(self) -> None:
        """None: the transport pings. Jupyter's mixin would say milliseconds where tornado reads seconds."""

    @property
    def ping_timeout(self) -> None:
        """None, as above."""

    def set_default_headers(self) -> None:
        """None: an upgrade has no use for them."""

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Does not call the mixin's, which would ping on its own as well."""
        SyncSocketHandler.open(self, *args, **kwargs)

    def open_sink(self, transport: Transport) -> TransportSink:
        repo = host_of(self).repo
        if repo is None or self._rights is None:
            raise HTTPError(503)
        used = UsedTransport(transport, self._rights)
        return repo.accept(
            used, endpoint=self.remote_address, user=identity_of(self), access=self._rights.access
        )

    def on_message(self, message: str | bytes) -> None:
        if self._rights is not None:
            self._rights.used()
        SyncSocketHandler.on_message(self, message)

    def on_close(self) -> None:
        if self._rights is not None:
            self._rights.stop()
        SyncSocketHandler.on_close(self)

    def _leave(self, code: int, reason: str) -> None:
        if self.transport is not None:
            self.transport.close(code, reason)
