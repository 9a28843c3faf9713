"""Letting a peer read our last words while it is still sending.

A socket closed with unread bytes in it is reset, and the peer loses the close frame with its code and reason.
So what it sends is read and dropped until it has seen our end.
"""

import asyncio
import socket
from contextlib import suppress

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError

LINGER_SECONDS = 30.0
_PIECE_BYTES = 256 * 1024


async def drain_and_close(stream: IOStream) -> None:
    """Send what is written, then read to the peer's end, for half a minute at most. Keeps nothing of it."""
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            await stream.write(b"")
            end_our_half(stream)
            piece = bytearray(_PIECE_BYTES)
            while True:
                await stream.read_into(piece, partial=True)
    except (StreamClosedError, TimeoutError):
        stream.close()
    except asyncio.CancelledError:
        stream.close()
        raise


def end_our_half(stream: IOStream) -> None:
    """Let the peer see the end of our stream, and go on reading its."""
    # TLS has no half-closed sockets worth the name: there the peer's own close has to do.
    if not isinstance(stream, SSLIOStream):
        with suppress(OSError):
            stream.socket.shutdown(socket.SHUT_WR)
