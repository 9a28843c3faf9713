"""The stand-alone server, met by raw clients of every kind."""

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from jupyter_automerge.errors import ListenError
from jupyter_automerge.network import Pace, Transport, WebSocketConnector, listen, socket_transport
from jupyter_automerge.network.socket_transport import SocketTransport
from jupyter_automerge.testing.recording_sink import RecordingSink
from jupyter_automerge.values.limits import MAX_MESSAGE_BYTES

QUICK = Pace(interval=0.02, timeout=0.02)


async def _dial(url: str, **headers: str) -> WebSocketClientConnection:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return await websocket_connect(HTTPRequest(url, headers=names), max_message_size=MAX_MESSAGE_BYTES)


async def _refusal(dialing: Awaitable[Any]) -> int:
    with pytest.raises(HTTPClientError) as caught:
        await dialing
    return caught.value.code


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
            client = await _dial(it.url + path)
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
            client = await _dial(it.url)
            await client.write_message("grüße")
            guest = await it.guest()
            await guest.until_frames(1)
            assert guest.frames == ["grüße"]
            guest.transport.close(1003, "binary frames only")
            assert await client.read_message() is None
            assert (client.close_code, client.close_reason) == (1003, "binary frames only")

    asyncio.run(play())


def test_a_frame_of_101_MiB_is_refused_with_1009_which_its_sender_can_read(hall: Any) -> None:
    async def play() -> None:
        async with hall() as it:
            other = await _dial(it.url)
            client = await _dial(it.url)
            sending = client.write_message(bytes(101 * 1024 * 1024), binary=True)
            sending.add_done_callback(lambda done: done.exception())
            assert await client.read_message() is None
            reason = f"a frame is too big: the limit is {MAX_MESSAGE_BYTES} bytes"
            assert (client.close_code, client.close_reason) == (1009, reason)
            guest = await it.guest(2)
            assert await guest.until_closed() == (1009, reason)
            assert guest.frames == []
            await other.write_message(b"unaffected", binary=True)
            await (await it.guest(1)).until_frames(1)
            other.close()

    asyncio.run(play())


_FLOODING_CLIENT = """
import asyncio, sys
from tornado.websocket import websocket_connect

async def flood():
    client = await websocket_connect(sys.argv[1])
    sending = client.write_message(bytes(101 * 1024 * 1024), binary=True)
    sending.add_done_callback(lambda done: done.exception())
    await client.read_message()
    print(client.close_code, client.close_reason)

asyncio.run(flood())
"""


def test_a_sender_in_another_process_reads_1009_too_although_it_is_still_sending(hall: Any) -> None:
    async def play() -> None:
        async with hall() as it:
            client = await asyncio.create_subprocess_exec(
                sys.executable, "-c", _FLOODING_CLIENT, it.url, stdout=asyncio.subprocess.PIPE
            )
            saw, _ = await asyncio.wait_for(client.communicate(), 30)
            assert saw.decode() == f"1009 a frame is too big: the limit is {MAX_MESSAGE_BYTES} bytes\n"

    asyncio.run(play())


def test_a_frame_of_exactly_100_MiB_passes_and_so_does_the_next(hall: Any) -> None:
    async def play() -> None:
        async with hall() as it:
            callers: list[RecordingSink] = []

            def on_open(transport: Transport) -> RecordingSink:
                callers.append(RecordingSink("the caller", transport))
                return callers[0]

            await WebSocketConnector(it.url).connect(on_open)
            guest = await it.guest()
            # The next frame is at the socket before the first is read, and is read along with its end.
            for sender, receiver in ((callers[0], guest), (guest, callers[0])):
                sender.transport.send(bytes(MAX_MESSAGE_BYTES))
                sender.transport.send(bytes(300_000))
                await receiver.until_frames(2)
                assert [len(frame) for frame in receiver.frames] == [MAX_MESSAGE_BYTES, 300_000]

    asyncio.run(play())


def test_W11_a_client_that_vanishes_is_noticed(hall: Any, bare_client: Any) -> None:
    async def play() -> None:
        async with hall() as it:
            client = await bare_client.upgrade(it.listener.port)
            guest = await it.guest()
            client.writer.transport.abort()
            code, reason = await guest.until_closed()
            assert code is None and reason.startswith("the connection was cut"), f"{code} {reason!r}"
            assert it.listener.connections == 0

    asyncio.run(play())


@pytest.mark.parametrize(
    ("frame", "ending"),
    [(b"\x88\x80\0\0\0\0", (1005, "")), (b"\x88\x85\0\0\0\0\x11\x94bye", (4500, "bye"))],
    ids=["without a code", "with code and reason"],
)
def test_a_clients_goodbye_is_passed_on(
    hall: Any, bare_client: Any, frame: bytes, ending: tuple[int, str]
) -> None:
    async def play() -> None:
        async with hall() as it:
            client = await bare_client.upgrade(it.listener.port)
            guest = await it.guest()
            client.writer.write(frame)
            assert await guest.until_closed() == ending
            client.writer.close()

    asyncio.run(play())


def test_W12_a_client_that_does_not_answer_pings_is_cut(hall: Any, bare_client: Any) -> None:
    async def play() -> None:
        async with hall(pace=QUICK) as it:
            client = await bare_client.upgrade(it.listener.port)
            guest = await it.guest()
            opcode, _ = await client.next_frame()
            assert opcode == 0x9, f"a ping should come, and a frame with opcode {opcode} came"
            assert await guest.until_closed() == (None, "no answer to a ping within 0.02 s")
            assert await client.reader.read() == b"", "the socket is still open"
            client.writer.close()

    asyncio.run(play())


def test_a_client_that_answers_pings_stays(hall: Any) -> None:
    async def play() -> None:
        async with hall(pace=Pace(interval=0.02, timeout=0.2)) as it:
            client = await _dial(it.url)
            guest = await it.guest()
            five = asyncio.Event()
            pings: list[bytes] = []

            def on_ping(data: bytes) -> None:
                pings.append(data)
                if len(pings) == 5:
                    five.set()

            client.on_ping = on_ping  # type: ignore[method-assign]
            await asyncio.wait_for(five.wait(), 10)
            assert guest.endings == []
            client.close()

    asyncio.run(play())


def test_a_large_frame_that_is_still_arriving_is_an_answer(hall: Any, bare_client: Any) -> None:
    async def play() -> None:
        async with hall(pace=Pace(interval=0.02, timeout=0.2)) as it:
            client = await bare_client.upgrade(it.listener.port)
            guest = await it.guest()
            # Ten bytes on a very slow line, one for each ping; pongs would have to wait behind them.
            client.writer.write(b"\x82\x8a\0\0\0\0")
            for number in range(10):
                assert (await client.next_frame())[0] == 0x9
                client.writer.write(b"%d" % number)
            await guest.until_frames(1)
            assert guest.frames == [b"0123456789"]
            client.writer.close()

    asyncio.run(play())


@pytest.mark.parametrize("header", ["Bearer s3cret", "token s3cret", "bearer  s3cret"])
def test_with_the_token_one_may_connect(hall: Any, header: str) -> None:
    async def play() -> None:
        async with hall(token="s3cret") as it:
            client = await _dial(it.url, Authorization=header)
            await it.guest()
            client.close()

    asyncio.run(play())


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer s3cret2", "Basic s3cret", "s3cret", "Bearer ünicode"]
)
def test_without_the_token_one_may_not_and_nothing_is_allocated(hall: Any, header: str) -> None:
    async def play() -> None:
        async with hall(token="s3cret") as it:
            assert await _refusal(_dial(it.url, Authorization=header)) == 401
            assert await _refusal(_dial(it.url + "/?token=s3cret", Authorization=header)) == 401
            assert it.guests == []
            answer = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{it.listener.port}/")
            assert answer.code == 200, "that it runs is no secret"

    asyncio.run(play())


@pytest.mark.parametrize(
    ("origin", "origins", "welcome"),
    [
        ("http://localhost:5173", (), True),
        ("http://127.0.0.1:8888", (), True),
        ("http://[::1]:3000", (), True),
        ("https://evil.example", (), False),
        ("https://localhost.evil.example", (), False),
        ("null", (), False),
        ("https://notes.example", ("https://notes.example",), True),
        ("http://notes.example", ("https://notes.example",), False),
        ("https://evil.example", ("*",), True),
    ],
)
def test_pages_of_other_sites_are_not_welcome_unasked(
    hall: Any, origin: str, origins: tuple[str, ...], welcome: bool
) -> None:
    async def play() -> None:
        async with hall(origins=origins) as it:
            dialing = _dial(it.url, Origin=origin)
            if welcome:
                client = await dialing
                await it.guest()
                client.close()
            else:
                assert await _refusal(dialing) == 403
                assert it.guests == []

    asyncio.run(play())


def test_a_page_that_gives_its_own_name_our_address_is_not_welcome(hall: Any, bare_client: Any) -> None:
    async def play() -> None:
        async with hall() as it:
            headers = "Origin: http://evil.example\r\nSec-Fetch-Site: same-origin\r\n"
            client = await bare_client.upgrade(it.listener.port, headers=headers)
            assert client.status.startswith("HTTP/1.1 403 Origin not allowed"), client.status
            assert it.guests == []
            client.writer.close()

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
            clients = [await _dial(it.url) for _ in range(3)]
            (await it.guest(3)).transport.send(b"the last words")
            closing = asyncio.ensure_future(it.listener.close("maintenance"))
            assert await clients[2].read_message() == b"the last words"
            for client in clients:
                assert await client.read_message() is None
                assert (client.close_code, client.close_reason) == (1001, "maintenance")
            await closing
            assert [await guest.until_closed() for guest in it.guests] == [(1001, "maintenance")] * 3
            with pytest.raises(ConnectionRefusedError):
                await _dial(it.url)

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
        broken, whole = await _dial(listener.url), await _dial(listener.url)
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
