"""Rows of documents that are not open, made of what is written beside them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.engine.store_files import SavedRow, SavedStore, read_row, read_store
from jupyter_automerge.repo.comparing import Viewpoint
from jupyter_automerge.values.dates import heard_at, is_to_come
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.keys import KeyKind, StorageKey, key_kind
from jupyter_automerge.values.lives import life_name
from jupyter_automerge.values.status import Link
from jupyter_automerge.values.store import KnownStore

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


@dataclass(frozen=True, slots=True)
class ShelvedStore:
    """A store, and since when what is written of it counts: before it was forgotten, or began anew, it does not.

    `lives`: those of its Repos that are connected, by name.
    """

    store: KnownStore
    void_before: float = 0.0
    lives: frozenset[str] = frozenset()

    @classmethod
    def likely(cls, store_id: str) -> "tuple[ShelvedStore, ShelvedStore]":
        """As it will be mostly, whichever it is: out of reach, or connected in a life that was not heard."""
        return cls(KnownStore(store_id)), cls(KnownStore(store_id, link=Link.CONNECTED))

    def held(self, row: SavedRow) -> Heads:
        """What of the memory that was heard counts: while a life of it is connected, not that of others (E40)."""
        is_connected = bool(self.lives) or self.store.link is Link.CONNECTED
        return row.held_by(self.lives) if is_connected else row.received

    def counts(self, row: SavedRow, wall: float) -> bool:
        """Whether what was written of it is still about this store. `wall`: the time of day."""
        same_life = row.epoch is None or self.store.epoch is None or row.epoch == self.store.epoch
        is_void = row.as_of <= self.void_before or (self.void_before and is_to_come(row.as_of, wall))
        return same_life and not is_void


def saved_stores(running: "Running", entries: Iterable[tuple[StorageKey, bytes]]) -> dict[str, ShelvedStore]:
    """The stores as the Repo knows them now; where it has not read its table yet, as that says."""
    files = {key[-1]: read_store(data) for key, data in entries}
    known = {store.id: store for store in running.stores.all()}
    for store_id, file in files.items():
        if file is not None and file.known and not running.stores.was_forgotten(store_id):
            known.setdefault(store_id, _known(store_id, file))
    lives = _connected(running)
    return {
        store_id: ShelvedStore(
            store,
            # The file may not have been written yet since our user forgot it.
            max(store.void_before, file.forgotten_at if (file := files.get(store_id)) else 0.0),
            lives.get(store_id, frozenset()),
        )
        for store_id, store in known.items()
    }


def saved_rows(entries: Iterable[tuple[StorageKey, bytes]]) -> dict[str, SavedRow]:
    """What is written beside a document, by store; files that do not read say nothing."""
    rows = {key[2]: read_row(data) for key, data in entries if key_kind(key) is KeyKind.REMOTE_HEADS}
    return {store_id: row for store_id, row in rows.items() if row is not None}


def row_of(shelved: ShelvedStore, row: SavedRow, view: Viewpoint) -> StoreRow:
    """The row, as the Engine would make it of the same facts."""
    store, words, trusted = shelved.store, row.words, view.judge.trusted
    if not store.durable_acks:
        # As Engine does: what a store reported that promises nothing any more is as if it were in its memory (E43).
        row = replace(row, received=row.received | row.stored, stored=NO_HEADS)
    received = shelved.held(row)
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
        received=received,
        stored=row.stored.union(*(word.stored for reporter, word in words.items() if reporter in trusted)),
        known=True,
        as_of=heard_at(row.as_of, view.moment.wall.timestamp(), view.moment.now),
        relayed=row.told - received,
        via=tuple(sorted(words)),
        petname=store.petname,
        trust=store.trust,
        clone=store.clone,
        last_heard=row.received - received,
    )


def _connected(running: "Running") -> dict[str, frozenset[str]]:
    """The lives of each store that are connected, by name."""
    lives: dict[str, frozenset[str]] = {}
    for one in running.directory.connections:
        name = life_name(one.metadata.session_id or one.id, running.local.session_id)
        lives[one.store_id] = lives.get(one.store_id, frozenset()) | {name}
    return lives


def _known(store_id: str, file: SavedStore) -> KnownStore:
    return KnownStore(
        id=store_id,
        name=file.name,
        kind=file.kind,
        user=file.user,
        petname=file.petname,
        trust=file.trust,
        durable_acks=file.durable_acks,
        epoch=file.epoch,
        endpoints=file.endpoints,
        first_seen=file.first_seen,
        last_seen=file.last_seen,
    )
