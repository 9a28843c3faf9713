"""Stores that came in reach, and which of the documents that are not open they may lack (E47)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from jupyter_automerge.document import Standing
from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.engine.store_files import SavedRow, read_store
from jupyter_automerge.repo.comparing import Evidence, Viewpoint, has
from jupyter_automerge.repo.safety import Judge
from jupyter_automerge.repo.share import PeerInfo
from jupyter_automerge.repo.shelved_rows import ShelvedStore, row_of
from jupyter_automerge.storage.contract import KeyInfo
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.keys import KeyKind, StorageKey, key_kind
from jupyter_automerge.values.status import Link


@dataclass(frozen=True, slots=True)
class Comer:
    """A store that is connected, and a Repo of it. `dialed_since`: when we met it first, in seconds since 1970, if one
    of our Dialers leads to it.
    """

    peer: PeerInfo
    dialed_since: float | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """Who may lack something of a document, and who else was told of it before."""

    stores: frozenset[str]
    others: frozenset[str]


@dataclass(frozen=True, slots=True)
class Comers:
    """All of them, by store."""

    stores: Mapping[str, Comer]

    def as_written(self, files: Iterable[tuple[StorageKey, bytes]]) -> "Comers":
        """The same, where what is kept of stores may know more than a Repo that has just begun."""
        first = {key[-1]: store.first_seen for key, data in files if (store := read_store(data)) is not None}
        return Comers(
            {
                store: comer
                if comer.dialed_since is None or not first.get(store)
                else replace(comer, dialed_since=min(comer.dialed_since, first[store]))
                for store, comer in self.stores.items()
            }
        )

    def may_lack(self, entries: Iterable[KeyInfo]) -> bool:
        """Whether the document, of which these are the entries, is one to look at."""
        entries = tuple(entries)
        told = {one.key[2] for one in entries if key_kind(one.key) is KeyKind.REMOTE_HEADS}
        return bool(told & self.stores.keys()) or (not told and bool(self._offered(entries)))

    def lacking(
        self,
        entries: Iterable[KeyInfo],
        rows: Mapping[str, SavedRow],
        known: Mapping[str, ShelvedStore],
        standings: Mapping[Heads, Standing],
        view: Viewpoint,
    ) -> frozenset[str]:
        """Those that are not known to have all of the document, by what is written beside it."""
        if not rows:
            return self._offered(entries)
        wall = view.moment.wall.timestamp()
        return frozenset(
            store
            for store in self.stores.keys() & rows.keys() & known.keys()
            if not known[store].counts(rows[store], wall)
            or _lacks(known[store], rows[store], standings, view)
        )

    def _offered(self, entries: Iterable[KeyInfo]) -> frozenset[str]:
        """Whom a document of which nobody was ever told is for: those we dial, and had met when it was written."""
        times = (one.time for one in entries if key_kind(one.key) in (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL))
        written = max((time for time in times if time is not None), default=0.0)
        return frozenset(
            store
            for store, comer in self.stores.items()
            if comer.dialed_since is not None and comer.dialed_since < written
        )


def is_owed(one: Evidence, standings: Mapping[Heads, Standing], judge: Judge) -> bool:
    """Whether the store is in reach, counts, and did not say that it has all of it, as well as it ever says."""
    row = one.row
    if not is_comer(row, judge) or row.read_only:
        return False
    return not has(one, judge.level_of_copy(row, strict=False), standings)


def is_comer(row: StoreRow, judge: Judge) -> bool:
    """Whether the store is connected, keeps what it has, and counts by the policy."""
    return row.link is Link.CONNECTED and not row.ephemeral and judge.may_count(row)


def _lacks(store: ShelvedStore, row: SavedRow, standings: Mapping[Heads, Standing], view: Viewpoint) -> bool:
    return is_owed(Evidence.of(row_of(store, row, view), view.judge), standings, view.judge)
