"""Dials that lead nowhere: what is told about them, and which are not to be tried again."""

import asyncio
from pathlib import Path

import pytest
from tornado.web import RequestHandler

from jupyter_automerge.errors import DialError
from jupyter_automerge.network import Transport, WebSocketConnector, listen
from jupyter_automerge.testing.recording_sink import RecordingSink
from tests.unit.network.callers import Caller, serving, tcp
from tests.unit.network.certificate import for_loopback, needs_openssl


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
