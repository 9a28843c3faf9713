"""Telling the others of a bucket what was written, and looking what they wrote."""

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from jupyter_automerge.errors import StorageError
from jupyter_automerge.storage.bucket import Bucket
from jupyter_automerge.storage.news import ANYTHING, News
from jupyter_automerge.storage.objects_log import WriterLog, read_log, writer_of
from jupyter_automerge.storage.objects_names import NEWS
from jupyter_automerge.storage.redis_news import Channel
from jupyter_automerge.values.keys import StorageKey

if TYPE_CHECKING:
    from obstore import ObjectMeta

LOG_KEPT_SECONDS = 3600.0
"""A log not written for so long is removed by whoever sees it; a writer that goes on has begun another."""
LOG_RENEWED_SECONDS = LOG_KEPT_SECONDS / 2
"""A log untouched for so long is left to be removed, and not written again. Between the two numbers there is
room for clocks that differ; who has not looked for so long takes anything to have changed."""
TOLD_AGAIN_SECONDS = 5.0
"""The pause after a log could not be written."""
PUBLISH_SECONDS = 2.0
"""How long the log of the next writes waits for a Redis that does not answer."""
LAST_WORDS_SECONDS = 5.0
"""How long closing waits for the log to be written."""
MAX_WRITERS = 1_000
"""Writers whose count is remembered; the ones that wrote the longest ago leave."""

_logger = logging.getLogger(__name__)
_Tag = tuple[str | None, int, datetime]


class Announcer:
    """Tells what was written here, behind the writes: none of them waits for it."""

    def __init__(self, bucket: Bucket, writer: str, channel: Channel | None, place: str) -> None:
        self._bucket = bucket
        self._log = WriterLog(writer)
        self._channel = channel
        self._place = place
        self._number = 0
        self._written_at = time.time()
        self._untold: dict[StorageKey, None] = {}
        self._closing = asyncio.Event()
        self._telling: asyncio.Task[None] | None = None
        self._complaint = ""

    def note(self, key: StorageKey) -> None:
        """Something at or below the key is durable there now, or gone."""
        self._log.note(key)
        self._untold[key[:2]] = None
        if self._telling is None or self._telling.done():
            self._telling = asyncio.ensure_future(self._tell())

    async def close(self) -> None:
        """Tell what is untold, if that takes no longer than a moment: others find it when they read."""
        self._closing.set()
        if self._telling is not None:
            await asyncio.wait([self._telling], timeout=LAST_WORDS_SECONDS)
            self._telling.cancel()

    async def _tell(self) -> None:
        while self._untold:
            # What is written meanwhile is told together, next time.
            news, self._untold = self._untold, {}
            try:
                # The log first: whoever hears of it at once may also look.
                await self._write_log()
            except StorageError as error:
                self._complain(error.reason)
                if self._closing.is_set():
                    return
                self._untold = {**news, **self._untold}
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(TOLD_AGAIN_SECONDS):
                        await self._closing.wait()
            else:
                await self._publish(news)

    async def _publish(self, news: Iterable[StorageKey]) -> None:
        if self._channel is None:
            return
        # Others find by looking what they are not told.
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                for key in news:
                    await self._channel.tell(key)
        except StorageError as error:
            self._complain(error.reason)
        except TimeoutError:
            self._complain(f"the Redis that tells of changes did not answer in {PUBLISH_SECONDS:g} s")

    def _complain(self, reason: str) -> None:
        """Once for the same trouble."""
        if reason != self._complaint:
            self._complaint = reason
            _logger.warning("%s: others may hear late of what was written: %s", self._place, reason)

    async def _write_log(self) -> None:
        now = time.time()
        if abs(now - self._written_at) > LOG_RENEWED_SECONDS:
            self._number += 1
        await self._bucket.put(self._log.name(self._number), self._log.encoded())
        self._written_at = now


class Lookout:
    """Looks for what others wrote, every few seconds."""

    def __init__(self, bucket: Bucket, writer: str, seconds: Callable[[], float]) -> None:
        self._bucket = bucket
        self._writer = writer
        self._seconds = seconds
        self._tags: dict[str, _Tag] = {}
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._looked_at: float | None = None

    async def look(self, news: News) -> None:
        """Tell what changed since the last look, for ever; the first look tells that anything may have.

        Raises StorageError; to look again goes on where it ended.
        """
        while True:
            await self._look_once(news)
            await asyncio.sleep(self._seconds())

    async def _look_once(self, news: News) -> None:
        now = time.time()
        found = await self._bucket.list(NEWS)
        changed = [one for one in found if self._tags.get(one["path"]) != _tag(one)]
        others = [one for one in changed if writer_of(one["path"]) != self._writer]
        was_away = self._looked_at is None or abs(now - self._looked_at) > LOG_RENEWED_SECONDS
        # Nobody of us removes a young one: then somebody emptied the bucket.
        was_emptied = any(now - at < LOG_RENEWED_SECONDS for at in self._gone(found))
        for one in others:
            # Logs that were there before the first look are read for their counts.
            for key in await self._read(one["path"]):
                if not was_away:
                    news.tell(key)
        if was_away or was_emptied:
            news.tell(ANYTHING)
        self._tags = {one["path"]: _tag(one) for one in found}
        self._looked_at = now
        await self._remove_old(found, now)

    def _gone(self, found: "Sequence[ObjectMeta]") -> Iterator[float]:
        """When those were written that were there at the last look."""
        there = {one["path"] for one in found}
        return (tag[-1].timestamp() for name, tag in self._tags.items() if name not in there)

    async def _read(self, name: str) -> Sequence[StorageKey]:
        data = await self._bucket.get(name)
        if data is None:
            return ()
        writer = writer_of(name)
        try:
            log = read_log(data)
        except ValueError:
            return (ANYTHING,)
        keys = log.since(self._counts.get(writer, 0))
        self._counts[writer] = log.count
        self._counts.move_to_end(writer)
        while len(self._counts) > MAX_WRITERS:
            self._counts.popitem(last=False)
        return (ANYTHING,) if keys is None else keys

    async def _remove_old(self, found: "Sequence[ObjectMeta]", now: float) -> None:
        old = [one["path"] for one in found if now - one["last_modified"].timestamp() > LOG_KEPT_SECONDS]
        if old:
            await self._bucket.delete(old)


def _tag(one: "ObjectMeta") -> _Tag:
    return one["e_tag"], one["size"], one["last_modified"]
