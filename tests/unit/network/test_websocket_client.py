"""Dialing: servers that refuse, stall, lie, vanish or send too much."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler

from jupyter_automerge.errors import DialError
from jupyter_automerge.network import Pace, Transport, WebSocketConnector, listen, socket_transport
from jupyter_automerge.testing.recording_sink import RecordingSink
from jupyter_automerge.values.limits import MAX_MESSAGE_BYTES
from tests.unit.network.certificate import for_loopback, needs_openssl


class Caller:
    """Dials, and records each connection that comes of it."""

    def __init__(self, url: str, **options: Any) -> None:
        self.connector = WebSocketConnector(url, **options)
        self.sinks: list[RecordingSink] = []

    def on_open(self, transport: Transport) -> RecordingSink:
        self.sinks.append(RecordingSink("the caller", transport))
        return self.sinks[-1]

    async def dial(self) -> RecordingSink:
        await self.connector.connect(self.on_open)
        return self.sinks[-1]

    async def fail(self) -> DialError:
        with pytest.raises(DialError) as caught:
            await self.dial()
        assert self.sinks == [], "the dial failed, and yet a transport was handed out"
        return caught.value


@asynccontextmanager
async def serving(*routes: Any) -> AsyncIterator[int]:
    """A tornado server with these handlers; its port."""
    server = HTTPServer(Application(list(routes)))
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    try:
        yield sockets[0].getsockname()[1]
    finally:
        server.stop()
        await server.close_all_connections()


@asynccontextmanager
async def tcp(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]) -> AsyncIterator[int]:
    """A server that speaks no WebSocket; its port."""
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.mark.parametrize(
    ("status", "reason", "fatal"),
    [
        (401, "the server answered 401 Unauthorized", True),
        (403, "the server answered 403 Forbidden", True),
        (404, "the server answered 404 Not Found", False),
        (503, "the server answered 503 Service Unavailable", False),
    ],
)
def test_a_refusal_is_told_and_only_refused_credentials_are_fatal(
    status: int, reason: str, fatal: bool
) -> None:
    class Refusing(RequestHandler):
        def get(self) -> None:
            self.send_error(status)

    async def play() -> None:
        async with serving(("/", Refusing)) as port:
            error = await Caller(f"ws://127.0.0.1:{port}/").fail()
            assert (error.reason, error.fatal) == (reason, fatal)

    asyncio.run(play())


def test_a_redirect_says_where_to_but_no_secret_of_the_address() -> None:
    class Moved(RequestHandler):
        def get(self) -> None:
            self.redirect("http://hub.example/login?next=x&token=s3cret")

    async def play() -> None:
        async with serving(("/", Moved)) as port:
            error = await Caller(f"ws://127.0.0.1:{port}/").fail()
            assert error.reason == "the server answered 302 Found: it moved to hub.example/login"
            assert not error.fatal

    asyncio.run(play())


def test_a_web_server_without_websocket_is_told_as_such() -> None:
    class Page(RequestHandler):
        def get(self) -> None:
            self.write("hello")

    async def play() -> None:
        async with serving(("/", Page)) as port:
            error = await Caller(f"ws://127.0.0.1:{port}/").fail()
            assert (
                error.reason == f"127.0.0.1:{port} does not speak WebSocket there: check the address's path"
            )

    asyncio.run(play())


def test_nobody_there() -> None:
    async def play() -> None:
        listener = await listen(_nobody)
        await listener.close()
        error = await Caller(listener.url).fail()
        assert error.reason == f"connection refused by 127.0.0.1:{listener.port}"
        assert not error.fatal
        unknown = await Caller("ws://no-such-host.invalid/sync").fail()
        assert unknown.reason.startswith("no address found for no-such-host.invalid:80: ")
        assert not unknown.fatal

    asyncio.run(play())


def test_a_server_that_never_answers_is_given_up_after_the_timeout() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def play() -> None:
        async with tcp(silent) as port:
            error = await Caller(f"ws://127.0.0.1:{port}", dial_timeout=0.05).fail()
            assert error.reason.startswith(f"no answer from 127.0.0.1:{port}: "), error.reason
            assert not error.fatal

    asyncio.run(play())


def test_a_server_that_hangs_up_or_talks_nonsense() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 smtp.example ESMTP\r\n\r\n")
        writer.close()

    async def play() -> None:
        for talk in (hang_up, nonsense):
            async with tcp(talk) as port:
                error = await Caller(f"ws://127.0.0.1:{port}", dial_timeout=2).fail()
                assert f"127.0.0.1:{port}" in error.reason and not error.fatal, error.reason

    asyncio.run(play())


@pytest.mark.parametrize(
    "url", ["http://host/", "host:3030", "", "ws://", "ws:///path", "ws://host:99999", "ws://[::1"]
)
def test_an_address_that_cannot_be_dialed_is_refused_at_once(url: str) -> None:
    with pytest.raises(DialError) as caught:
        WebSocketConnector(url)
    assert caught.value.fatal
    assert "is not an address" in caught.value.reason


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        (
            "wss://user:pw@hub.example/user/alice/api/automerge/sync?token=s3cret#x",
            "wss://hub.example/user/alice/api/automerge/sync",
        ),
        ("ws://127.0.0.1:3030", "ws://127.0.0.1:3030"),
        ("ws://[::1]:3030/", "ws://[::1]:3030/"),
    ],
)
def test_the_endpoint_shows_no_secret(url: str, endpoint: str) -> None:
    assert WebSocketConnector(url).endpoint == endpoint


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


@needs_openssl
def test_a_certificate_that_nobody_vouches_for_is_refused_and_a_trusted_one_is_taken(tmp_path: Path) -> None:
    ours, theirs = for_loopback(tmp_path)

    async def play() -> None:
        guests: list[RecordingSink] = []

        def accept(transport: Transport, endpoint: str) -> RecordingSink:
            guests.append(RecordingSink(endpoint, transport))
            return guests[-1]

        listener = await listen(accept, ssl=ours)
        assert listener.url.startswith("wss://")
        error = await Caller(listener.url).fail()
        assert error.reason.startswith(f"the certificate of 127.0.0.1:{listener.port} is not trusted: "), (
            error.reason
        )
        sink = await Caller(listener.url, ssl=theirs).dial()
        sink.transport.send(bytes(3_000_000))
        await guests[0].until_frames(1)
        guests[0].transport.close(4403, "not allowed")
        assert await sink.until_closed() == (4403, "not allowed")
        await listener.close()

    asyncio.run(play())


def _nobody(transport: Transport, endpoint: str) -> RecordingSink:
    raise AssertionError(f"nobody should connect, and {endpoint} did")
