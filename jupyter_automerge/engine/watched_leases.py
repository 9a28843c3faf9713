"""Which of the leases in a store may be of Repos that run, as far as one who watches them can tell (E32)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from jupyter_automerge.engine.events import StoredChunk
from jupyter_automerge.engine.leases import Lease, read_lease
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.limits import LEASE_SILENT_SECONDS, SIBLING_SECONDS

Signs = dict[StorageKey, bytes]
"""Each lease as it was last seen."""


class Presence(Enum):
    """What the leases of others come to."""

    NOBODY = "nobody"
    SILENT = "silent"
    """Some are there, and none was renewed for long."""
    ALIVE = "alive"


@dataclass(slots=True)
class _Watched:
    data: bytes
    since: float
    gone_since: float | None = None


class WatchedLeases:
    """By our own clock alone, for those of other machines may be wrong: a lease is renewed while its Repo runs.

    `is_gone`: whether the process of a lease certainly is no more; False where that cannot be told. As many are
    remembered as the store has.
    """

    def __init__(self, own: StorageKey, is_gone: Callable[[Lease], bool]) -> None:
        self._own = own
        self._is_gone = is_gone
        self._watched: dict[StorageKey, _Watched] = {}
        self._first_look = True

    def look(self, chunks: Iterable[StoredChunk], now: float) -> Presence:
        """All leases of the store as they are now."""
        before, self._watched = self._watched, {}
        for chunk in chunks:
            if chunk.key != self._own:
                self._watched[chunk.key] = self._seen(before.get(chunk.key), chunk, now)
        self._first_look = False
        living = [one for one in self._watched.values() if not _is_over(one, now)]
        if not living:
            return Presence.NOBODY
        silent = all(now - one.since >= LEASE_SILENT_SECONDS for one in living)
        return Presence.SILENT if silent else Presence.ALIVE

    @property
    def signs(self) -> Signs:
        """Those whose Repos may be alive."""
        return {key: one.data for key, one in self._watched.items() if one.gone_since is None}

    def is_dead(self, key: StorageKey) -> bool:
        """Whether the process of the lease was found to be gone."""
        one = self._watched.get(key)
        return one is not None and one.gone_since is not None

    def _seen(self, before: _Watched | None, chunk: StoredChunk, now: float) -> _Watched:
        if before is None or before.data != chunk.data:
            before = _Watched(chunk.data, now)
        if before.gone_since is None and self._is_gone(read_lease(chunk.data)):
            # Who was gone before we began wrote nothing since; another may have died a moment after it wrote.
            before.gone_since = now - SIBLING_SECONDS if self._first_look else now
        return before


def _is_over(one: _Watched, now: float) -> bool:
    return one.gone_since is not None and now - one.gone_since >= SIBLING_SECONDS
