"""A listener for WebSockets: what passes it, and how it and its connections end."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient

from jupyter_automerge.errors import ListenError
from jupyter_automerge.network import Transport, WebSocketConnector, listen, socket_transport
from jupyter_automerge.network.socket_transport import SocketTransport
from jupyter_automerge.testing.recording_sink import RecordingSink
from tests.unit.network.callers import dial


def test_a_person_who_looks_with_a_browser_is_told_that_it_runs(hall: Any) -> None:
    async def play() -> None:
        async with hall() as it:
            for path in ("/", "/api/automerge/sync"):
                answer = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{it.listener.port}{path}")
                assert answer.code == 200
                assert answer.headers["Content-Type"].startswith("text/plain")
                assert b"jupyter_automerge sync server is running" in answer.body
            assert it.guests == []

    asyncio.run(play())


@pytest.mark.parametrize("path", ["/", "/api/automerge/sync"])
def test_both_paths_carry_frames_both_ways(hall: Any, path: str) -> None:
    async def play() -> None:
        async with hall() as it:
            client = await dial(it.url + path)
            await client.write_message(b"to the server", binary=True)
            guest = await it.guest()
            await guest.until_frames(1)
            guest.transport.send(b"to the client")
            assert await client.read_message() == b"to the client"
            assert guest.frames == [b"to the server"]
            assert it.endpoints[0].startswith("127.0.0.1:")
            assert it.listener.connections == 1
            client.close()
            await guest.until_closed()

    asyncio.run(play())


def test_nagle_is_off_at_both_ends(hall: Any) -> None:
    async def play() -> None:
        async with hall() as it:
            dialed: list[Transport] = []

            def on_open(transport: Transport) -> RecordingSink:
                dialed.append(transport)
                return RecordingSink("the caller", transport)

            await WebSocketConnector(it.url).connect(on_open)
            for end in (dialed[0], (await it.guest()).transport):
                assert isinstance(end, SocketTransport)
                option = end._stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                assert option, "a keystroke would wait for the other side's delayed ACK"

    asyncio.run(play())


def test_text_arrives_as_text_so_that_it_can_be_refused_with_a_reason(hall: Any) -> None:
    async def play() -> None:
        async with hall() as it:
            client = await dial(it.url)
            await client.write_message("grüße")
            guest = await it.guest()
            await guest.until_frames(1)
            assert guest.frames == ["grüße"]
            guest.transport.close(1003, "binary frames only")
            assert await client.read_message() is None
            assert (client.close_code, client.close_reason) == (1003, "binary frames only")

    asyncio.run(play())


def test_no_compression_even_if_offered(hall: Any, bare_client: Any) -> None:
    async def play() -> None:
        async with hall() as it:
            headers = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
            client = await bare_client.upgrade(it.listener.port, headers=headers)
            assert client.status.startswith("HTTP/1.1 101")
            assert "permessage-deflate" not in client.status
            client.writer.close()

    asyncio.run(play())


def test_an_address_in_use_is_told_as_such() -> None:
    async def play() -> None:
        first = await listen(_nobody)
        with pytest.raises(
            ListenError, match=f"cannot listen on 127.0.0.1:{first.port}: Address already in use"
        ):
            await listen(_nobody, port=first.port)
        with pytest.raises(ListenError, match=r"cannot listen on no-such-host\.invalid:0: "):
            await listen(_nobody, "no-such-host.invalid")
        for host, port in (("127.0.0.1", 70_000), ("a" * 64, 0)):
            with pytest.raises(ListenError, match=f"cannot listen on {host}:{port}: "):
                await listen(_nobody, host, port)
        await first.close()

    asyncio.run(play())


def test_closing_says_goodbye_to_everybody_and_takes_nobody_else(hall: Any) -> None:
    async def play() -> None:
        async with hall() as it:
            clients = [await dial(it.url) for _ in range(3)]
            (await it.guest(3)).transport.send(b"the last words")
            closing = asyncio.ensure_future(it.listener.close("maintenance"))
            assert await clients[2].read_message() == b"the last words"
            for client in clients:
                assert await client.read_message() is None
                assert (client.close_code, client.close_reason) == (1001, "maintenance")
            await closing
            assert [await guest.until_closed() for guest in it.guests] == [(1001, "maintenance")] * 3
            with pytest.raises(ConnectionRefusedError):
                await dial(it.url)

    asyncio.run(play())


def test_closing_waits_for_peers_to_read_the_last_words_but_not_for_the_deaf(
    hall: Any, bare_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_transport, "_GOODBYE_SECONDS", 0.05)

    async def play() -> None:
        async with hall() as it:
            client = await bare_client.upgrade(it.listener.port)
            guest = await it.guest()
            await it.listener.close()
            assert guest.endings == [(1001, "the server stops")], "close() returned with a socket still open"
            client.writer.close()

    asyncio.run(play())


def test_N14_a_sink_that_raises_loses_its_own_connection_and_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(RecordingSink):
        def frame(self, data: bytes | str) -> None:
            raise LookupError(f"cannot take {data!r}")

    guests: list[RecordingSink] = []

    def accept(transport: Transport, endpoint: str) -> RecordingSink:
        kind: Callable[[str, Transport], RecordingSink] = RecordingSink if guests else Broken
        guests.append(kind(endpoint, transport))
        return guests[-1]

    async def play() -> None:
        listener = await listen(accept)
        broken, whole = await dial(listener.url), await dial(listener.url)
        await broken.write_message(b"x", binary=True)
        assert await broken.read_message() is None
        await whole.write_message(b"y", binary=True)
        await guests[1].until_frames(1)
        assert (await guests[0].until_closed())[0] is None
        whole.close()
        await listener.close()

    asyncio.run(play())
    assert "cannot take b'x'" in caplog.text


def _nobody(transport: Transport, endpoint: str) -> RecordingSink:
    raise AssertionError(f"nobody should connect, and {endpoint} did")
