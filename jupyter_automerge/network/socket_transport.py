"""A Transport over one tornado WebSocket, whichever side opened it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketProtocol, WebSocketProtocol13

from jupyter_automerge.network.close_reason import NO_CODE, TOO_BIG, Ending, fitted, too_big
from jupyter_automerge.network.contract import TransportSink
from jupyter_automerge.network.framing import binary_message
from jupyter_automerge.network.keep_alive import KeepAlive, Pace
from jupyter_automerge.network.lingering import drain_and_close, end_our_half
from jupyter_automerge.network.read_ahead import ReadAhead
from jupyter_automerge.network.stopwatch import Stopwatch
from jupyter_automerge.network.traffic import Traffic
from jupyter_automerge.values.limits import MAX_MESSAGE_BYTES

FULL_BYTES = 1024 * 1024
"""Bytes waiting for the socket beyond which the peer counts as slow."""
WRITABLE_BYTES = FULL_BYTES // 2
_GOODBYE_SECONDS = 2.0
"""For the peer's answer to our close frame once that is out."""
_FLUSH_SECONDS = 5.0
"""For what still waits for the socket when we leave without a goodbye; tornado's own limit with one."""


class SocketTransport:
    """Lives on one event loop. Its owner passes on what tornado reports: `received` and `gone`."""

    def __init__(
        self,
        protocol: WebSocketProtocol,
        *,
        pace: Pace,
        is_client: bool,
        max_frame_bytes: int = MAX_MESSAGE_BYTES,
        on_gone: Callable[[Ending], None] | None = None,
    ) -> None:
        if protocol.stream is None:
            raise ValueError("the WebSocket is not open")
        self._protocol = protocol
        self._stream = protocol.stream
        self._max_frame_bytes = max_frame_bytes
        self._masks = is_client
        self._on_gone = on_gone
        self._sink: TransportSink | None = None
        self._early: list[bytes | str] = []
        self._waiting_bytes = 0
        self._owes_writable = False
        self._ending: Ending | None = None
        self._is_silent = False
        self._peer_said_goodbye = False
        self._is_gone = False
        self._farewell: asyncio.Future[None] | None = None
        self._goodbye_timer: asyncio.TimerHandle | None = None
        self._close_socket = protocol.close
        # tornado closes by itself what is too big, and tells the peer alone.
        protocol.close = self._protocol_closes  # type: ignore[method-assign]
        if isinstance(protocol, WebSocketProtocol13):
            ReadAhead(protocol, self._stream)
        protocol.set_nodelay(True)
        self._traffic = Traffic(self._stream, self._moved)
        self._keep_alive = KeepAlive(pace, self._traffic, self._ping, self._give_up)
        self._has_heard = False
        self._stopwatch = Stopwatch(asyncio.get_running_loop().time)
        protocol.handler.on_pong = self._ponged  # type: ignore[method-assign]

    @property
    def remote_address(self) -> str:
        """Host and port of the other end of the socket."""
        address = self._stream.socket.getpeername() if not self._stream.closed() else ("closed", 0)
        host, port = address[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def start(self, sink: TransportSink) -> None:
        """From here on the sink hears of everything, beginning with what came before. Called once."""
        self._sink = sink
        early, self._early = self._early, []
        for data in early:
            if not self._is_silent:
                self._deliver(sink, data)
        if self._is_gone:
            self._tell_end(sink)

    def send(self, frame: bytes) -> bool:
        """As the contract says. The socket has the bytes when this returns, unless others wait there."""
        if self._ending is not None or self._is_gone:
            return False
        if len(frame) > self._max_frame_bytes:
            ending = too_big(len(frame), self._max_frame_bytes)
            self.close(TOO_BIG, ending.reason)
            return False
        try:
            written = self._stream.write(binary_message(frame, masked=self._masks))
        except StreamClosedError:
            return False
        if not self._stream.writing():
            return True
        self._waiting_bytes += len(frame)
        written.add_done_callback(lambda done: self._written(done, len(frame)))
        self._owes_writable = self._waiting_bytes > FULL_BYTES
        return not self._owes_writable

    def close(self, code: int | None, reason: str) -> None:
        """As the contract says. A peer that does not answer the goodbye is cut after two seconds."""
        if self._ending is not None or self._is_gone:
            return
        self._ending = Ending(code, fitted(reason))
        self._is_silent = True
        self._keep_alive.stop()
        if code is None:
            self._leave_silently()
            return
        self._close_socket(code, self._ending.reason)
        self._goodbye_timer = asyncio.get_running_loop().call_later(_GOODBYE_SECONDS, self._stop_waiting)

    def received(self, data: bytes | str) -> None:
        """tornado has read a message."""
        self._traffic.frame_came()
        if self._is_silent:
            return
        if self._sink is None:
            self._early.append(data)
        else:
            self._deliver(self._sink, data)

    def gone(self, code: int | None, reason: str | None) -> None:
        """tornado has closed the socket; code and reason are the peer's. Only the first call counts."""
        if self._is_gone:
            return
        self._is_gone = True
        self._keep_alive.stop()
        self._traffic.stop()
        if self._goodbye_timer is not None:
            self._goodbye_timer.cancel()
        self._ending = self._ending or self._ending_of_peer(code, reason)
        if self._on_gone is not None:
            self._on_gone(self._ending)
        if self._sink is not None:
            self._tell_end(self._sink)

    def _tell_end(self, sink: TransportSink) -> None:
        if self._ending is not None:
            sink.closed(self._ending.code, self._ending.reason)

    def _ending_of_peer(self, code: int | None, reason: str | None) -> Ending:
        if self._peer_said_goodbye:
            return Ending(NO_CODE if code is None else code, reason or "")
        cause = self._stream.error
        detail = getattr(cause, "strerror", None) or (str(cause) if cause else "")
        return Ending(None, "the connection was cut" + (f": {detail}" if detail else ""))

    def _protocol_closes(self, code: int | None = None, reason: str | None = None) -> None:
        if self._farewell is not None:
            return
        if self._protocol.client_terminated:
            # An answer to the peer's close frame, unless both sides are cut already.
            self._peer_said_goodbye |= not self._protocol.server_terminated
            self._close_socket(code, reason)
        elif code == TOO_BIG and self._ending is None:
            self._refuse_the_rest()
        else:
            self._close_socket(code, reason)

    def _refuse_the_rest(self) -> None:
        self._ending = Ending(TOO_BIG, f"a frame is too big: the limit is {self._max_frame_bytes} bytes")
        self._close_socket(TOO_BIG, self._ending.reason)
        # tornado now closes the socket at once, and the peer, still sending, would never read why.
        self._protocol.stream = None
        self._farewell = asyncio.ensure_future(drain_and_close(self._stream))

    def _deliver(self, sink: TransportSink, data: bytes | str) -> None:
        sink.frame(data)
        if not self._has_heard:
            # Both have said who they are now: how far away the other is will be known soon.
            self._has_heard = True
            self._ping()

    def _written(self, done: "asyncio.Future[None]", size: int) -> None:
        failed = done.cancelled() or done.exception() is not None
        self._waiting_bytes -= size
        if self._owes_writable and not failed and self._waiting_bytes <= WRITABLE_BYTES:
            self._owes_writable = False
            if self._sink is not None and self._ending is None and not self._is_gone:
                self._sink.writable()

    def _moved(self) -> None:
        if self._sink is not None and self._ending is None and not self._is_gone:
            self._sink.moved()

    def _ping(self) -> None:
        if not self._protocol.is_closing():
            self._protocol.write_ping(self._stopwatch.begin(is_clear=not self._stream.writing()))

    def _ponged(self, data: bytes) -> None:
        seconds = self._stopwatch.end(data)
        if seconds is not None and self._sink is not None and self._ending is None and not self._is_gone:
            self._sink.round_trip(seconds)

    def _give_up(self, reason: str) -> None:
        if self._ending is None:
            self._ending = Ending(None, reason)
        self._stream.close()

    def _leave_silently(self) -> None:
        patience = _FLUSH_SECONDS if self._stream.writing() else _GOODBYE_SECONDS
        self._goodbye_timer = asyncio.get_running_loop().call_later(patience, self._stream.close)
        with suppress(StreamClosedError):
            self._stream.write(b"").add_done_callback(self._flushed)

    def _flushed(self, written: "asyncio.Future[None]") -> None:
        if not written.cancelled() and written.exception() is None:
            end_our_half(self._stream)

    def _stop_waiting(self) -> None:
        # While bytes still wait, tornado's own five seconds are the limit.
        if not self._stream.writing():
            self._stream.close()
