"""Seeing that our own store was emptied or replaced while we ran, by the id and the epoch that lie in it (E48).

What is in memory is looked at as others' writes are; what is not would be believed to be stored for good.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from jupyter_automerge.engine.events import Event, StoreBeganAnew, StoreWeakened
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.errors import StorageError
from jupyter_automerge.repo.identity import marks_of
from jupyter_automerge.repo.storing import in_words
from jupyter_automerge.storage.contract import Storage
from jupyter_automerge.values.keys import EPOCH_KEY, STORAGE_ID_KEY, StorageKey
from jupyter_automerge.values.limits import MARKS_LOOK_SECONDS, MARKS_REST_SECONDS, MARKS_SECOND_LOOK_SECONDS

_logger = logging.getLogger(__name__)


class OwnMarks:
    """Looks for as long as its task runs: after news that may be about them, and now and then."""

    def __init__(self, storage: Storage, local: LocalPeer, post: Callable[[Event], None]) -> None:
        self._storage = storage
        self._local = local
        self._post = post
        self._doubt = asyncio.Event()

    def changed(self, place: StorageKey) -> None:
        """Something at or below this place was written or removed."""
        if place in (STORAGE_ID_KEY[: len(place)], EPOCH_KEY[: len(place)]):
            self._doubt.set()

    async def run(self) -> None:
        """Until another store is found in place of ours, or for ever."""
        while True:
            with suppress(TimeoutError):
                # Python 3.11's wait_for() may swallow that the Repo closes.
                async with asyncio.timeout(MARKS_LOOK_SECONDS):
                    await self._doubt.wait()
            self._doubt.clear()
            if not await self._are_ours():
                return
            await asyncio.sleep(MARKS_REST_SECONDS)

    async def _are_ours(self) -> bool:
        """Whether they are, or are put there again. A store that cannot be read says nothing: it may be as it was."""
        try:
            if await self._are_there():
                return True
            # A folder that is being moved, a server that is still loading: only what stays away is gone.
            await asyncio.sleep(MARKS_SECOND_LOOK_SECONDS)
            if await self._are_there():
                return True
            storage_id, epoch = await marks_of(self._storage, self._local.storage_id)
            # Else each look would find it emptied, and all would be met anew each time.
            is_kept = await self._are_there(epoch)
        except StorageError:
            return True
        except Exception as error:  # noqa: BLE001 - adapters are written by others and may raise anything
            _logger.warning("%s cannot be read: %s", self._storage.place, in_words(error))
            return True
        if storage_id != self._local.storage_id:
            self._weakened(f"another store is in its place by now ({storage_id[:8]}): start this Repo again")
            return False
        if epoch != self._local.epoch:
            if not is_kept:
                self._weakened("it keeps nothing of what is written to it")
                return False
            _logger.error(
                "%s lost what was in it, also what was stored for others: what is open here, or is brought again, is "
                "written again",
                self._storage.place,
            )
            self._post(StoreBeganAnew(epoch))
        return True

    async def _are_there(self, epoch: str | None = None) -> bool:
        """Whether our id and this epoch are, ours if none is given."""
        found = [await self._storage.load(key) for key in (STORAGE_ID_KEY, EPOCH_KEY)]
        mine = (self._local.storage_id, epoch or self._local.epoch)
        return all(
            data is not None and data.decode(errors="replace").strip() == text
            for data, text in zip(found, mine, strict=True)
        )

    def _weakened(self, words: str) -> None:
        _logger.error("%s: %s", self._storage.place, words)
        self._post(StoreWeakened(words))
