"""The connections to one Redis: bounded in number and time, made anew when lost, and their errors in words."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_automerge.errors import StorageError
from jupyter_automerge.storage.redis_address import RedisAddress
from jupyter_automerge.storage.redis_durability import SYNC_SECONDS, Promise, examine

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.client import PubSub

MAX_CONNECTIONS = 16
"""More commands at once wait for a connection."""
CONNECT_SECONDS = 5.0
REPLY_SECONDS = 5.0
"""Longer than SYNC_SECONDS, which Redis waits on our behalf."""
WAIT_SECONDS = 20.0
"""How long a command may wait for a connection."""
PROMISE_SECONDS = 60.0
"""For how long an answer about its configuration is good, which may be changed while it runs."""
RETRY_SECONDS = 0.1
"""The pause before a command is sent again, once, over a new connection."""

_logger = logging.getLogger(__name__)

Reply = TypeVar("Reply")


class RedisServer:
    """A Redis as an adapter needs it. Nothing is sent before the first call; lives on one event loop.

    All that is sent through it may be sent twice: a connection that was lost says not whether Redis obeyed.
    """

    def __init__(self, address: RedisAddress, **options: Any) -> None:
        """`options` go to the client. Raises StorageError if it is not installed."""
        self._address = address
        self._client = _client(address, options)
        self._promise: Promise | None = None
        self._promised_at = 0.0
        self._weakness = ""
        self._warned: set[str] = set()
        self._examining = asyncio.Lock()

    @property
    def promise(self) -> Promise | None:
        """What Redis promised when it was last asked; None before the first call, and after a lost connection."""
        return self._promise

    @property
    def weakness(self) -> str:
        """How it may lose what it confirmed, by any of its answers so far; empty if it does not, or was not asked.

        What was confirmed at a weak time stays at risk, so a better answer takes none of it back.
        """
        return self._weakness

    async def read(self, work: Callable[["Redis"], Awaitable[Reply]]) -> Reply:
        """What the commands of `work` answer. Raises StorageError."""
        return await self._twice("read from", lambda: self._read(work))

    async def tell(self, work: Callable[["Redis"], Awaitable[Reply]]) -> Reply:
        """The same, of what Redis need not keep. Raises StorageError."""
        return await self._twice("write to", lambda: work(self._client))

    async def write(self, script: str, key: str, *arguments: str | bytes) -> Any:
        """What the script answers, once its effect is as durable as this Redis can make it."""
        return await self._twice("write to", lambda: self._write(script, key, *arguments))

    @property
    def place(self) -> str:
        """Where it is, without user and password."""
        return self._address.place

    def subscription(self) -> "PubSub":
        """A connection for hearing what is published; it raises what the client raises."""
        return self._client.pubsub()

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.aclose(close_connection_pool=True)

    async def _read(self, work: Callable[["Redis"], Awaitable[Reply]]) -> Reply:
        # What is read counts as stored, too, by whoever wrote it.
        await self._promised()
        return await work(self._client)

    async def _write(self, script: str, key: str, *arguments: str | bytes) -> Any:
        promise = await self._promised()
        if not promise.awaited:
            return await self._client.eval(script, 1, key, *arguments)
        # WAITAOF speaks of what this very connection wrote: both must go over one, and not again over another.
        async with self._client.client() as connection:
            reply = await connection.eval(script, 1, key, *arguments)
            synced = await self._synced(connection)
        if int(synced[0]) < 1:
            raise StorageError(f"{self.place} did not bring a write to its disk in {SYNC_SECONDS:g} s")
        return reply

    async def _synced(self, connection: "Redis") -> Any:
        from redis.exceptions import ResponseError

        try:
            return await connection.waitaof(1, 0, int(SYNC_SECONDS * 1000))
        except ResponseError:
            # It writes no file any more, which it did when it was asked.
            self._promise = None
            raise

    async def _promised(self) -> Promise:
        async with self._examining:
            now = asyncio.get_running_loop().time()
            if self._promise is None or now > self._promised_at + PROMISE_SECONDS:
                self._promise = await examine(self._client)
                self._promised_at = now
                self._take(self._promise)
            return self._promise

    def _take(self, promise: Promise) -> None:
        # Of what its owner vouches for he need not be warned.
        weakness = "" if self._address.durable else promise.weakness
        self._weakness = self._weakness or weakness or ("" if self._address.durable else promise.evictions)
        for warning in (weakness, promise.evictions):
            if warning and warning not in self._warned:
                self._warned.add(warning)
                _logger.warning("Redis at %s %s", self.place, warning)

    async def _twice(self, doing: str, work: Callable[[], Awaitable[Reply]]) -> Reply:
        task = asyncio.current_task()
        cancelled = 0 if task is None else task.cancelling()
        try:
            return await self._in_two_attempts(doing, work)
        finally:
            # In Python 3.11 the client's own wait_for() may swallow it, and whoever cancelled would wait for ever.
            if task is not None and task.cancelling() > cancelled:
                raise asyncio.CancelledError

    async def _in_two_attempts(self, doing: str, work: Callable[[], Awaitable[Reply]]) -> Reply:
        from redis.exceptions import AuthenticationError, ConnectionError, RedisError

        try:
            try:
                return await work()
            except AuthenticationError:
                raise
            except ConnectionError:
                # It may come back otherwise configured.
                self._promise = None
                await asyncio.sleep(RETRY_SECONDS)
                return await work()
        except (RedisError, OSError) as error:
            raise StorageError(f"cannot {doing} {self.place}: {self.in_words(error)}") from None

    def in_words(self, error: Exception) -> str:
        """What Redis or the way to it says, with a remedy, and never with the password."""
        text = _in_words(error)
        return text.replace(self._address.password, "...") if self._address.password else text


def _client(address: RedisAddress, options: dict[str, Any]) -> "Redis":
    try:
        from redis.asyncio import BlockingConnectionPool, Connection, Redis, SSLConnection
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
    except ModuleNotFoundError as error:
        raise StorageError('Redis needs its client: pip install "jupyter_automerge[redis]"') from error
    settings = {
        "connection_class": SSLConnection if address.tls else Connection,
        "max_connections": MAX_CONNECTIONS,
        "timeout": WAIT_SECONDS,
        "host": address.host,
        "port": address.port,
        "db": address.database,
        "username": address.username,
        "password": address.password,
        "socket_timeout": REPLY_SECONDS,
        "socket_connect_timeout": CONNECT_SECONDS,
        "client_name": "jupyter_automerge",
        # The client's own retries would send WAITAOF over a connection that wrote nothing.
        "retry": Retry(NoBackoff(), 0),
    }
    return Redis.from_pool(BlockingConnectionPool(**{**settings, **options}))


def _in_words(error: Exception) -> str:
    from redis import exceptions as said

    remedies = (
        (said.OutOfMemoryError, "its memory is full: raise its maxmemory, or free some"),
        (said.ReadOnlyError, "it is a read-only replica: name the primary"),
        (said.NoPermissionError, "its user may not do that: see its ACL"),
        (said.AuthenticationError, "it does not know this user and password"),
        (said.TimeoutError, f"no answer in {REPLY_SECONDS:g} s"),
    )
    text = str(error) or type(error).__name__
    remedy = next((words for kind, words in remedies if isinstance(error, kind)), None)
    return text if remedy is None else f"{remedy} ({text})"
