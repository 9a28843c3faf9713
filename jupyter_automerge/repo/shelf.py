"""Documents that lie in the store and are not open: who has them, by what is written beside them.

They are read without the Engine: nobody is told of them, and no connection is asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_automerge.document import ChunkState, Document, Standing
from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.engine.store_files import SavedRow
from jupyter_automerge.repo.comparing import Viewpoint, frontiers_of, standings_of
from jupyter_automerge.repo.local_copy import LocalCopy
from jupyter_automerge.repo.looking import viewpoint
from jupyter_automerge.repo.owed import Comers, Owed
from jupyter_automerge.repo.shelved_rows import ShelvedStore, row_of, saved_rows, saved_stores
from jupyter_automerge.repo.summary import SyncSummary, summarise
from jupyter_automerge.storage.contract import KeyInfo, Storage
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import (
    NO_HEADS_NAME,
    STORES_PREFIX,
    KeyKind,
    StorageKey,
    document_prefix,
    key_kind,
)
from jupyter_automerge.values.limits import MAX_DOCUMENTS_REMEMBERED
from jupyter_automerge.values.status import Level, Relation, Safety

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running

Files = list[tuple[StorageKey, bytes]]
"""What is kept of stores."""
_CHUNKS = (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL)
_WRITING_SECONDS = 1.0
_RACY_SECONDS = 2.0
"""An entry written so shortly before it was looked at may be written again without its time showing it."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """What a stored document was, and who had what of it, when it was read."""

    entries: frozenset[KeyInfo]
    heads: Heads
    rows: Mapping[str, SavedRow]
    standings: Mapping[Heads, Standing]
    trouble: str

    def rows_now(self, stores: Mapping[str, ShelvedStore], view: Viewpoint) -> list[StoreRow]:
        """By what is known of the stores now."""
        return [
            row_of(stores[store], row, view)
            for store, row in self.rows.items()
            if store in stores and stores[store].counts(row, view.moment.wall.timestamp())
        ]

    def can_compare(self, rows: list[StoreRow], view: Viewpoint) -> bool:
        """Whether it was looked at for all that counts now: whose word does may be another, or who is connected."""
        return frontiers_of(view.evidence(rows)) <= self.standings.keys()


Read = dict[DocumentId, Shelved | SyncSummary]
"""Documents, or why one cannot be read."""


class Shelf:
    """Reads one document at a time, and remembers it for as long as nobody writes to it."""

    def __init__(
        self, running: "Running", storage: Storage, rows_written: Callable[[float], Awaitable[None]]
    ) -> None:
        self._running = running
        self._storage = storage
        self._rows_written = rows_written
        self._remembered: dict[DocumentId, Shelved] = {}
        self._moved: set[DocumentId] = set()
        self._turn = asyncio.Lock()

    @property
    def remembered(self) -> int:
        """Documents that need not be read again."""
        return len(self._remembered)

    def moved(self, document_id: DocumentId) -> None:
        """The document came into memory or left it: what was read of it may be over."""
        self._remembered.pop(document_id, None)
        self._moved.add(document_id)

    async def summaries(self) -> dict[DocumentId, SyncSummary]:
        """Of every stored document that is not open. Raises StorageError if they cannot be listed."""
        async with self._turn:
            files = await self._files()
            return self._judged(await self._look(files, lambda entries: True), files)

    async def owed(self, comers: Comers) -> dict[DocumentId, Owed]:
        """Of stored documents that are not open, the comers that are not known to have all of them (E47).

        Only those are read of which it may be so. Raises StorageError if they cannot be listed.
        """
        async with self._turn:
            files = await self._files()
            comers = comers.as_written(files)
            read = await self._look(files, comers.may_lack)
        view, stores = viewpoint(self._running), saved_stores(self._running, files)
        found = {
            one: Owed(
                comers.lacking(what.entries, what.rows, stores, what.standings, view), frozenset(what.rows)
            )
            for one, what in read.items()
            if isinstance(what, Shelved) and self._running.documents.get(one) is None
        }
        return {one: owed for one, owed in found.items() if owed.stores}

    async def _files(self) -> Files:
        self._moved.clear()
        # What was known of a document that was just put away is on its way; a disk that hangs holds up nobody.
        await self._rows_written(_WRITING_SECONDS)
        return await self._storage.load_range(STORES_PREFIX)

    async def _look(self, files: Files, wanted: Callable[[frozenset[KeyInfo]], bool]) -> Read:
        """Those documents that are wanted by their entries."""
        read: Read = {}
        due = _by_document(await self._storage.keys(()))
        while due:
            due = {one: entries for one, entries in due.items() if wanted(entries)}
            for document_id, entries in due.items():
                if self._running.documents.get(document_id) is None:
                    read[document_id] = await self._shelved(document_id, entries, files)
            # What was opened or closed meanwhile may be another than was read, and whose word counts another's.
            due = {}
            for document_id in self._moved | self._outdated(read, files):
                self._moved.discard(document_id)
                read.pop(document_id, None)
                due |= _by_document(await self._storage.keys(document_prefix(document_id)))
        return read

    def _judged(self, read: Read, files: Files) -> dict[DocumentId, SyncSummary]:
        """All as of one moment: what was heard while others were read counts for the first of them, too."""
        view, stores = viewpoint(self._running), saved_stores(self._running, files)
        return {
            one: self._summarised(what, what.rows_now(stores, view), view)
            if isinstance(what, Shelved)
            else what
            for one, what in read.items()
            if self._running.documents.get(one) is None
        }

    def _outdated(self, read: Read, files: Files) -> set[DocumentId]:
        """What was not looked at for all that counts by now."""
        view, stores = viewpoint(self._running), saved_stores(self._running, files)
        return {
            one
            for one, what in read.items()
            if isinstance(what, Shelved) and not what.can_compare(what.rows_now(stores, view), view)
        }

    async def _shelved(
        self, document_id: DocumentId, entries: frozenset[KeyInfo], files: Files
    ) -> Shelved | SyncSummary:
        """The document as it is now; in words why it cannot be read."""
        view, stores = viewpoint(self._running), saved_stores(self._running, files)
        shelved = self._remembered.pop(document_id, None)
        rows = [] if shelved is None else shelved.rows_now(stores, view)
        if shelved is None or shelved.entries != entries or not shelved.can_compare(rows, view):
            try:
                shelved = await self._read(document_id, entries, stores, view)
            except Exception as error:  # noqa: BLE001 - adapters are written by others; it is in the report
                return SyncSummary(Safety.ERROR, 0, f"it cannot be read: {type(error).__name__}: {error}")
        if self._is_settled(entries):
            self._remembered[document_id] = shelved
            if len(self._remembered) > MAX_DOCUMENTS_REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
        return shelved

    async def _read(
        self,
        document_id: DocumentId,
        entries: frozenset[KeyInfo],
        stores: Mapping[str, ShelvedStore],
        view: Viewpoint,
    ) -> Shelved:
        stored = await self._storage.load_range(document_prefix(document_id))
        chunks = [data for key, data in stored if key_kind(key) in _CHUNKS]
        document, verdicts = await asyncio.to_thread(Document.load, chunks)
        saved = saved_rows(stored)
        # Of every store, known or not, and wherever it may be: which count is asked each time.
        rows = [
            row_of(likely, row, view)
            for store, row in saved.items()
            for likely in (*ShelvedStore.likely(store), *((stores[store],) if store in stores else ()))
        ]
        waits = any(one.state is ChunkState.QUEUED for one in verdicts)
        return Shelved(
            entries,
            document.heads,
            saved,
            standings_of(document, document.heads, view.evidence(rows)),
            "some of its changes wait for others that are missing" if waits else "",
        )

    def _summarised(self, shelved: Shelved, rows: list[StoreRow], view: Viewpoint) -> SyncSummary:
        peers = view.compared(rows, view.evidence(rows), shelved.standings)
        local = LocalCopy(
            store_id=self._running.local.store_id,
            durable=not self._running.local.weakness,
            heads=shelved.heads,
            saved_heads=shelved.heads,
            missing=0,
            trouble=shelved.trouble,
            relation=Relation.SYNCED,
            level=Level.RECEIVED if self._running.local.weakness else Level.STORED,
            weakness=self._running.local.weakness,
        )
        return summarise(local, peers, view.judge)

    def _is_settled(self, entries: frozenset[KeyInfo]) -> bool:
        """Whether another write would show in the entries' times."""
        now = self._running.clock.moment().wall.timestamp()
        return all(one.time is not None and one.time < now - _RACY_SECONDS for one in entries)


def _by_document(entries: Iterable[KeyInfo]) -> dict[DocumentId, frozenset[KeyInfo]]:
    """What the store has of each document that it has anything of but words of others."""
    found: dict[str, set[KeyInfo]] = {}
    for one in entries:
        found.setdefault(one.key[0], set()).add(one)
    return {
        DocumentId(name): frozenset(mine)
        for name, mine in found.items()
        if any(key_kind(one.key) in _CHUNKS and one.key[-1] != NO_HEADS_NAME for one in mine)
    }
