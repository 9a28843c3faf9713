"""Clients that leave, with a goodbye or without one, and what a listener makes of their silence."""

import asyncio
from typing import Any

import pytest

from jupyter_automerge.network import Pace
from tests.unit.network.callers import dial

QUICK = Pace(interval=0.02, timeout=0.02)


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
            client = await dial(it.url)
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
