"""Bringing documents that nobody has open to stores that came in reach and may lack something of them (E47).

Edits that were made offline, or that a server without a memory of its own lives may have lost, would else wait
for somebody to open the document.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from jupyter_automerge.engine.events import Dismiss, Resume
from jupyter_automerge.engine.notices import ConnectionChanged, StoreForgotten, StoreRow
from jupyter_automerge.engine.store_files import SavedRow
from jupyter_automerge.errors import StorageError
from jupyter_automerge.repo.comparing import standings_of
from jupyter_automerge.repo.handle import DocHandle
from jupyter_automerge.repo.looking import viewpoint
from jupyter_automerge.repo.owed import Comer, Comers, Owed, is_comer, is_owed
from jupyter_automerge.repo.share import FixedShare, may_hear
from jupyter_automerge.repo.shelf import Shelf
from jupyter_automerge.repo.shelved_rows import ShelvedStore, row_of
from jupyter_automerge.repo.verdicts import Notice
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.limits import (
    MAX_RESUMED_AT_ONCE,
    RESUMING_AFTER_SECONDS,
    RESUMING_AGAIN_MOST_SECONDS,
    RESUMING_AGAIN_SECONDS,
    RESUMING_PATIENCE_SECONDS,
    RESUMING_REST,
)
from jupyter_automerge.values.status import Direction

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running

_logger = logging.getLogger(__name__)


class Resuming:
    """One task while there is something to do, a few documents at a time. On the Repo's loop."""

    def __init__(self, running: "Running", shelf: Shelf) -> None:
        self._running = running
        self._shelf = shelf
        self._task: asyncio.Task[None] | None = None
        self._somebody_came = asyncio.Event()
        self._rest = RESUMING_AFTER_SECONDS
        self._under_way: set[DocumentId] = set()

    def __len__(self) -> int:
        return len(self._under_way)

    def hear(self, notice: Notice) -> None:
        """Begin once a store that keeps documents is connected, or what was known of one that is was forgotten."""
        if not (_is_comer(notice) or isinstance(notice, StoreForgotten)) or not self._tells_anybody:
            return
        self._somebody_came.set()
        if self._task is None or self._task.done():
            self._task = self._running.tasks.start(self._run())

    @property
    def _tells_anybody(self) -> bool:
        policy = self._running.asking.policy
        return not isinstance(policy, FixedShare) or (policy.announces and policy.gives)

    async def _run(self) -> None:
        again = RESUMING_AGAIN_SECONDS
        while self._somebody_came.is_set():
            await asyncio.sleep(self._rest)
            self._somebody_came.clear()
            if await self._pass():
                try:
                    async with asyncio.timeout(again):
                        await self._somebody_came.wait()
                    again = RESUMING_AGAIN_SECONDS
                except TimeoutError:
                    again = min(2 * again, RESUMING_AGAIN_MOST_SECONDS)
                self._somebody_came.set()

    async def _pass(self) -> bool:
        """Whether some document that was tried is owed still."""
        began, comers = self._running.clock.now(), Comers(dict(self._comers()))
        if not comers.stores:
            return False
        try:
            owed = await self._shelf.owed(comers)
        except StorageError as error:
            _logger.warning("what is to be sent of documents that are not open is not known: %s", error)
            return False
        rest = RESUMING_REST * (self._running.clock.now() - began)
        self._rest = min(max(RESUMING_AFTER_SECONDS, rest), RESUMING_AGAIN_SECONDS)
        queue = iter(owed.items())
        outcomes = await asyncio.gather(*(self._work(queue, comers) for _ in range(MAX_RESUMED_AT_ONCE)))
        return any(outcomes)

    def _comers(self) -> Iterator[tuple[str, Comer]]:
        running, view = self._running, viewpoint(self._running)
        dialed = {
            one.store_id for one in running.directory.connections if one.direction is Direction.OUTGOING
        }
        for peer in running.directory.peers:
            store = running.stores.get(peer.store_id)
            if store is not None and is_comer(row_of(ShelvedStore(store), SavedRow(), view), view.judge):
                yield store.id, Comer(peer, store.first_seen if store.id in dialed else None)

    async def _work(self, queue: Iterable[tuple[DocumentId, Owed]], comers: Comers) -> bool:
        is_owed_still = False
        for document_id, owed in queue:
            hearers = [
                store for store in owed.stores if await self._may_hear(comers.stores[store], document_id)
            ]
            if hearers and self._running.documents.get(document_id) is None:
                is_owed_still |= not await self._bring(document_id, frozenset(hearers), owed.others)
        return is_owed_still

    async def _may_hear(self, comer: Comer, document_id: DocumentId) -> bool:
        return await may_hear(self._running.asking.policy, comer.peer, document_id)

    async def _bring(self, document_id: DocumentId, stores: frozenset[str], others: frozenset[str]) -> bool:
        """Whether all of `stores` that are still there have it. What they bring in turn is for the others, too."""
        self._under_way.add(document_id)
        self._running.driver.post(Resume(document_id, stores | others))
        try:
            return await self._brought(document_id, stores)
        finally:
            self._under_way.discard(document_id)
            self._running.driver.post(Dismiss(document_id))

    async def _brought(self, document_id: DocumentId, stores: frozenset[str]) -> bool:
        began = self._running.clock.now()
        with self._running.watching.of(document_id) as moved:
            while True:
                moved.clear()
                await self._running.driver.settled()
                moved_at = self._moved_at(document_id, stores)
                if moved_at is None:
                    return True
                left = max(began, moved_at) + RESUMING_PATIENCE_SECONDS - self._running.clock.now()
                if left <= 0:
                    return False
                with suppress(TimeoutError):
                    async with asyncio.timeout(left):
                        await moved.wait()

    def _moved_at(self, document_id: DocumentId, stores: frozenset[str]) -> float | None:
        """When anything moved last between us and those that are owed it; None if nobody is, or it is not here."""
        if self._running.engine.state(document_id) is None:
            return None
        handle = self._running.documents.get(document_id)
        if handle is None:
            return 0.0
        moments = [row.moved_at or 0.0 for row in self._owed(handle) if row.store_id in stores]
        return max(moments, default=None)

    def _owed(self, handle: DocHandle) -> Iterator[StoreRow]:
        view = viewpoint(self._running, handle._live)
        evidence = view.evidence(handle._live.rows)
        standings = standings_of(handle._document, handle.heads, evidence)
        return (one.row for one in evidence if is_owed(one, standings, view.judge))


def _is_comer(notice: Notice) -> bool:
    if not isinstance(notice, ConnectionChanged) or not notice.open or notice.standby:
        return False
    return notice.metadata.storage_id is not None and not notice.metadata.is_ephemeral
