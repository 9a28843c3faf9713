"""The times that our reports carry: JavaScript keeps the newest, and drops the second of two equal ones."""

from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.values.limits import MAX_STORES_PER_DOCUMENT


class Stamps:
    """Our own clock, strictly growing per (document, store), whatever times others put on theirs (P59)."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def next(self, record: DocumentRecord, store: str) -> float:
        """Milliseconds since 1970."""
        if record.stamps is None:
            record.stamps = {}
        last = record.stamps.pop(store, 0.0)
        # The one used longest ago leaves: by now the clock has passed it by itself.
        if len(record.stamps) >= MAX_STORES_PER_DOCUMENT:
            del record.stamps[next(iter(record.stamps))]
        stamp = record.stamps[store] = max(self._desk.wall_ms, last + 1.0)
        return stamp
