"""A WebSocket read in pieces that have nothing to do with its frames."""

import asyncio
import struct
from random import Random

import pytest
from tornado.iostream import IOStream, StreamClosedError
from tornado.netutil import bind_sockets
from tornado.tcpclient import TCPClient
from tornado.tcpserver import TCPServer

from jupyter_automerge.network.framing import binary_message
from jupyter_automerge.network.read_ahead import ReadAhead


class CountingProtocol:
    """The part of tornado's protocol that reads."""

    _wire_bytes_in = 0


class Ends(TCPServer):
    """Both ends of one TCP connection."""

    def __init__(self) -> None:
        super().__init__()
        self._accepted: asyncio.Future[IOStream] = asyncio.get_running_loop().create_future()

    async def handle_stream(self, stream: IOStream, address: object) -> None:
        self._accepted.set_result(stream)

    async def open(self) -> tuple[IOStream, IOStream]:
        (listening,) = bind_sockets(0, "127.0.0.1")
        self.add_socket(listening)
        near = await TCPClient().connect("127.0.0.1", listening.getsockname()[1])
        return near, await self._accepted


async def read_frame(ahead: ReadAhead) -> bytes:
    """One unmasked binary frame, as tornado takes it apart."""
    _, size = await ahead.read(2)
    if size == 126:
        (size,) = struct.unpack("!H", await ahead.read(2))
    elif size == 127:
        (size,) = struct.unpack("!Q", await ahead.read(8))
    return await ahead.read(size)


async def read_in_random_pieces(seed: int) -> None:
    random = Random(seed)
    frames = [random.randbytes(random.choice((0, 1, 125, 126, 3_000, 70_000, 300_000))) for _ in range(40)]
    sent = b"".join(binary_message(frame, masked=False) for frame in frames)
    near, far = await Ends().open()
    protocol = CountingProtocol()
    ahead = ReadAhead(protocol, far)  # type: ignore[arg-type]

    async def send() -> None:
        at = 0
        while at < len(sent):
            size = random.choice((1, 2, 3, 200, 65_536, 200_000))
            await near.write(sent[at : at + size])
            await asyncio.sleep(0)
            at += size
        near.close()

    sending = asyncio.ensure_future(send())
    story = f"seed {seed}"
    for frame in frames:
        assert await read_frame(ahead) == frame, story
    await sending
    assert protocol._wire_bytes_in == len(sent), story
    with pytest.raises(StreamClosedError):
        await ahead.read(1)


@pytest.mark.parametrize("seed", range(5))
def test_frames_arrive_whole_however_the_network_cuts_them(seed: int) -> None:
    asyncio.run(read_in_random_pieces(seed))


def test_frames_that_came_together_are_read_from_the_socket_once() -> None:
    async def story() -> None:
        near, far = await Ends().open()
        ahead = ReadAhead(CountingProtocol(), far)  # type: ignore[arg-type]
        await near.write(binary_message(b"one", masked=False) + binary_message(b"two", masked=False))
        assert await read_frame(ahead) == b"one"
        near.close()
        far.close()
        assert await read_frame(ahead) == b"two", "the second was there already"

    asyncio.run(story())
