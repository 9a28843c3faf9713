"""A connection that a client dialed: what it hears, and how it ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tornado.websocket import WebSocketHandler

from jupyter_automerge.network import Pace, listen, socket_transport
from jupyter_automerge.testing.recording_sink import RecordingSink
from jupyter_automerge.values.limits import MAX_MESSAGE_BYTES
from tests.unit.network.callers import Caller, serving, tcp


def test_headers_are_asked_for_at_each_dial() -> None:
    tokens = iter(["first", "second"])

    async def play() -> None:
        listener = await listen(
            lambda transport, endpoint: RecordingSink(endpoint, transport), token="second"
        )
        caller = Caller(listener.url, headers=lambda: {"Authorization": f"Bearer {next(tokens)}"})
        assert (await caller.fail()).fatal
        await caller.dial()
        await listener.close()

    asyncio.run(play())


def test_what_the_server_says_before_we_have_looked_up_is_not_lost() -> None:
    class Hasty(WebSocketHandler):
        def open(self, *args: str, **kwargs: str) -> None:
            for number in range(100):
                self.write_message(b"%d" % number, binary=True)
            self.close(4500, "in a hurry")

    async def play() -> None:
        async with serving(("/", Hasty)) as port:
            caller = Caller(f"ws://127.0.0.1:{port}/")
            sink = await caller.dial()
            assert await sink.until_closed() == (4500, "in a hurry")
            assert sink.frames == [b"%d" % number for number in range(100)]
            assert caller.connector.last_close is not None
            assert (caller.connector.last_close.code, caller.connector.last_close.reason) == (
                4500,
                "in a hurry",
            )
            assert not sink.after_the_end

    asyncio.run(play())


def test_a_server_that_sends_too_much_is_told_1009() -> None:
    class Flood(WebSocketHandler):
        ended: "asyncio.Future[tuple[int | None, str | None]]"

        def open(self, *args: str, **kwargs: str) -> None:
            sending = self.write_message(bytes(MAX_MESSAGE_BYTES + 1), binary=True)
            sending.add_done_callback(lambda done: done.exception())

        def on_message(self, message: str | bytes) -> None:
            raise AssertionError("nothing should come")

        def on_close(self) -> None:
            self.ended.set_result((self.close_code, self.close_reason))

    async def play() -> None:
        Flood.ended = asyncio.get_running_loop().create_future()
        async with serving(("/", Flood)) as port:
            sink = await Caller(f"ws://127.0.0.1:{port}/").dial()
            expected = (1009, f"a frame is too big: the limit is {MAX_MESSAGE_BYTES} bytes")
            assert await sink.until_closed() == expected
            assert await asyncio.wait_for(Flood.ended, 10) == expected
            assert sink.frames == []

    asyncio.run(play())


def test_a_server_that_does_not_answer_a_goodbye_is_left_after_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket_transport, "_GOODBYE_SECONDS", 0.05)

    async def play() -> None:
        async with deaf_server() as port:
            sink = await Caller(f"ws://127.0.0.1:{port}/").dial()
            began = asyncio.get_running_loop().time()
            sink.transport.close(1000, "done")
            assert await sink.until_closed() == (1000, "done")
            took = asyncio.get_running_loop().time() - began
            assert took < 4, f"a silent server held the caller up for {took:.1f} s"

    asyncio.run(play())


def test_W12_a_server_that_does_not_answer_pings_is_left() -> None:
    async def play() -> None:
        async with deaf_server() as port:
            caller = Caller(f"ws://127.0.0.1:{port}/", pace=Pace(0.02, 0.02))
            sink = await caller.dial()
            assert await sink.until_closed() == (None, "no answer to a ping within 0.02 s")
            assert caller.connector.last_close is not None

    asyncio.run(play())


@asynccontextmanager
async def deaf_server() -> AsyncIterator[int]:
    """Upgrades (RFC 6455's own example of a key has a known answer), then reads and never says a word."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = next(
            line.split(": ")[1]
            for line in request.split("\r\n")
            if line.lower().startswith("sec-websocket-key")
        )
        accept = _accept_for(key)
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept.encode() + b"\r\n\r\n"
        )
        await reader.read()
        writer.close()

    async with tcp(talk) as port:
        yield port


def _accept_for(key: str) -> str:
    from base64 import b64encode
    from hashlib import sha1

    return b64encode(sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()).decode()


def test_a_dial_that_is_cancelled_leaves_no_connection() -> None:
    class Slow(WebSocketHandler):
        asked = asyncio.Event()
        answer = asyncio.Event()
        closed = asyncio.Event()

        async def prepare(self) -> None:
            self.asked.set()
            await self.answer.wait()

        def on_message(self, message: str | bytes) -> None:
            raise AssertionError("nothing should come")

        def on_close(self) -> None:
            self.closed.set()

    async def play() -> None:
        async with serving(("/", Slow)) as port:
            caller = Caller(f"ws://127.0.0.1:{port}/")
            dialing = asyncio.ensure_future(caller.dial())
            await Slow.asked.wait()
            dialing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await dialing
            Slow.answer.set()
            await asyncio.wait_for(Slow.closed.wait(), 10)
            assert caller.sinks == []

    asyncio.run(play())
