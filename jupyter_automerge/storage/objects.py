"""A store in a bucket of an object service (S3 and what speaks like it, Google, Azure), for several servers."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

from jupyter_automerge.errors import StorageError
from jupyter_automerge.storage.bucket import Bucket
from jupyter_automerge.storage.contract import KeyInfo, StorageBase
from jupyter_automerge.storage.key_rules import check_key, check_prefix
from jupyter_automerge.storage.news import News, Watchers
from jupyter_automerge.storage.objects_address import POLL_SECONDS, SCHEMES, objects_address
from jupyter_automerge.storage.objects_create import Creator
from jupyter_automerge.storage.objects_names import key_of, name_of
from jupyter_automerge.storage.objects_news import Announcer, Lookout
from jupyter_automerge.storage.redis_address import redis_address
from jupyter_automerge.storage.redis_news import Channel
from jupyter_automerge.storage.redis_server import RedisServer
from jupyter_automerge.storage.turns import Turns
from jupyter_automerge.values.keys import StorageKey

__all__ = ["SCHEMES", "ObjectStorage"]

NOTIFIED_POLL_SECONDS = 60.0
"""Between two looks when a Redis tells of changes: what it failed to tell is seen then."""
HEAR_AGAIN_SECONDS = 10.0
"""The pause before a Redis that was gone is tried again."""
_PASSES = 5
"""How often a range is listed anew because something vanished between listing and reading."""

_logger = logging.getLogger(__name__)

Result = TypeVar("Result")


class ObjectStorage(StorageBase):
    """Documents as objects of a bucket. Used from one event loop; every call ends in bounded time.

    What the service has confirmed is durable. Servers that share the bucket hear of one another by looking
    every `poll` seconds, or, with `notify`, at once through a Redis.
    """

    def __init__(self, url: str, **options: Any) -> None:
        """`s3://bucket/prefix`, `gs://` or `az://`, with `?endpoint=`, `region=`, `poll=`, `notify=redis://…`.

        Credentials are those of the environment, or `options`, which go to obstore (access_key_id, ...).
        Raises InvalidId for another URL, StorageError if obstore is not installed.
        """
        self._address = address = objects_address(url)
        self._bucket = Bucket(address, **options)
        writer = uuid.uuid4().hex
        self._redis = None if address.notify is None else RedisServer(redis_address(address.notify))
        self._channel = None
        if self._redis is not None:
            self._channel = Channel(self._redis, f"automerge:changes:{address.url}", writer)
        self._lookout = Lookout(self._bucket, writer, self._poll_seconds)
        self._announcer = Announcer(self._bucket, writer, self._channel, self.place)
        self._turns = Turns()
        self._watchers = Watchers()
        self._creator = Creator(self._bucket, self.place)
        self._closed = False

    @property
    def place(self) -> str:
        """The URL, without secrets."""
        return self._address.place

    async def load(self, key: StorageKey) -> bytes | None:
        """As the contract says."""
        check_key(key)
        self._require_open()
        return await self._bucket.get(name_of(key))

    async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        """As the contract says: a request for each thousand names, and one for each entry.

        When a listed object is gone its content has usually moved into a new one, so the range is listed
        again until nothing vanished, and refused if something always does: it may be a part only.
        """
        found: dict[StorageKey, bytes] = {}
        for _ in range(_PASSES):
            missing = [info.key for info in await self.keys(prefix) if info.key not in found]
            loaded = await asyncio.gather(*(self.load(key) for key in missing))
            found.update((key, data) for key, data in zip(missing, loaded, strict=True) if data is not None)
            if None not in loaded:
                return list(found.items())
        words = "others replace its entries faster than they can be read"
        raise StorageError(f"cannot read {name_of(prefix)} from {self.place}: {words}")

    async def keys(self, prefix: StorageKey) -> list[KeyInfo]:
        """As the contract says, from a listing alone."""
        check_prefix(prefix)
        self._require_open()
        name = name_of(prefix)
        # A listing has what is below a name, not what is at it.
        listings = await asyncio.gather(self._bucket.list(name), self._bucket.head([name] if prefix else []))
        return [
            KeyInfo(key, one["size"], one["last_modified"].timestamp())
            for listing in listings
            for one in listing
            if (key := key_of(one["path"])) is not None
        ]

    async def save(self, key: StorageKey, data: bytes) -> None:
        """As the contract says."""
        check_key(key)
        content = bytes(data)
        await self._write(key, lambda: self._bucket.put(name_of(key), content))

    async def create(self, key: StorageKey, data: bytes) -> bytes:
        """As the contract says; the service decides who was first.

        A service without conditional writes is told of in a warning: then the last of those who do it in the
        same moment wins, and the others may have got something else.
        """
        check_key(key)
        content = bytes(data)
        return await self._write(key, lambda: self._create(key, content))

    async def remove(self, key: StorageKey) -> None:
        """As the contract says."""
        check_key(key)
        await self._write(key, lambda: self._bucket.delete([name_of(key)]))

    async def remove_range(self, prefix: StorageKey) -> None:
        """As the contract says; not in one step: of a removal that is cut short some entries may stay."""
        check_key(prefix)
        await self._write(prefix, lambda: self._remove_range(prefix))

    def watch(self) -> AsyncIterator[StorageKey]:
        """Prefixes below which others wrote: seen by looking, or told at once with `notify`."""
        self._require_open()
        ears = [self._lookout.look] if self._channel is None else [self._lookout.look, self._hear]
        return self._watchers.add(News(*ears))

    async def close(self) -> None:
        """Wait for the writes that were begun and until they are told, then let go."""
        self._closed = True
        await self._turns.all_over()
        await self._watchers.end()
        await self._announcer.close()
        if self._redis is not None:
            await self._redis.close()

    def _poll_seconds(self) -> float:
        if self._address.poll is not None:
            return self._address.poll
        return NOTIFIED_POLL_SECONDS if self._channel is not None and self._channel.is_open else POLL_SECONDS

    async def _hear(self, news: News) -> None:
        """What the Redis tells. While it is gone looking must do, so that is no failure of the store."""
        assert self._channel is not None
        complaint = ""
        while True:
            try:
                await self._channel.hear(news)
            except StorageError as error:
                if error.reason != complaint:
                    complaint = error.reason
                    _logger.warning("%s is looked at until its Redis is there: %s", self.place, complaint)
            await asyncio.sleep(HEAR_AGAIN_SECONDS)

    def _require_open(self) -> None:
        if self._closed:
            raise StorageError(f"{self.place} is closed: open the store again")

    async def _write(self, key: StorageKey, work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        self._require_open()

        async def write_and_tell() -> Result:
            result = await work()
            self._announcer.note(key)
            return result

        return await self._turns.run_here(key, write_and_tell)

    async def _create(self, key: StorageKey, data: bytes) -> bytes:
        name = name_of(key)
        if await self._creator.create(name, data):
            return data
        found = await self._bucket.get(name)
        if found is None:
            await self._bucket.put(name, data)
            found = await self._bucket.get(name)
        return data if found is None else found

    async def _remove_range(self, prefix: StorageKey) -> None:
        if names := [name_of(info.key) for info in await self.keys(prefix)]:
            await self._bucket.delete(names)
