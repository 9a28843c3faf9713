"""The server's end of a sync connection, as a tornado handler: for a stand-alone server and for Jupyter."""

from typing import Any

from tornado.websocket import WebSocketHandler

from jupyter_automerge.network.contract import Transport, TransportSink
from jupyter_automerge.network.keep_alive import Pace
from jupyter_automerge.network.socket_transport import SocketTransport
from jupyter_automerge.values.limits import MAX_MESSAGE_BYTES


class SyncSocketHandler(WebSocketHandler):
    """Inherit it and define `open_sink`. Who may connect, and from which origin, is for the heir to check.

    Nothing is allocated before the upgrade has succeeded. Pings, frame size and back-pressure are settled
    here, so that settings of the surrounding application change nothing.
    """

    pace = Pace()
    max_frame_bytes = MAX_MESSAGE_BYTES
    transport: SocketTransport | None = None
    """The connection, once it is open."""

    def open_sink(self, transport: Transport) -> TransportSink:
        """The connection is open: say who hears of it. Hand the transport to `Repo.accept`, for one."""
        raise NotImplementedError(f"{type(self).__name__} must define open_sink")

    @property
    def remote_address(self) -> str:
        """Host and port of the socket's other end; a proxy's, if there is one."""
        return self.transport.remote_address if self.transport is not None else "not connected"

    # tornado's own pings count a busy loop and a large frame in transit as a dead peer; KeepAlive does not.
    @property
    def ping_interval(self) -> float | None:
        """None: tornado does not ping."""
        return None

    @property
    def ping_timeout(self) -> float | None:
        """None: tornado does not judge."""
        return None

    @property
    def max_message_size(self) -> int:
        """What tornado reads at most; it closes with 1009 on more."""
        return self.max_frame_bytes

    def get_compression_options(self) -> dict[str, Any] | None:
        """None: what Automerge saves is compressed already."""
        return None

    def open(self, *args: str, **kwargs: str) -> None:
        """Called by tornado after the upgrade."""
        if self.ws_connection is None:
            return
        self.transport = SocketTransport(
            self.ws_connection, pace=self.pace, is_client=False, max_frame_bytes=self.max_frame_bytes
        )
        self.transport.start(self.open_sink(self.transport))

    def on_message(self, message: str | bytes) -> None:
        """Called by tornado with each whole message."""
        if self.transport is not None:
            self.transport.received(message)

    def on_close(self) -> None:
        """Called by tornado when the socket is closed, by whomever."""
        if self.transport is not None:
            self.transport.gone(self.close_code, self.close_reason)
