"""The client's end of a sync connection."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

from jupyter_automerge.errors import DialError
from jupyter_automerge.network.close_reason import Ending
from jupyter_automerge.network.contract import OnOpen
from jupyter_automerge.network.dial_faults import FAULTS, dial_error
from jupyter_automerge.network.keep_alive import Pace
from jupyter_automerge.network.resolving import DirectResolver
from jupyter_automerge.network.socket_transport import SocketTransport
from jupyter_automerge.values.limits import DIAL_TIMEOUT_SECONDS, MAX_MESSAGE_BYTES

Dialing = asyncio.Future[WebSocketClientConnection]
Headers = Callable[[], Mapping[str, str]]
"""Asked at each dial, so that a token may be a fresh one."""

_PORTS = {"ws": 80, "wss": 443}
_ROOM_BESIDE_A_FRAME = 1024 * 1024


class WebSocketConnector:
    """Dials one URL, `ws://` or `wss://`; any other raises a fatal DialError here."""

    def __init__(
        self,
        url: str,
        headers: Headers | None = None,
        ssl: ssl.SSLContext | None = None,
        *,
        pace: Pace | None = None,
        max_frame_bytes: int = MAX_MESSAGE_BYTES,
        dial_timeout: float = DIAL_TIMEOUT_SECONDS,
    ) -> None:
        self._url = url
        self._headers = headers
        self._ssl = ssl
        self._pace = pace or Pace()
        self._max_frame_bytes = max_frame_bytes
        self._dial_timeout = dial_timeout
        self._address, self._endpoint = _parse(url)
        self.last_close: Ending | None = None
        """How the latest transport ended; None before the first end."""

    @property
    def endpoint(self) -> str:
        """The URL without user, password, query and fragment: those may be secrets."""
        return self._endpoint

    async def connect(self, on_open: OnOpen) -> None:
        """As the contract says. Refused credentials (401, 403) are fatal; what may pass by itself is not."""
        client = _Client(self._transport_over)
        dialing = asyncio.ensure_future(
            websocket_connect(
                self._request(),
                on_message_callback=client.on_message,
                ping_interval=None,  # KeepAlive pings.
                max_message_size=self._max_frame_bytes,
                resolver=DirectResolver(),
            )
        )
        # A callback runs before tornado reads the first frame; the code after an `await` would not.
        dialing.add_done_callback(client.on_dialed)
        try:
            await asyncio.shield(dialing)
        except FAULTS as fault:
            raise dial_error(fault, self._address) from fault
        except asyncio.CancelledError:
            dialing.add_done_callback(_hang_up)
            raise
        client.start(on_open)

    def _request(self) -> HTTPRequest:
        return HTTPRequest(
            self._url,
            headers=dict(self._headers()) if self._headers is not None else {},
            ssl_options=self._ssl,
            connect_timeout=self._dial_timeout,
            request_timeout=self._dial_timeout,
        )

    def _transport_over(self, connection: WebSocketClientConnection) -> SocketTransport:
        protocol = connection.protocol
        if protocol is None or protocol.stream is None:
            raise WebSocketClosedError(f"{self._address} hung up at once")
        # tornado allows its clients exactly 100 MiB; a largest frame comes with the first bytes of the next.
        protocol.stream.max_buffer_size = self._max_frame_bytes + _ROOM_BESIDE_A_FRAME
        return SocketTransport(
            protocol,
            pace=self._pace,
            is_client=True,
            max_frame_bytes=self._max_frame_bytes,
            on_gone=self._ended,
        )

    def _ended(self, ending: Ending) -> None:
        self.last_close = ending


class _Client:
    """Joins tornado's client connection and our transport."""

    def __init__(self, transport_over: Callable[[WebSocketClientConnection], SocketTransport]) -> None:
        self._transport_over = transport_over
        self._connection: WebSocketClientConnection | None = None
        self._transport: SocketTransport | None = None

    def on_dialed(self, dialing: Dialing) -> None:
        """The dial has ended; nothing has been read yet."""
        if not dialing.cancelled() and dialing.exception() is None:
            self._connection = dialing.result()
            self._transport = self._transport_over(self._connection)

    def start(self, on_open: OnOpen) -> None:
        """Hand the transport out."""
        if self._transport is None:
            raise DialError("the connection was lost while it was opened")
        self._transport.start(on_open(self._transport))

    def on_message(self, message: str | bytes | None) -> None:
        """None is tornado's word for the end."""
        if self._transport is None or self._connection is None:
            return
        if message is not None:
            self._transport.received(message)
        else:
            self._transport.gone(self._connection.close_code, self._connection.close_reason)
            self._connection.close()


def _hang_up(dialing: Dialing) -> None:
    if not dialing.cancelled() and dialing.exception() is None:
        dialing.result().close()


def _parse(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise DialError(f"{url!r} is not an address: {error}", fatal=True) from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise DialError(f"{url!r} is not an address to dial: it must begin with ws:// or wss://", fatal=True)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = host if port is None else f"{host}:{port}"
    return f"{host}:{port or _PORTS[parts.scheme]}", f"{parts.scheme}://{place}{parts.path}"
