"""Whether others than Repos of ours write into this store: JavaScript, a tool that syncs folders, a person (P69).

JavaScript's compaction removes chunks that it has listed, also those that it could not read. So it is told, and
kept in the store: documents at rest are written as one chunk from then on, of which there is nothing to lose.
"""

from jupyter_automerge.engine import kept_map
from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.effects import Read
from jupyter_automerge.engine.events import Event, Loaded
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.notices import ForeignWritersSeen
from jupyter_automerge.engine.siblings import Siblings
from jupyter_automerge.engine.slow_writes import SlowWrites
from jupyter_automerge.values.keys import FOREIGN_WRITERS_KEY
from jupyter_automerge.wire import cbor


class ForeignWriters:
    """Suspects others only where no Repo of ours can have done it. A Repo without a store has none."""

    def __init__(self, local: LocalPeer, desk: Desk, siblings: Siblings, writes: SlowWrites) -> None:
        self._local = local
        self._desk = desk
        self._siblings = siblings
        self._writes = writes
        self.seen_at: float | None = None
        """When they were first seen, in seconds since 1970."""

    @property
    def are_here(self) -> bool:
        return self.seen_at is not None

    def open(self) -> None:
        """Read what an earlier life, or a sibling, has seen."""
        if self._local.has_storage and not self.are_here:
            self._desk.ask(lambda token: Read(token, (FOREIGN_WRITERS_KEY,)), self._opened)

    def met(self, connection: Connection) -> None:
        """JavaScript that claims our store's id writes there."""
        if connection.store_id == self._local.storage_id and not connection.speaks_our_dialect:
            self._seen()

    def moved(self) -> None:
        """A chunk came or went, and it was not this Repo's doing."""
        if not self.are_here:
            self._siblings.if_none_was_here(self._seen)

    def _seen(self) -> None:
        if not self.are_here:
            self.seen_at = seen_at = self._desk.wall
            self._writes.write(FOREIGN_WRITERS_KEY, lambda: write_seen(seen_at))
            self._desk.emit(ForeignWritersSeen(self._local.store_id, seen_at))

    def _opened(self, event: Event) -> None:
        if isinstance(event, Loaded) and event.chunks and not self.are_here:
            self.seen_at = read_seen(event.chunks[0].data)
            self._desk.emit(ForeignWritersSeen(self._local.store_id, self.seen_at))


def write_seen(at: float) -> bytes:
    """Foreign writers were seen in the store at this time."""
    return cbor.encode({"seenAt": at})


def read_seen(data: bytes) -> float:
    """When they were; long ago for bytes that do not read: that there is such an entry says enough."""
    item = kept_map.read_map(data)
    return 0.0 if item is None else kept_map.time_of_day(item, "seenAt")
