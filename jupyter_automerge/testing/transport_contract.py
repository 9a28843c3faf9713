# ruff: noqa: N802  (the catalogue's codes are capitals)
"""The contract of a network adapter, as tests to inherit.

    class TestMyTransport(TransportContract):
        @asynccontextmanager
        async def connected(self):
            yield alice, bob        # two RecordingSinks on the two ends of one connection
            ...                     # close what was opened

pytest finds the tests in the heir. Codes in the names are those of automerge-repo's own adapter tests.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from functools import wraps
from typing import Any

from jupyter_automerge.network.contract import Transport
from jupyter_automerge.testing.recording_sink import RecordingSink
from jupyter_automerge.values.limits import MAX_CLOSE_REASON_BYTES, MAX_MESSAGE_BYTES

SIZES = (1, 2, 125, 126, 127, 65_535, 65_536, 65_537, 300_000, 1, 3_000_000, 5, 0)


Story = Callable[[Any, RecordingSink, RecordingSink], Coroutine[Any, Any, None]]


def _played(story: Story) -> Callable[[Any], None]:
    async def play(self: "TransportContract") -> None:
        async with self.connected() as (alice, bob):
            await story(self, alice, bob)
            for end in (alice, bob):
                assert not end.after_the_end, f"{end.name} heard {end.after_the_end} after the end: {end}"

    @wraps(story)
    def test(self: "TransportContract") -> None:
        asyncio.run(play(self))

    # pytest would take the story's people for fixtures.
    del test.__wrapped__
    return test


class TransportContract:
    """What every pair of transports must do."""

    def connected(self) -> AbstractAsyncContextManager[tuple[RecordingSink, RecordingSink]]:
        """Two ends of one fresh connection. Called twice in a test it gives two connections."""
        raise NotImplementedError

    def cut(self, end: Transport) -> None:
        """Lose the connection without a word, as a network does."""
        raise NotImplementedError

    @_played
    async def test_N6_frames_of_every_size_arrive_whole_in_order_and_both_ways(
        self, alice: RecordingSink, bob: RecordingSink
    ) -> None:
        frames = [bytes([number]) * size for number, size in enumerate(SIZES)]
        for frame in frames:
            alice.transport.send(frame)
            bob.transport.send(frame[::-1])
        for end in (alice, bob):
            await end.until_frames(len(frames))
            assert [len(frame) for frame in end.frames] == list(SIZES)
            assert end.frames == frames, f"{end.name} got the right sizes and the wrong bytes"

    @_played
    async def test_strict_order_of_many_frames(self, alice: RecordingSink, bob: RecordingSink) -> None:
        for number in range(2_000):
            alice.transport.send(b"%d" % number)
            if number % 100 == 0:
                await asyncio.sleep(0)
        await bob.until_frames(2_000)
        numbers = [int(frame) for frame in bob.frames]
        first_wrong = next((place for place, number in enumerate(numbers) if place != number), None)
        assert first_wrong is None, f"frame {numbers[first_wrong or 0]} arrived in place {first_wrong}"

    @_played
    async def test_nothing_is_delivered_from_within_send(
        self, alice: RecordingSink, bob: RecordingSink
    ) -> None:
        alice.transport.send(b"hello")
        heard = len(bob.frames)
        await bob.until_frames(1)
        assert heard == 0, "bob's sink was called while alice was still in send()"

    @_played
    async def test_a_full_transport_says_so_and_once_when_it_is_writable_again(
        self, alice: RecordingSink, bob: RecordingSink
    ) -> None:
        frame = bytes(256 * 1024)
        sent = 1
        while alice.transport.send(frame):
            sent += 1
            assert sent < 400, "100 MB were taken although bob has read nothing"
        assert alice.writables == 0, "writable() came before anything was read"
        await bob.until_frames(sent)
        await alice.until(lambda: alice.writables > 0, "writable()")
        alice.transport.send(b"the last")
        await bob.until_frames(sent + 1)
        assert alice.writables == 1, f"writable() was called {alice.writables} times for one False"
        assert bob.frames[-1] == b"the last"

    @_played
    async def test_N10_both_sides_hear_of_the_end_once_with_code_and_reason(
        self, alice: RecordingSink, bob: RecordingSink
    ) -> None:
        alice.transport.close(4403, "not allowed")
        alice.transport.close(1000, "again")
        for end in (alice, bob):
            ending = await end.until_closed()
            assert ending == (4403, "not allowed"), f"{end.name} was told {ending}"
        bob.transport.close(1000, "too late")
        await asyncio.sleep(0)
        assert len(alice.endings) == len(bob.endings) == 1, f"alice {alice.endings}, bob {bob.endings}"

    @_played
    async def test_N11_nothing_is_delivered_after_an_own_close(
        self, alice: RecordingSink, bob: RecordingSink
    ) -> None:
        for number in range(100):
            bob.transport.send(b"%d" % number)
        alice.transport.close(1000, "enough")
        assert alice.transport.send(b"late") is False, "a closed transport took a frame"
        assert bob.transport.send(b"crossing") in (True, False)
        await alice.until_closed()
        await bob.until_closed()
        assert alice.frames == [], f"alice had closed, and got {len(alice.frames)} frames"
        assert b"late" not in bob.frames
        assert bob.transport.send(b"later still") is False

    @_played
    async def test_W5_W10_closing_and_sending_after_the_end_do_nothing(
        self, alice: RecordingSink, bob: RecordingSink
    ) -> None:
        alice.transport.close(1000, "")
        for end in (alice, bob):
            await end.until_closed()
            end.transport.close(4500, "again")
            assert end.transport.send(b"late") is False, f"{end.name}'s transport is closed and took a frame"
            assert len(end.endings) == 1, f"{end.name} was told of {end.endings}"

    @_played
    async def test_what_was_taken_before_a_close_arrives_before_it(
        self, alice: RecordingSink, bob: RecordingSink
    ) -> None:
        alice.transport.send(bytes(700_000))
        alice.transport.send(b"the last words")
        alice.transport.close(1001, "going away")
        ending = await bob.until_closed()
        assert [len(frame) for frame in bob.frames] == [700_000, 14], f"bob heard {bob} of the last words"
        assert ending == (1001, "going away")

    @_played
    async def test_without_a_goodbye_what_was_taken_still_arrives(
        self, alice: RecordingSink, bob: RecordingSink
    ) -> None:
        alice.transport.send(bytes(700_000))
        alice.transport.send(b"the last words")
        alice.transport.close(None, "going away")
        assert (await bob.until_closed())[0] is None
        assert [len(frame) for frame in bob.frames] == [700_000, 14], f"bob heard {bob} of the last words"
        assert await alice.until_closed() == (None, "going away")

    @_played
    async def test_a_reason_that_is_too_long_is_cut_between_characters(
        self, alice: RecordingSink, bob: RecordingSink
    ) -> None:
        alice.transport.close(4409, "versions: " + "ü" * 200)
        _, reason = await bob.until_closed()
        assert reason.startswith("versions: üüü") and len(reason.encode()) <= MAX_CLOSE_REASON_BYTES, reason

    @_played
    async def test_a_frame_that_is_too_big_is_not_sent_and_both_hear_why(
        self, alice: RecordingSink, bob: RecordingSink
    ) -> None:
        taken = alice.transport.send(bytes(MAX_MESSAGE_BYTES + 1))
        assert taken is False
        for end in (alice, bob):
            code, reason = await end.until_closed()
            assert code == 1009, f"{end.name} was told {code} {reason!r}"
            assert str(MAX_MESSAGE_BYTES + 1) in reason, f"the reason does not say how big: {reason!r}"
        assert bob.frames == []

    @_played
    async def test_a_connection_that_is_cut_ends_at_both_sides_without_a_code(
        self, alice: RecordingSink, bob: RecordingSink
    ) -> None:
        alice.transport.send(b"before")
        await bob.until_frames(1)
        self.cut(alice.transport)
        for end in (alice, bob):
            code, reason = await end.until_closed()
            assert code is None and reason, f"{end.name} was told {code} {reason!r}"
        assert alice.transport.send(b"after") is False

    @_played
    async def test_N12_a_new_connection_works_after_the_old_one_has_ended(
        self, alice: RecordingSink, bob: RecordingSink
    ) -> None:
        alice.transport.close(1000, "")
        await bob.until_closed()
        async with self.connected() as (alice_again, bob_again):
            bob_again.transport.send(b"welcome back")
            await alice_again.until_frames(1)
        assert alice.frames == [], "a frame of the new connection came out of the old one"

    @_played
    async def test_one_slow_connection_does_not_hold_up_another(
        self, alice: RecordingSink, bob: RecordingSink
    ) -> None:
        async with self.connected() as (carol, dave):
            while alice.transport.send(bytes(256 * 1024)):
                pass
            carol.transport.send(b"quick")
            await dave.until_frames(1)
            alice.transport.close(1000, "")
            await bob.until_closed()
