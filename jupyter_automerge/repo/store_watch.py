"""Hearing what others write into the store, where its adapter can tell; and saying so when it cannot any more."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

from jupyter_automerge.engine.events import StorageChanged
from jupyter_automerge.engine.notices import StoreWatched
from jupyter_automerge.repo.storing import in_words
from jupyter_automerge.storage.contract import Storage
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.limits import WATCH_RETRY_FIRST_SECONDS, WATCH_RETRY_MOST_SECONDS

_logger = logging.getLogger(__name__)
_ANYTHING: StorageKey = ()


class StoreWatch:
    """Watches for as long as its task runs. After each gap anything may have changed."""

    def __init__(
        self,
        storage: Storage,
        store_id: str,
        post: Callable[[StorageChanged], None],
        tell: Callable[[StoreWatched], None],
    ) -> None:
        self._storage = storage
        self._store_id = store_id
        self._post = post
        self._tell = tell
        self._failures = 0
        self.error = ""
        """Why others cannot be heard just now; empty where they are, and for a store that never tells."""

    async def run(self) -> None:
        """Until the store is closed. A watch that fails is begun anew, after a while, longer each time."""
        while (changes := self._begin()) is not None:
            failure = await self._listen(changes)
            if failure is None:
                return
            self._failures += 1
            self._say(in_words(failure))
            doublings = min(self._failures - 1, 16)
            await asyncio.sleep(min(WATCH_RETRY_FIRST_SECONDS * 2**doublings, WATCH_RETRY_MOST_SECONDS))
            self._post(StorageChanged(_ANYTHING))

    def _begin(self) -> AsyncIterator[StorageKey] | None:
        try:
            return self._storage.watch()
        except Exception as error:  # noqa: BLE001 - adapters are written by others and may raise anything
            return _failing(error)

    async def _listen(self, changes: AsyncIterator[StorageKey]) -> Exception | None:
        try:
            async for place in changes:
                self._failures = 0
                self._say("")
                self._post(StorageChanged(place))
        except Exception as error:  # noqa: BLE001 - as above; it is told
            return error
        return None

    def _say(self, error: str) -> None:
        """Once, and again when it is another, or when it is over."""
        if error == self.error:
            return
        if error:
            _logger.warning("the store cannot be watched, and is tried again: %s", error)
        else:
            _logger.info("the store is watched again")
        self.error = error
        self._tell(StoreWatched(self._store_id, error))


async def _failing(error: Exception) -> AsyncIterator[StorageKey]:
    raise error
    yield _ANYTHING  # never: it makes this a generator
