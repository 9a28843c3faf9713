"""Frames up to 100 MiB pass a listener, and who sends a longer one can read why it is refused."""

import asyncio
import sys
from typing import Any

from jupyter_automerge.network import Transport, WebSocketConnector
from jupyter_automerge.testing.recording_sink import RecordingSink
from jupyter_automerge.values.limits import MAX_MESSAGE_BYTES
from tests.unit.network.callers import dial


def test_a_frame_of_101_MiB_is_refused_with_1009_which_its_sender_can_read(hall: Any) -> None:
    async def play() -> None:
        async with hall() as it:
            other = await dial(it.url)
            client = await dial(it.url)
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
