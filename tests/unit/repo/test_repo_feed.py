"""A stream for one consumer: nothing lost or doubled, bounded, on any loop."""

import asyncio

import pytest

from jupyter_automerge.repo.feed import Feed
from tests.unit.repo.story import story


def feed_of_numbers(limit: int = 1000) -> Feed[int]:
    return Feed(lambda feed: None, limit=limit)


@story
async def test_everything_put_is_read_in_order() -> None:
    feed = feed_of_numbers()
    for number in range(3):
        feed.put(number)
    feed.close()
    assert [number async for number in feed] == [0, 1, 2]


@story
async def test_a_consumer_on_another_loop_is_woken() -> None:
    feed = feed_of_numbers()
    waiting = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def read() -> int:
        loop.call_soon_threadsafe(waiting.set)
        return await anext(feed)

    reading = asyncio.create_task(asyncio.to_thread(asyncio.run, read()))
    await waiting.wait()
    feed.put(7)
    assert await reading == 7


@story
async def test_a_slow_consumer_loses_the_oldest_and_is_told() -> None:
    feed = feed_of_numbers(limit=2)
    for number in range(5):
        feed.put(number)
    feed.close()
    assert [number async for number in feed] == [3, 4]
    assert feed.lost == 3


@story
async def test_where_two_can_be_one_nothing_is_lost() -> None:
    feed: Feed[int] = Feed(lambda feed: None, squeeze=lambda older, newer: older + newer, limit=2)
    for number in range(1, 6):
        feed.put(number)
    feed.close()
    assert [number async for number in feed] == [1, 14]


@story
async def test_a_consumer_that_gave_up_may_come_back() -> None:
    feed = feed_of_numbers()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(feed), 0)
    feed.put(1)
    assert await anext(feed) == 1


@story
async def test_closing_ends_the_one_who_waits() -> None:
    feed = feed_of_numbers()
    reading = asyncio.create_task(_all(feed))
    await asyncio.sleep(0)
    feed.close()
    assert await reading == []


async def _all(feed: Feed[int]) -> list[int]:
    return [number async for number in feed]


@story
async def test_two_tasks_on_one_stream_are_a_mistake_and_said_so() -> None:
    feed = feed_of_numbers()
    first = asyncio.create_task(_all(feed))
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="make one for each"):
        await anext(feed)
    feed.close()
    await first
