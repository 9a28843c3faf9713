"""What a Repo counts: how full its tables are, and, as running totals, what went through."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from jupyter_automerge.values.heads import heads_remembered
from jupyter_automerge.values.ids import ids_remembered
from jupyter_automerge.values.keys import KeyKind, StorageKey, key_kind

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


@dataclass(slots=True)
class Totals:
    """Since the Repo was opened. A snapshot is a whole document (a first save, or a compaction)."""

    frames_received: int = 0
    bytes_received: int = 0
    frames_sent: int = 0
    bytes_sent: int = 0
    loads: int = 0
    snapshots_written: int = 0
    increments_written: int = 0
    bytes_written: int = 0
    removals: int = 0

    @property
    def writes(self) -> int:
        """How many chunks became durable."""
        return self.snapshots_written + self.increments_written

    def put(self, key: StorageKey, size: int) -> None:
        """So many bytes became durable under the key."""
        kind = key_kind(key)
        self.snapshots_written += kind is KeyKind.SNAPSHOT
        self.increments_written += kind is KeyKind.INCREMENTAL
        self.bytes_written += size

    def as_metrics(self) -> dict[str, int]:
        """By name, for `repo.metrics()`."""
        return asdict(self)


def metrics_of(running: "Running") -> dict[str, int]:
    """See Repo.metrics. Only on the Repo's loop."""
    documents = running.documents.metrics()
    documents["news_waiting"] += sum(stream.waiting for stream in running.streams)
    return {
        **running.engine.metrics(),
        **documents,
        **running.totals.as_metrics(),
        "handles": len(running.documents),
        "transports": len(running.links),
        "tasks": len(running.tasks),
        "documents_remembered": 0 if running.shelf is None else running.shelf.remembered,
        "heads_remembered": heads_remembered(),
        "ids_remembered": ids_remembered(),
        "resuming": 0 if running.resuming is None else len(running.resuming),
        "waits": len(running.watching),
        "events_waiting": running.driver.waiting,
        "defects": running.driver.defects,
    }
