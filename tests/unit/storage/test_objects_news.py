"""Logs of who writes into a bucket: read when they change, begun anew after a pause, removed when they are old."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from functools import wraps
from typing import Any, cast

import pytest

from jupyter_automerge.errors import StorageError
from jupyter_automerge.storage import objects_news
from jupyter_automerge.storage.bucket import Bucket
from jupyter_automerge.storage.news import ANYTHING, News
from jupyter_automerge.storage.objects_news import (
    LOG_KEPT_SECONDS,
    LOG_RENEWED_SECONDS,
    Announcer,
    Lookout,
)

KEY = ("3L1mwcxaFLKxA93YEbmLYbyq5Krz", "incremental", "aa")
OTHER = ("148vjpuxYXixb8DcbaWyeGv2q3u", "snapshot", "bb")


class Clock:
    """Seconds since 1970, as the test says."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def time(self) -> float:
        return self.now


class ShownBucket:
    """Objects in a dict, with the time of their last write."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.objects: dict[str, tuple[bytes, float]] = {}
        self.reads = 0
        self.failing = False

    async def put(self, name: str, data: bytes) -> None:
        if self.failing:
            raise StorageError("the bucket is gone")
        self.objects[name] = (data, self._clock.now)

    async def get(self, name: str) -> bytes | None:
        self.reads += 1
        found = self.objects.get(name)
        return None if found is None else found[0]

    async def list(self, below: str) -> list[dict[str, Any]]:
        return [
            {
                "path": name,
                "size": len(data),
                "e_tag": str(hash(data)),
                "last_modified": datetime.fromtimestamp(at, UTC),
            }
            for name, (data, at) in self.objects.items()
            if name.startswith(f"{below}/")
        ]

    async def delete(self, names: Sequence[str]) -> None:
        for name in names:
            del self.objects[name]


class Village:
    """Alice writes, Bob looks when he is told to."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.shown = ShownBucket(clock)
        self.bucket = cast(Bucket, self.shown)
        self.alice = Announcer(self.bucket, "alice", None, "s3://bucket")
        self.bob = Lookout(self.bucket, "bob", lambda: 2.0)
        self.news = News()

    async def writes(self, *keys: tuple[str, ...]) -> None:
        for key in keys:
            self.alice.note(key)
        while self.alice._telling is not None and not self.alice._telling.done():
            await asyncio.sleep(0)

    async def sees(self) -> list[tuple[str, ...]]:
        await self.bob._look_once(self.news)
        seen = list(self.news._waiting)
        self.news._waiting.clear()
        return seen


def played(story: Callable[[Village], Coroutine[Any, Any, None]]) -> Callable[[pytest.MonkeyPatch], None]:
    @wraps(story)
    def test(monkeypatch: pytest.MonkeyPatch) -> None:
        clock = Clock()
        monkeypatch.setattr(objects_news, "time", clock)

        async def play() -> None:
            await asyncio.wait_for(story(Village(clock)), 10)

        asyncio.run(play())

    del test.__wrapped__
    return test


@played
async def test_the_first_look_is_anything_and_later_ones_are_what_changed(village: Village) -> None:
    await village.writes(OTHER)
    assert await village.sees() == [ANYTHING]
    assert await village.sees() == []
    await village.writes(KEY, KEY, OTHER)
    assert await village.sees() == [KEY[:2], OTHER[:2]]
    assert village.shown.reads == 2, "a log that did not change was read"


@played
async def test_one_who_was_away_for_long_takes_anything_to_have_changed(village: Village) -> None:
    await village.sees()
    village.clock.now += LOG_RENEWED_SECONDS + 1
    assert await village.sees() == [ANYTHING]


@played
async def test_a_log_that_was_left_is_removed_and_the_writer_goes_on_in_another(village: Village) -> None:
    await village.writes(KEY)
    await village.sees()
    for _ in range(4):
        village.clock.now += LOG_RENEWED_SECONDS / 2
        await village.sees()
    await village.writes(OTHER)
    assert set(village.shown.objects) == {"news/alice.0", "news/alice.1"}
    assert await village.sees() == [OTHER[:2]], "what was in the log that was left is no news"
    village.clock.now += LOG_KEPT_SECONDS - LOG_RENEWED_SECONDS
    await village.sees()
    assert set(village.shown.objects) == {"news/alice.1"}


@played
async def test_a_bucket_that_somebody_empties_is_looked_at(village: Village) -> None:
    await village.writes(KEY)
    await village.sees()
    village.shown.objects.clear()
    assert await village.sees() == [ANYTHING]
    assert await village.sees() == []


@played
async def test_a_log_that_cannot_be_read_is_anything(village: Village) -> None:
    await village.sees()
    await village.shown.put("news/mallory.0", b"\xff")
    assert await village.sees() == [ANYTHING]
    assert await village.sees() == []


@played
async def test_a_log_that_could_not_be_written_has_it_next_time(village: Village) -> None:
    await village.sees()
    village.shown.failing = True
    village.alice.note(KEY)
    await asyncio.sleep(0)
    village.shown.failing = False
    await village.alice.close()
    assert await village.sees() == [KEY[:2]], "closing wrote no last log"
