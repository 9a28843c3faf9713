"""A frame that takes a while is told of while it moves: slow is not stalled."""

import asyncio
from typing import Any

from jupyter_automerge.network import Pace

PATIENT = Pace(interval=60, timeout=60)


def test_S32_a_large_frame_that_arrives_slowly_moves(hall: Any, bare_client: Any) -> None:
    async def play() -> None:
        async with hall(pace=PATIENT) as it:
            client = await bare_client.upgrade(it.listener.port)
            guest = await it.guest()
            client.writer.write(b"\x82\xff" + (1_000_000).to_bytes(8, "big") + bytes(4) + bytes(2_000))
            await guest.until(lambda: guest.moves == 1, "word of the first part")
            assert guest.frames == []
            client.writer.write(bytes(2_000))
            await guest.until(lambda: guest.moves == 2, "word of the next part")
            client.writer.close()

    asyncio.run(play())


def test_S32_a_large_frame_that_leaves_slowly_moves(hall: Any, bare_client: Any) -> None:
    async def play() -> None:
        async with hall(pace=PATIENT) as it:
            client = await bare_client.upgrade(it.listener.port)
            guest = await it.guest()
            assert not guest.transport.send(bytes(50_000_000)), "the client does not read"
            await guest.until(lambda: guest.moves == 1, "word of what the sockets took")
            await client.reader.readexactly(30_000_000)
            await guest.until(lambda: guest.moves == 2, "word of what the client took")
            client.writer.close()

    asyncio.run(play())


def test_frames_that_come_at_once_and_pings_move_nothing(hall: Any, bare_client: Any) -> None:
    async def play() -> None:
        async with hall(pace=Pace(interval=0.02, timeout=0.2)) as it:
            client = await bare_client.upgrade(it.listener.port)
            guest = await it.guest()
            for number in range(1, 7):
                assert (await client.next_frame())[0] == 0x9
                client.writer.write(b"\x8a\x80" + bytes(4))  # a pong
                if number % 2 == 0:
                    client.writer.write(b"\x82\xfe\x0f\xa0" + bytes(4) + bytes(4_000))
                    await guest.until_frames(number // 2)
            assert guest.moves == 0
            client.writer.close()

    asyncio.run(play())
