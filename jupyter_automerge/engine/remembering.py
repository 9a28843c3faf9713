"""Knowing other stores in the next life: what is read when a Repo begins, and written while it runs (E34 to E38)."""

from collections.abc import Callable
from functools import partial

from jupyter_automerge.engine.connection import EARLIER, Life
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.events import Loaded
from jupyter_automerge.engine.first_look import FirstLook
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.record import DocumentRecord, Storage
from jupyter_automerge.engine.slow_writes import SlowWrites
from jupyter_automerge.engine.store_entry import StoreEntry
from jupyter_automerge.engine.store_facts import StoreFacts
from jupyter_automerge.engine.store_files import (
    SavedRow,
    SavedStore,
    SavedWord,
    read_store,
    write_row,
    write_store,
)
from jupyter_automerge.engine.stores import Stores
from jupyter_automerge.errors import InvalidId
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.ids import StorageId, parse_storage_id
from jupyter_automerge.values.keys import STORES_PREFIX, remote_heads_key, store_key, sync_state_key
from jupyter_automerge.values.limits import MAX_LIVES_PER_STORE
from jupyter_automerge.values.lives import life_name


class Remembering:
    """Keeps durable stores and what they have. A lost write is harmless: it leaves a lower bound behind.

    Nothing is kept of memories that end with their process, nor of Repos on our own store.
    """

    def __init__(self, local: LocalPeer, desk: Desk, stores: Stores, writes: SlowWrites) -> None:
        self._desk = desk
        self._stores = stores
        self._session_id = local.session_id
        self._writes = writes
        self._keeps = local.has_storage
        self._table = FirstLook(local, desk, STORES_PREFIX, self._take)

    def open(self) -> None:
        """Read the table of stores."""
        self._table.begin()

    def then(self, action: Callable[[], None]) -> None:
        """Do it once the table is read, or cannot be read for now."""
        self._table.then(action)

    # Stores

    def store_moved(self, entry: StoreEntry) -> None:
        """Write it down. Nothing is written over a table that was never read."""
        if self._table.is_over and self._keeps and _lasts(entry):
            self._writes.write(store_key(StorageId(entry.id)), lambda: write_store(_store_of(entry)))

    def store_left(self, entry: StoreEntry) -> None:
        """Of a forgotten one it is kept when that was; of others nothing."""
        if (
            not (self._table.is_over and self._keeps and _lasts(entry))
            or self._stores.get(entry.id) is not None
        ):
            return
        key = store_key(StorageId(entry.id))
        forgotten_at = self._stores.forgotten_at(entry.id)
        if forgotten_at is None:
            self._writes.remove(key)
        else:
            self._writes.write(key, lambda: write_store(SavedStore(forgotten_at=forgotten_at)))

    def store_began_anew(self, entry: StoreEntry) -> None:
        """Its epoch is written down with the rest of it."""

    def store_promises_no_more(self, entry: StoreEntry) -> None:
        """So is that."""

    def _take(self, event: Loaded) -> None:
        met = list(self._stores)
        for chunk in event.chunks:
            try:
                store_id = parse_storage_id(chunk.key[-1])
            except InvalidId:
                continue  # a foreign file names no store
            saved = read_store(chunk.data)
            if saved is None or not self._stores.restore(store_id, saved):
                self._writes.remove(chunk.key)
        for entry in met:
            self.store_moved(entry)

    # What they have

    def row_moved(self, record: DocumentRecord, facts: StoreFacts) -> None:
        """More is known of what a store has of the document, or less."""
        # Of a document that we do not have nothing is kept; and before it is read, what an earlier life knew of
        # others is not in their rows yet.
        is_here = record.has_data and record.storage is Storage.ANSWERED
        if self._keeps and is_here and _lasts(facts.store):
            key = remote_heads_key(record.id, StorageId(facts.store.id))
            self._writes.write(key, partial(self.row_bytes, facts))

    def row_left(self, record: DocumentRecord, facts: StoreFacts) -> None:
        """The document knows nothing of the store any more."""
        if self._keeps and record.storage is Storage.ANSWERED and _lasts(facts.store):
            self.forget_row(record, StorageId(facts.store.id))

    def forget_row(self, record: DocumentRecord, store_id: StorageId) -> None:
        """What was kept of it does not count any more."""
        self._writes.remove(remote_heads_key(record.id, store_id), sync_state_key(record.id, store_id))

    def leaves(self, record: DocumentRecord, *, for_good: bool) -> None:
        """The document leaves memory: what waits is written now, unless it was deleted."""
        if for_good:
            self._writes.forget_below(record.id)
        else:
            self._writes.flush_below(record.id)

    def name_of(self, life: Life) -> str:
        """What the life is called beside documents."""
        return life_name(life[1], self._session_id)

    def _lives(self, facts: StoreFacts) -> dict[str, Heads]:
        lives: dict[str, Heads] = {}
        for life in [life for life in facts.memories if life != EARLIER][-MAX_LIVES_PER_STORE:]:
            name = self.name_of(life)
            lives[name] = lives.get(name, NO_HEADS) | facts.memories[life].heads
        return lives

    def row_bytes(self, facts: StoreFacts) -> bytes:
        """What is written beside the document of what the store has of it."""
        return write_row(
            SavedRow(
                received=facts.last_received,
                stored=facts.stored,
                as_of=self._desk.wall_at(facts.as_of or self._desk.now),
                unsent_since=None if facts.unsent_since is None else self._desk.wall_at(facts.unsent_since),
                epoch=facts.store.epoch,
                words={
                    store: SavedWord(word.received.heads, word.stored.heads, self._desk.wall_at(word.at))
                    for store, word in facts.hearsay.items()
                },
                lives=self._lives(facts),
            )
        )


def _lasts(entry: StoreEntry) -> bool:
    return not entry.ephemeral and not entry.is_ours


def _store_of(entry: StoreEntry) -> SavedStore:
    return SavedStore(
        known=True,
        forgotten_at=entry.void_before,
        name=entry.name,
        kind=entry.kind,
        user=entry.user,
        petname=entry.petname,
        trust=entry.trust,
        durable_acks=entry.durable_acks,
        epoch=entry.epoch,
        endpoints=entry.endpoints,
        first_seen=entry.first_seen,
        last_seen=entry.last_seen,
        met=entry.met,
    )
