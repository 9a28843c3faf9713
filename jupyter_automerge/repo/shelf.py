"""Documents that lie in the store and are not open: who has them, by what is written beside them.

They are read without the Engine: nobody is told of them, and no connection is asked.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_automerge.document import ChunkState, Document, Standing
from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.engine.store_files import SavedRow, read_row
from jupyter_automerge.repo.clock import Clock
from jupyter_automerge.repo.local_copy import LocalCopy
from jupyter_automerge.repo.looking import viewpoint
from jupyter_automerge.repo.summary import SyncSummary, summarise
from jupyter_automerge.storage.contract import KeyInfo, Storage
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import KeyKind, StorageKey, document_prefix, key_kind
from jupyter_automerge.values.limits import MAX_DOCUMENTS_REMEMBERED
from jupyter_automerge.values.status import Level, Relation, Safety
from jupyter_automerge.values.store import KnownStore

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running

_CHUNKS = (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL)
_RACY_SECONDS = 2.0
"""An entry written so shortly before it was looked at may be written again without its time showing it."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """What a stored document was, and who had what of it, when it was read."""

    entries: frozenset[KeyInfo]
    heads: Heads
    told: Mapping[str, SavedRow]
    standings: Mapping[Heads, Standing]
    trouble: str


class Shelf:
    """Reads one document at a time, and remembers it for as long as nobody writes to it."""

    def __init__(self, running: "Running", storage: Storage) -> None:
        self._running = running
        self._storage = storage
        self._remembered: dict[DocumentId, Shelved] = {}
        self._moved: set[DocumentId] = set()
        self._turn = asyncio.Lock()

    def moved(self, document_id: DocumentId) -> None:
        """The document came into memory or left it: what was read of it may be over."""
        self._remembered.pop(document_id, None)
        self._moved.add(document_id)

    async def summaries(self) -> dict[DocumentId, SyncSummary]:
        """Of every stored document that is not open. Raises StorageError if they cannot be listed."""
        async with self._turn:
            return await self._look()

    async def _look(self) -> dict[DocumentId, SyncSummary]:
        found: dict[DocumentId, SyncSummary] = {}
        self._moved.clear()
        for document_id, entries in _by_document(await self._storage.keys(())).items():
            if self._running.documents.get(document_id) is None:
                found[document_id] = await self._summary(document_id, entries)
        # What was opened or closed meanwhile may be another than was read.
        while self._moved:
            document_id = self._moved.pop()
            entries = frozenset(await self._storage.keys(document_prefix(document_id)))
            if any(key_kind(one.key) in _CHUNKS for one in entries):
                found[document_id] = await self._summary(document_id, entries)
            else:
                found.pop(document_id, None)
        return {one: summary for one, summary in found.items() if self._running.documents.get(one) is None}

    async def _summary(self, document_id: DocumentId, entries: frozenset[KeyInfo]) -> SyncSummary:
        shelved = self._remembered.pop(document_id, None)
        if shelved is None or shelved.entries != entries:
            try:
                shelved = await self._read(document_id, entries)
            except Exception as error:  # noqa: BLE001 - adapters are written by others; it is in the report
                return SyncSummary(Safety.ERROR, 0, f"it cannot be read: {type(error).__name__}: {error}")
        if self._is_settled(entries):
            self._remembered[document_id] = shelved
            if len(self._remembered) > MAX_DOCUMENTS_REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
        return self._judged(shelved)

    async def _read(self, document_id: DocumentId, entries: frozenset[KeyInfo]) -> Shelved:
        stored = await self._storage.load_range(document_prefix(document_id))
        chunks = [data for key, data in stored if key_kind(key) in _CHUNKS]
        document, verdicts = await asyncio.to_thread(Document.load, chunks)
        told = dict(_told(stored))
        frontiers = {heads for one in told.values() for heads in _frontiers(one)}
        waits = any(one.state is ChunkState.QUEUED for one in verdicts)
        return Shelved(
            entries,
            document.heads,
            told,
            document.standings(frontiers),
            "some of its changes wait for others that are missing" if waits else "",
        )

    def _judged(self, shelved: Shelved) -> SyncSummary:
        """By the policy and by what is known of the stores now."""
        view = viewpoint(self._running)
        rows = self._rows(shelved)
        peers = view.compared(rows, view.evidence(rows), shelved.standings)
        local = LocalCopy(
            store_id=self._running.local.store_id,
            durable=True,
            heads=shelved.heads,
            saved_heads=shelved.heads,
            missing=0,
            trouble=shelved.trouble,
            relation=Relation.SYNCED,
            level=Level.STORED,
        )
        return summarise(local, peers, view.judge)

    def _rows(self, shelved: Shelved) -> list[StoreRow]:
        known = ((self._running.stores.get(store_id), told) for store_id, told in shelved.told.items())
        return [
            _row(store, told, self._running.clock)
            for store, told in known
            # Of a store that began anew since, nothing is known.
            if store is not None and (told.epoch is None or store.epoch in (told.epoch, None))
        ]

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
        if any(key_kind(one.key) in _CHUNKS for one in mine)
    }


def _told(stored: Iterable[tuple[StorageKey, bytes]]) -> Iterator[tuple[str, SavedRow]]:
    for key, data in stored:
        if key_kind(key) is KeyKind.REMOTE_HEADS and (row := read_row(data)) is not None:
            yield key[2], row


def _frontiers(told: SavedRow) -> tuple[Heads, ...]:
    """Every set of heads that a row may be judged by."""
    own = told.received | told.stored
    return told.stored, own, own | told.relayed


def _row(store: KnownStore, told: SavedRow, clock: Clock) -> StoreRow:
    moment = clock.moment()
    return StoreRow(
        store_id=store.id,
        peer_ids=(),
        sessions=0,
        name=store.name,
        kind=store.kind,
        user=store.user,
        link=store.link,
        same_store=store.same_store,
        ephemeral=store.ephemeral,
        durable_acks=store.durable_acks,
        denied=False,
        unavailable=False,
        sent=NO_HEADS,
        received=told.received,
        stored=told.stored,
        known=True,
        as_of=moment.now + told.as_of - moment.wall.timestamp(),
        relayed=told.relayed,
        via=tuple(sorted(told.words)),
        petname=store.petname,
        trust=store.trust,
        clone=store.clone,
    )
