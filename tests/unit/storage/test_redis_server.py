"""Calls of a Redis that are cancelled: whoever cancels, as a Repo that closes does, is not waited for in vain."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from jupyter_automerge.storage.redis_address import redis_address
from jupyter_automerge.storage.redis_server import RedisServer


async def swallowing(_: object) -> str:
    """As Python 3.11's wait_for() within the client, when the answer comes at that moment."""
    with suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    return "the answer"


async def answering(_: object) -> str:
    return "the answer"


async def _cancelled(task: "asyncio.Task[Any]") -> None:
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_cancellation_that_the_client_swallows_counts() -> None:
    async def play() -> None:
        server = RedisServer(redis_address("redis://nobody.invalid"))
        await _cancelled(asyncio.ensure_future(server.tell(swallowing)))
        await server.close()

    asyncio.run(play())


def test_who_was_cancelled_may_still_say_good_bye() -> None:
    said: list[str] = []

    async def play() -> None:
        server = RedisServer(redis_address("redis://nobody.invalid"))

        async def guest() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                said.append(await server.tell(answering))

        await _cancelled(asyncio.ensure_future(guest()))
        await server.close()

    asyncio.run(play())
    assert said == ["the answer"]
