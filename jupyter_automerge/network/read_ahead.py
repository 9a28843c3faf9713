"""A WebSocket's bytes, read from the socket as far as they go at once.

tornado asks its stream for each part of a frame's head by itself, and so takes the socket out of the event
loop's hands and gives it back for every frame: that costs more than to decode what is in it.
"""

from tornado.iostream import IOStream
from tornado.websocket import WebSocketProtocol13

_PIECE_BYTES = 64 * 1024


class ReadAhead:
    """Stands in for the way in which tornado's protocol reads. Keeps what came beyond: at most 64 KiB."""

    def __init__(self, protocol: WebSocketProtocol13, stream: IOStream) -> None:
        self._protocol = protocol
        self._stream = stream
        self._ahead = b""
        self._at = 0
        # tornado offers no other place; it looks the method up at each part of a frame.
        protocol._read_bytes = self.read  # type: ignore[method-assign]

    async def read(self, n: int) -> bytes:
        """The next `n` bytes. Raises StreamClosedError when the stream ends before them."""
        if self._at + n > len(self._ahead):
            await self._fetch(n)
        start, self._at = self._at, self._at + n
        # By this count tornado lets others have a turn, also while a peer sends without a pause.
        self._protocol._wire_bytes_in += n
        return self._ahead[start : self._at]

    async def _fetch(self, count: int) -> None:
        self._ahead, self._at = self._ahead[self._at :], 0
        if count - len(self._ahead) > _PIECE_BYTES:
            self._ahead += await self._stream.read_bytes(count - len(self._ahead))
        while len(self._ahead) < count:
            self._ahead += await self._stream.read_bytes(_PIECE_BYTES, partial=True)
