"""When bytes last moved on a stream, frames complete or not."""

import asyncio
from collections.abc import Callable

from tornado.iostream import IOStream

_MORE_THAN_A_PING = 256
"""Bytes: a peer that does nothing but answer pings moves nothing."""
_A_WHILE_SECONDS = 0.1
_TOLD_EVERY_SECONDS = 1.0


class Traffic:
    """Watches a stream's own reads and writes. Times are those of the event loop."""

    def __init__(self, stream: IOStream, on_moved: Callable[[], None]) -> None:
        """`on_moved` is told, once a second at most, that part of a frame that takes a while went out or came in."""
        self._stream = stream
        self._on_moved = on_moved
        self._incoming = self._outgoing = 0
        self._timer: asyncio.TimerHandle | None = None
        self._time = asyncio.get_running_loop().time
        self._read = stream.read_from_fd
        self._write = stream.write_to_fd
        self.last_read = self.last_written = self._time()
        # These two are what a stream class defines; tornado offers no other place that sees every byte.
        stream.read_from_fd = self._read_from_fd  # type: ignore[method-assign]
        stream.write_to_fd = self._write_to_fd  # type: ignore[method-assign]

    @property
    def is_sending(self) -> bool:
        """Whether bytes wait for the socket to take them."""
        return self._stream.writing()

    def frame_came(self) -> None:
        """A frame is complete: what was read until now is told by itself."""
        self._incoming = 0

    def stop(self) -> None:
        """Tell nothing more."""
        if self._timer is not None:
            self._timer.cancel()

    def _read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        try:
            count = self._read(buf)
        finally:
            del buf  # A traceback that held it would keep tornado from resizing its buffer.
        if count:
            self.last_read = self._time()
            self._incoming += count
            self._tell_soon(self._incoming)
        return count

    def _write_to_fd(self, data: memoryview) -> int:
        try:
            count = self._write(data)
        finally:
            del data
        if count:
            self.last_written = self._time()
            self._outgoing += count
            self._tell_soon(self._outgoing)
        return count

    def _tell_soon(self, moved: int) -> None:
        if moved >= _MORE_THAN_A_PING and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_A_WHILE_SECONDS, self._tell)

    def _tell(self) -> None:
        self._timer = None
        incoming, outgoing = self._incoming, self._outgoing if self.is_sending else 0
        self._incoming = self._outgoing = 0
        if max(incoming, outgoing) >= _MORE_THAN_A_PING:
            self._timer = asyncio.get_running_loop().call_later(_TOLD_EVERY_SECONDS, self._tell)
            self._on_moved()
