"""Channels of a Redis that falls silent: with a closed socket or without, the others are heard again."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

import pytest

from jupyter_automerge.errors import StorageError
from jupyter_automerge.storage import redis_news
from jupyter_automerge.storage.news import ANYTHING, News
from jupyter_automerge.storage.redis_news import Channel
from jupyter_automerge.storage.redis_server import RedisServer

KEY = ("3L1mwcxaFLKxA93YEbmLYbyq5Krz", "incremental", "aa")
SUBSCRIBED = {"type": "subscribe", "data": 1}
ALIVE = {"type": "pong", "data": b""}
SILENCE = None


def said(writer: str) -> dict[str, Any]:
    return {"type": "message", "data": f"{writer} {'/'.join(KEY)}".encode()}


class ShownRedis:
    """One subscription after the other, each with what is heard on it; then nothing, for ever."""

    place = "redis://shown"

    def __init__(self, *subscriptions: list[dict[str, Any] | None]) -> None:
        self._subscriptions = iter(subscriptions)
        self._heard: Iterator[dict[str, Any] | None] = iter(())
        self.pings = 0

    def subscription(self) -> "ShownRedis":
        self._heard = iter(next(self._subscriptions))
        return self

    def in_words(self, error: Exception) -> str:
        return str(error)

    async def __aenter__(self) -> "ShownRedis":
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def subscribe(self, name: str) -> None: ...

    async def ping(self) -> None:
        self.pings += 1

    async def get_message(self, timeout: float) -> dict[str, Any] | None:  # noqa: ASYNC109 - redis-py's own name
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for message in self._heard:
            return message
        await asyncio.Event().wait()
        return None


async def heard(redis: ShownRedis) -> list[tuple[str, ...]]:
    """All that is told until nothing comes any more."""
    news, told = News(), []
    channel = Channel(cast(RedisServer, redis), "changes", "we")
    hearing = asyncio.ensure_future(channel.hear(news))
    for _ in range(50):
        await asyncio.sleep(0)
        told += list(news._waiting)
        news._waiting.clear()
    hearing.cancel()
    with suppress(asyncio.CancelledError):
        await hearing
    assert not channel.is_open
    return told


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_news, "RECONNECT_SECONDS", 0.0)


def test_a_cut_that_closes_no_socket_is_noticed() -> None:
    redis = ShownRedis([SUBSCRIBED, SILENCE, SILENCE], [SUBSCRIBED, said("others")])
    assert asyncio.run(heard(redis)) == [ANYTHING, ANYTHING, KEY], (
        "what was said meanwhile is missed for ever"
    )
    assert redis.pings == 1


def test_one_who_answers_is_only_silent() -> None:
    redis = ShownRedis([SUBSCRIBED, SILENCE, ALIVE, SILENCE, ALIVE, said("we"), said("others")])
    assert asyncio.run(heard(redis)) == [ANYTHING, KEY]


def test_one_who_never_answers_is_told() -> None:
    with pytest.raises(StorageError, match="cannot hear redis://shown: no answer"):
        asyncio.run(heard(ShownRedis([SILENCE])))
