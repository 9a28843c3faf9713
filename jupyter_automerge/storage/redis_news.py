"""News through Redis's channels: told by who writes, heard by who watches, with gaps that are noticed."""

import asyncio
from typing import TYPE_CHECKING, Any

from jupyter_automerge.errors import StorageError
from jupyter_automerge.storage.key_rules import check_prefix
from jupyter_automerge.storage.news import ANYTHING, News
from jupyter_automerge.storage.redis_server import RedisServer
from jupyter_automerge.values.keys import StorageKey

if TYPE_CHECKING:
    from redis.asyncio.client import PubSub

QUIET_SECONDS = 5.0
"""Silence after which the connection is asked for a sign of life, and the time that it has for that."""
RECONNECT_SECONDS = 0.1
"""The pause before a lost connection is made anew."""


def _read_message(data: bytes) -> tuple[str, StorageKey]:
    """The writer and the key; anything may have changed if somebody else's message is not one of ours."""
    writer, _, path = data.decode(errors="replace").partition(" ")
    key = tuple(path.split("/")) if path else ANYTHING
    try:
        check_prefix(key)
    except ValueError:
        return writer, ANYTHING
    return writer, key


class Channel:
    """One channel of a Redis, as one writer uses it: it does not hear itself."""

    def __init__(self, server: RedisServer, name: str, writer: str) -> None:
        self._server = server
        self.name = name
        self._writer = writer
        self.is_open = False
        """Whether what is said now is heard."""

    def message(self, key: StorageKey) -> bytes:
        """What the writer says of a key, for whoever sends it together with a write."""
        return f"{self._writer} {'/'.join(key)}".encode()

    async def tell(self, key: StorageKey) -> None:
        """Say that something at or below the key was written. Raises StorageError."""
        await self._server.tell(lambda redis: redis.publish(self.name, self.message(key)))

    async def hear(self, news: News) -> None:
        """Tell what others say, for ever. After each connection, also the first: anything may have changed.

        A lost connection is made anew; raises StorageError when that fails.
        """
        from redis.exceptions import RedisError

        while True:
            try:
                async with self._server.subscription() as subscription:
                    await subscription.subscribe(self.name)
                    await _first_message(subscription)
                    self.is_open = True
                    news.tell(ANYTHING)
                    await self._listen(subscription, news)
            except (RedisError, OSError) as error:
                if not self.is_open:
                    words = self._server.in_words(error)
                    raise StorageError(f"cannot hear {self._server.place}: {words}") from None
            finally:
                self.is_open = False
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self, subscription: "PubSub", news: News) -> None:
        asked = False
        while True:
            heard: Any = await subscription.get_message(timeout=QUIET_SECONDS)
            if heard is not None:
                asked = False
                self._pass_on(heard, news)
            elif asked:
                raise ConnectionResetError(f"no sign of life in {QUIET_SECONDS:g} s")
            else:
                asked = True
                # Without this a cut that closes no socket would look like silence.
                await subscription.ping()

    def _pass_on(self, heard: Any, news: News) -> None:
        if heard["type"] != "message":
            return
        writer, key = _read_message(heard["data"])
        if writer != self._writer:
            news.tell(key)


async def _first_message(subscription: "PubSub") -> None:
    """The answer to the subscription: what is published from then on is heard."""
    heard: Any = await subscription.get_message(timeout=QUIET_SECONDS)
    if heard is None:
        raise ConnectionResetError(f"no answer in {QUIET_SECONDS:g} s")
