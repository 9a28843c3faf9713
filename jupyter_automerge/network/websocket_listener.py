"""A stand-alone sync server, a drop-in for the JavaScript one."""

import asyncio
import os
import socket
import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from hmac import compare_digest
from urllib.parse import urlsplit

from tornado.httpserver import HTTPServer
from tornado.web import Application, HTTPError

from jupyter_automerge.errors import ListenError
from jupyter_automerge.network.binding import bound_sockets
from jupyter_automerge.network.close_reason import GOING_AWAY
from jupyter_automerge.network.contract import Transport, TransportSink
from jupyter_automerge.network.keep_alive import Pace
from jupyter_automerge.network.websocket_handler import SyncSocketHandler
from jupyter_automerge.values.limits import MAX_MESSAGE_BYTES

SYNC_PATHS = ("/", "/api/automerge/sync")
HEALTH = "jupyter_automerge sync server is running\n"
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_ROOM_BESIDE_A_FRAME = 1024 * 1024

Accept = Callable[[Transport, str], TransportSink]
"""Told of each connection and of where it comes from."""


@dataclass(frozen=True)
class _House:
    accept: Accept
    token: str | None
    origins: frozenset[str]
    pace: Pace
    max_frame_bytes: int
    guests: set["_StandAloneHandler"] = field(default_factory=set)
    empty: asyncio.Event = field(default_factory=asyncio.Event)


class _StandAloneHandler(SyncSocketHandler):
    def initialize(self, house: _House) -> None:
        self.house = house
        self.pace = house.pace
        self.max_frame_bytes = house.max_frame_bytes

    async def get(self, *args: str, **kwargs: str) -> None:
        if self.request.headers.get("Upgrade", "").lower() != "websocket":
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(HEALTH)
            return
        self._check_origin_header()
        self._check_token()
        await super().get(*args, **kwargs)

    def check_origin(self, origin: str) -> bool:
        """Decided in `get`, where tornado's trust in equal Host and Origin does not come first."""
        return True

    def open_sink(self, transport: Transport) -> TransportSink:
        self.house.guests.add(self)
        self.house.empty.clear()
        return self.house.accept(transport, self.remote_address)

    def on_close(self) -> None:
        super().on_close()
        self.house.guests.discard(self)
        if not self.house.guests:
            self.house.empty.set()

    def _check_origin_header(self) -> None:
        # Any page a person visits may open sockets to loopback; only this machine's own are welcome unasked.
        # Host proves nothing: a page can give its own name our address.
        origin = self.request.headers.get("Origin")
        if origin is None or "*" in self.house.origins or origin in self.house.origins:
            return
        if urlsplit(origin).hostname not in _LOOPBACK_NAMES:
            raise HTTPError(403, reason="Origin not allowed")

    def _check_token(self) -> None:
        if self.house.token is None:
            return
        scheme, _, given = self.request.headers.get("Authorization", "").partition(" ")
        is_right = compare_digest(given.strip().encode(), self.house.token.encode())
        if scheme.lower() not in ("bearer", "token") or not is_right:
            self.set_header("WWW-Authenticate", "Bearer")
            raise HTTPError(401)

    def write_error(self, status_code: int, **kwargs: object) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code} {self._reason}\n")


class WebSocketListener:
    """A running server. `port` is the real one, also when 0 was asked for."""

    def __init__(self, server: HTTPServer, house: _House, host: str, port: int, scheme: str) -> None:
        self._server = server
        self._house = house
        self.host = host
        self.port = port
        self.url = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def connections(self) -> int:
        """How many sockets are open."""
        return len(self._house.guests)

    async def close(self, reason: str = "the server stops") -> None:
        """Take no more connections, say goodbye (1001) to those there are, and wait until they are gone."""
        self._server.stop()
        for guest in list(self._house.guests):
            if guest.transport is not None:
                guest.transport.close(GOING_AWAY, reason)
        if self._house.guests:
            await self._house.empty.wait()
        await self._server.close_all_connections()


async def listen(
    accept: Accept,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    token: str | None = None,
    origins: Collection[str] = (),
    ssl: ssl.SSLContext | None = None,
    pace: Pace | None = None,
    max_frame_bytes: int = MAX_MESSAGE_BYTES,
) -> WebSocketListener:
    """Serve sync connections at `/` and `/api/automerge/sync`; a plain GET is answered with a short text.

    With a token, connections need `Authorization: Bearer <token>` (or `token <token>`). Browser pages are
    welcome from this machine and from `origins` (full origins, or "*"). Raises ListenError.
    """
    try:
        sockets = bound_sockets(host, port)
    except (OSError, UnicodeError, OverflowError) as error:
        raise ListenError(f"cannot listen on {host}:{port}: {_said(error)}") from error
    house = _House(accept, token, frozenset(origins), pace or Pace(), max_frame_bytes)
    application = Application([(path, _StandAloneHandler, {"house": house}) for path in SYNC_PATHS])
    server = HTTPServer(
        application,
        ssl_options=ssl,
        max_buffer_size=max_frame_bytes + _ROOM_BESIDE_A_FRAME,
        max_body_size=_ROOM_BESIDE_A_FRAME,
    )
    server.add_sockets(sockets)
    return WebSocketListener(server, house, host, sockets[0].getsockname()[1], "wss" if ssl else "ws")


def _said(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno is not None and not isinstance(error, socket.gaierror):
        # Python's own addition to it names the address once more.
        return os.strerror(error.errno)
    return getattr(error, "strerror", None) or str(error)
