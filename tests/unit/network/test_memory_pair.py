"""The in-process connection: slow ends, late sinks, two threads."""

import asyncio
import threading

from jupyter_automerge.network import MemoryTransport, memory_pair
from jupyter_automerge.testing.recording_sink import RecordingSink


def test_frames_that_come_before_the_sink_wait_for_it() -> None:
    async def play() -> None:
        left, right = memory_pair()
        left.send(b"early")
        left.close(1000, "and gone")
        await asyncio.sleep(0)
        bob = RecordingSink("bob", right)
        right.start(bob)
        assert await bob.until_closed() == (1000, "and gone")
        assert bob.frames == [b"early"]

    asyncio.run(play())


def test_a_slow_end_fills_up_and_empties_in_order() -> None:
    async def play() -> None:
        left, right = memory_pair(capacity=1_000)
        alice, bob = RecordingSink("alice", left), RecordingSink("bob", right)
        left.start(alice)
        right.start(bob)
        right.pause()
        assert left.send(bytes(600)) is True
        assert left.send(bytes(401)) is False
        await asyncio.sleep(0)
        assert bob.frames == [] and alice.writables == 0
        right.resume()
        await alice.until(lambda: alice.writables == 1, "writable()")
        assert [len(frame) for frame in bob.frames] == [600, 401]

    asyncio.run(play())


def test_a_cut_loses_what_is_on_the_way() -> None:
    async def play() -> None:
        left, right = memory_pair()
        alice, bob = RecordingSink("alice", left), RecordingSink("bob", right)
        left.start(alice)
        right.start(bob)
        left.send(b"lost")
        left.cut()
        left.cut()
        assert await alice.until_closed() == (None, "the connection was cut")
        assert await bob.until_closed() == (None, "the connection was cut")
        assert bob.frames == []

    asyncio.run(play())


def test_two_ends_in_two_threads() -> None:
    frames = [b"%d" % number for number in range(1_000)]
    here, there = asyncio.new_event_loop(), asyncio.new_event_loop()
    left, right = memory_pair(here, there)

    async def alice() -> list[bytes | str]:
        sink = RecordingSink("alice", left)
        left.start(sink)
        for frame in frames:
            left.send(frame)
        await sink.until_closed()
        return sink.frames

    async def bob(end: MemoryTransport) -> None:
        sink = RecordingSink("bob", end)
        end.start(sink)
        await sink.until_frames(len(frames))
        for frame in sink.frames:
            assert isinstance(frame, bytes)
            end.send(frame)
        end.close(1000, "all echoed")
        await sink.until_closed()

    thread = threading.Thread(target=lambda: there.run_until_complete(bob(right)))
    thread.start()
    echoed = here.run_until_complete(alice())
    thread.join(10)
    there.close()
    assert echoed == frames
    assert left.send(b"to a loop that has ended") is False
    here.close()
