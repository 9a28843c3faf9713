"""Loads, puts and deletes for the Engine, each in a task of its own."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

from jupyter_automerge.engine.effects import Delete, List, Load, Put, Read
from jupyter_automerge.engine.events import (
    DeleteDone,
    DeleteFailed,
    Event,
    Listed,
    Loaded,
    LoadFailed,
    PutDone,
    PutFailed,
    StoredChunk,
    StoredKey,
    StoreWeakened,
)
from jupyter_automerge.errors import StorageError
from jupyter_automerge.repo.counting import Totals
from jupyter_automerge.repo.tasks import Tasks
from jupyter_automerge.storage.contract import Storage
from jupyter_automerge.values.keys import KeyKind, key_kind

_logger = logging.getLogger(__name__)


class Storing:
    """Performs the Engine's storage effects. Their order is the Engine's business: it asks one at a time."""

    def __init__(self, storage: Storage, tasks: Tasks, post: Callable[[Event], None], totals: Totals) -> None:
        self._storage = storage
        self._tasks = tasks
        self._post = post
        self._totals = totals
        self._is_weak = False
        self._last_failure = ""
        self._rows_on_their_way: set[asyncio.Task[None]] = set()

    async def rows_written(self, seconds: float) -> None:
        """Return once what is known of others is beside the documents, has failed, or took so long."""
        if self._rows_on_their_way:
            await asyncio.wait(self._rows_on_their_way, timeout=seconds)

    def load(self, effect: Load) -> None:
        async def load() -> Event:
            self._totals.loads += 1
            entries = await self._storage.load_range(effect.prefix)
            return Loaded(effect.token, tuple(StoredChunk(key, data) for key, data in entries))

        self._tasks.start(self._report(load, lambda error: LoadFailed(effect.token, error)))

    def read(self, effect: Read) -> None:
        async def read() -> Event:
            found = await asyncio.gather(*(self._storage.load(key) for key in effect.keys))
            entries = zip(effect.keys, found, strict=True)
            return Loaded(
                effect.token, tuple(StoredChunk(key, data) for key, data in entries if data is not None)
            )

        self._tasks.start(self._report(read, lambda error: LoadFailed(effect.token, error)))

    def list(self, effect: List) -> None:
        async def list_() -> Event:
            entries = await self._storage.keys(effect.prefix)
            return Listed(effect.token, tuple(StoredKey(one.key, one.size, one.time) for one in entries))

        self._tasks.start(self._report(list_, lambda error: LoadFailed(effect.token, error)))

    def put(self, effect: Put) -> None:
        async def put() -> Event:
            await self._storage.save(effect.key, effect.data)
            self._totals.put(effect.key, len(effect.data))
            return PutDone(effect.token)

        task = self._tasks.start(self._report(put, lambda error: PutFailed(effect.token, error)))
        if key_kind(effect.key) is KeyKind.REMOTE_HEADS:
            self._rows_on_their_way.add(task)
            task.add_done_callback(self._rows_on_their_way.discard)

    def delete(self, effect: Delete) -> None:
        async def delete() -> Event:
            # All at once: one after the other, each would wait for the disk anew.
            removals = [self._storage.remove(key) for key in effect.keys]
            removals += [self._storage.remove_range(prefix) for prefix in effect.prefixes]
            await _all(removals)
            self._totals.removals += len(removals)
            return DeleteDone(effect.token)

        self._tasks.start(self._report(delete, lambda error: DeleteFailed(effect.token, error)))

    async def _report(
        self, work: Callable[[], Coroutine[Any, Any, Event]], failed: Callable[[str], Event]
    ) -> None:
        # Adapters are written by others and may raise anything: the Engine retries and tells the user.
        try:
            event = await work()
        except Exception as error:  # noqa: BLE001 - logged, once
            self._log(error)
            event = failed(in_words(error))
        else:
            self._last_failure = ""
        self._look_for_weakness()
        self._post(event)

    def _log(self, error: Exception) -> None:
        """Each failure once until something succeeds: it is tried again and again. An adapter's StorageError
        says in one line what to do; of anything else its author wants the trace.
        """
        if (failure := in_words(error)) == self._last_failure:
            return
        self._last_failure = failure
        if isinstance(error, StorageError):
            _logger.warning("%s", error)
        else:
            _logger.warning("the store failed", exc_info=error)

    def _look_for_weakness(self) -> None:
        """Told before the outcome that may be worth less by it."""
        weakness = None if self._is_weak else self._storage.weakness
        if weakness is not None:
            self._is_weak = True
            self._post(StoreWeakened(weakness.reason))


async def _all(removals: Iterable[Awaitable[None]]) -> None:
    """Wait until every one has ended, and only then fail with the first that failed."""
    outcomes = await asyncio.gather(*removals, return_exceptions=True)
    for outcome in outcomes:
        if outcome is not None:
            raise outcome


def in_words(error: Exception) -> str:
    """The error's own words, or its name."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
