"""When bytes last moved on a stream, frames complete or not."""

import asyncio

from tornado.iostream import IOStream


class Traffic:
    """Watches a stream's own reads and writes. Times are those of the event loop."""

    def __init__(self, stream: IOStream) -> None:
        self._stream = stream
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

    def _read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        try:
            count = self._read(buf)
        finally:
            del buf  # A traceback that held it would keep tornado from resizing its buffer.
        if count:
            self.last_read = self._time()
        return count

    def _write_to_fd(self, data: memoryview) -> int:
        try:
            count = self._write(data)
        finally:
            del data
        if count:
            self.last_written = self._time()
        return count
