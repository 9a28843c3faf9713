"""The stores that this Repo knows of besides its own: a replica of the Engine's table that any thread may read."""

import threading
from collections.abc import Callable

from jupyter_automerge.engine.notices import (
    Notice,
    StoreChanged,
    StoreForgotten,
    StoreRow,
    StoreSeen,
)
from jupyter_automerge.repo.calling import Names
from jupyter_automerge.repo.claims import Claims, claimed, is_chosen
from jupyter_automerge.repo.directory import Directory
from jupyter_automerge.values.limits import MAX_STORES
from jupyter_automerge.values.status import Link, Trust
from jupyter_automerge.values.store import KnownStore


class KnownStores:
    """Written on the Repo's loop as notices come."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._stores: dict[str, KnownStore] = {}
        self._forgotten: dict[str, None] = {}
        self._claims: Claims | None = None
        self.trusted: frozenset[str] = frozenset()
        """Those whose word about others counts."""

    def hear(self, notice: Notice) -> None:
        """Bring the table up to date."""
        match notice:
            case StoreSeen(store) | StoreChanged(store):
                self._forgotten.pop(store.id, None)
                self._write(lambda stores: stores.__setitem__(store.id, store))
                if store.link is Link.GONE:
                    self._write(lambda stores: stores.pop(store.id, None))
            case StoreForgotten(store_id):
                self._forgotten[store_id] = None
                if len(self._forgotten) > MAX_STORES:
                    del self._forgotten[next(iter(self._forgotten))]
                self._write(lambda stores: stores.pop(store_id, None))

    def all(self) -> tuple[KnownStore, ...]:
        """As of now."""
        with self._lock:
            return tuple(self._stores.values())

    def get(self, store_id: str) -> KnownStore | None:
        with self._lock:
            return self._stores.get(store_id)

    def was_forgotten(self, store_id: str) -> bool:
        """Whether it left the table a while ago, in this life of the Repo, and has not come back."""
        return store_id in self._forgotten

    def endpoints(self, store_id: str) -> frozenset[str]:
        """The addresses under which our Dialers reach it now, or reached it before."""
        known = self.get(store_id)
        dialed = {one.endpoint for one in self._directory.connections if one.store_id == store_id}
        return frozenset(dialed.union(() if known is None else known.endpoints))

    def answers(self, row: StoreRow, name: str) -> bool:
        """Whether the store is meant by this id, name or address: what it only claims must be its alone (E44)."""
        if self._is_outright(name, row.store_id, row.petname):
            return True
        names = Names(row.store_id, row.petname, row.name, row.kind)
        return name in claimed(names, row.peer_ids) and not self._claimed.is_others(name, row.store_id)

    def sharers(self, name: str) -> tuple[str, ...]:
        """The stores that go by a name, told apart, if there are several, so that none answers to it."""
        sharers = self._claimed.sharers(name)
        if sharers and any(self._is_outright(name, one.id, one.petname) for one in self.all()):
            return ()
        return sharers

    def _is_outright(self, name: str, store_id: str, petname: str) -> bool:
        """Whether it is our own name for the store, its address, or an id that no other could be called."""
        if name == store_id:
            return not is_chosen(store_id)
        return bool(name) and (name == petname or name in self.endpoints(store_id))

    @property
    def _claimed(self) -> Claims:
        with self._lock:
            if self._claims is None:
                self._claims = Claims(self._stores.values())
            return self._claims

    def _write(self, change: Callable[[dict[str, KnownStore]], object]) -> None:
        with self._lock:
            change(self._stores)
            self._claims = None
            stores = self._stores.values()
            self.trusted = frozenset(one.id for one in stores if one.trust is Trust.TRUSTED)
