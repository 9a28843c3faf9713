"""A store in Redis, which several servers may share: each hears at once what the others write.

The entries of one first component (a document) are one hash; the rest of a key is the field in it. So there
is no index beside the data that could say something else: a hash that is empty is gone, Redis sees to that.
Ranges within a document are one script. Only a range of everything walks over the names of the database
(SCAN), which is why a database of its own is better than one shared with much else.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jupyter_automerge.errors import InvalidId, StorageError
from jupyter_automerge.storage import redis_scripts as scripts
from jupyter_automerge.storage.contract import KeyInfo, StorageBase, Weakness
from jupyter_automerge.storage.key_rules import check_key, check_prefix
from jupyter_automerge.storage.news import ANYTHING, News, Watchers
from jupyter_automerge.storage.redis_address import redis_address
from jupyter_automerge.storage.redis_durability import Durability
from jupyter_automerge.storage.redis_news import Channel
from jupyter_automerge.storage.redis_server import RedisServer
from jupyter_automerge.storage.turns import Turns
from jupyter_automerge.values.keys import EPOCH_KEY, StorageKey

if TYPE_CHECKING:
    from redis.asyncio import Redis

NAMES_AT_ONCE = 1_000
"""Names of the database that Redis looks at in one step of a range of everything; others wait meanwhile."""
EMPTIED_LOOK_SECONDS = 10.0
"""How often it is looked whether the database is still the same: who empties it closes no connection."""
HASHES_AT_ONCE = 100
"""First components that such a range reads in one turn."""


class RedisStorage(StorageBase):
    """Documents in a database of a Redis, under `prefix`. Used from one event loop.

    `durability` is what survives the loss of power there; `save` returns when Redis said so, and it is no
    more worth than that. Lost connections are made anew, and every call ends in bounded time.
    """

    def __init__(self, url: str, *, prefix: str | None = None, **options: Any) -> None:
        """`redis://user:password@host:6379/0?prefix=automerge`, all but the host optional; `rediss:` for TLS.

        `?durable=yes` vouches for what Redis does not promise, or may not tell: what it confirms is not lost.
        `options` go to redis-py's connections (ssl_ca_certs, password, ...). Raises InvalidId for another URL,
        StorageError if redis-py is not installed.
        """
        self._address = redis_address(url, prefix)
        self._server = RedisServer(self._address, **options)
        # Channels belong to the whole Redis, not to a database in it.
        channel = f"{self._address.prefix}:changes:{self._address.database}"
        self._channel = Channel(self._server, channel, uuid.uuid4().hex)
        self._turns = Turns()
        self._watchers = Watchers()
        self._closed = False

    @property
    def place(self) -> str:
        """The URL, without user and password."""
        return self._address.place

    @property
    def durability(self) -> Durability:
        """What survives the loss of power there; UNKNOWN until Redis was first asked for anything."""
        promise = self._server.promise
        return Durability.UNKNOWN if promise is None else promise.durability

    @property
    def weakness(self) -> Weakness | None:
        """None where Redis brings each write to its disk, or its owner vouches for it by `?durable=yes`."""
        reason = self._server.weakness
        return Weakness(f"Redis at {self.place} {reason}") if reason else None

    async def load(self, key: StorageKey) -> bytes | None:
        """As the contract says."""
        check_key(key)
        self._require_open()
        data: Any = await self._server.read(lambda redis: redis.hget(self._name(key), _field(key)))
        return None if data is None else bytes(data)

    async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        """As the contract says; what is below a first component is read as of one moment."""
        return [(key, bytes(data)) for key, data in await self._range(prefix, "HGET")]

    async def keys(self, prefix: StorageKey) -> list[KeyInfo]:
        """As the contract says; Redis keeps no times."""
        return [KeyInfo(key, int(size)) for key, size in await self._range(prefix, "HSTRLEN")]

    async def save(self, key: StorageKey, data: bytes) -> None:
        """As durable as `durability` says."""
        check_key(key)
        await self._write(key, scripts.SAVE, _field(key), bytes(data))

    async def create(self, key: StorageKey, data: bytes) -> bytes:
        """As the contract says."""
        check_key(key)
        return bytes(await self._write(key, scripts.CREATE, _field(key), bytes(data)))

    async def remove(self, key: StorageKey) -> None:
        """As the contract says."""
        check_key(key)
        await self._write(key, scripts.REMOVE, _field(key))

    async def remove_range(self, prefix: StorageKey) -> None:
        """As the contract says, in one step."""
        check_key(prefix)
        await self._write(prefix, scripts.REMOVE_RANGE, _field(prefix))

    def watch(self) -> AsyncIterator[StorageKey]:
        """What others write, as Redis tells it; `()` after each connection, as something may have been missed.

        And `()` some seconds after somebody has emptied the database, which Redis tells nobody.
        """
        self._require_open()
        return self._watchers.add(News(self._channel.hear, self._notice_emptying))

    async def close(self) -> None:
        """Wait for the writes that were begun, then let go of the connections."""
        self._closed = True
        await self._turns.all_over()
        await self._watchers.end()
        await self._server.close()

    async def _notice_emptying(self, news: News) -> None:
        """The epoch is written once into a store; so if it is gone, or another, all else may be gone, too."""
        known: bytes | None = None
        while True:
            with suppress(StorageError):  # told by whatever is read or written meanwhile
                epoch = await self.load(EPOCH_KEY)
                if known not in (None, epoch):
                    news.tell(ANYTHING)
                known = epoch
            await asyncio.sleep(EMPTIED_LOOK_SECONDS)

    def _require_open(self) -> None:
        if self._closed:
            raise StorageError(f"{self.place} is closed: open the store again")

    async def _write(self, key: StorageKey, script: str, *arguments: str | bytes) -> Any:
        self._require_open()
        told = (self._channel.name, self._channel.message(key))
        name = self._name(key)
        return await self._turns.run_here(key, lambda: self._server.write(script, name, *arguments, *told))

    async def _range(self, prefix: StorageKey, asked: str) -> list[tuple[StorageKey, Any]]:
        check_prefix(prefix)
        self._require_open()
        firsts = [prefix[0]] if prefix else await self._firsts()
        found: list[tuple[StorageKey, Any]] = []
        for start in range(0, len(firsts), HASHES_AT_ONCE):
            some = firsts[start : start + HASHES_AT_ONCE]
            for first, replies in zip(some, await self._read(some, prefix, asked), strict=True):
                keys = ((_key(first, field), reply) for field, reply in _pairs(replies))
                found += ((key, reply) for key, reply in keys if key is not None)
        return found

    async def _read(self, firsts: Sequence[str], prefix: StorageKey, asked: str) -> list[Any]:
        async def read(redis: "Redis") -> list[Any]:
            async with redis.pipeline(transaction=False) as pipeline:
                for first in firsts:
                    pipeline.eval(scripts.READ, 1, self._name((first,)), _field(prefix), asked)
                return await pipeline.execute()

        return await self._server.read(read)

    async def _firsts(self) -> list[str]:
        """The first components that there are; each once, though SCAN may name one twice."""
        pattern = f"{self._name_prefix}*"

        async def scan(redis: "Redis") -> set[bytes]:
            return {name async for name in redis.scan_iter(pattern, NAMES_AT_ONCE, "hash")}

        return [first for name in await self._server.read(scan) if (first := self._first(name)) is not None]

    @property
    def _name_prefix(self) -> str:
        return f"{self._address.prefix}:"

    def _name(self, key: StorageKey) -> str:
        return self._name_prefix + key[0]

    def _first(self, name: bytes) -> str | None:
        """The first component of a hash's name; None if it is not one of ours."""
        first = name.decode(errors="replace").removeprefix(self._name_prefix)
        try:
            check_key((first,))
        except InvalidId:
            return None
        return first


def _field(key: StorageKey) -> str:
    return "/".join(key[1:])


def _key(first: str, field: bytes) -> StorageKey | None:
    """None for a field that no key has: whatever is listed can be read and removed by its key."""
    key = (first, *field.decode(errors="replace").split("/")) if field else (first,)
    try:
        check_key(key)
    except InvalidId:
        return None
    return key if _field(key).encode() == field else None


def _pairs(replies: Sequence[Any]) -> Iterable[tuple[Any, Any]]:
    return zip(replies[::2], replies[1::2], strict=True)
