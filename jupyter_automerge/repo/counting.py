"""What went through a Repo so far: frames, bytes and chunks, as running totals."""

from dataclasses import asdict, dataclass

from jupyter_automerge.values.keys import KeyKind, StorageKey, key_kind


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

    def put(self, key: StorageKey, size: int) -> None:
        """So many bytes became durable under the key."""
        kind = key_kind(key)
        self.snapshots_written += kind is KeyKind.SNAPSHOT
        self.increments_written += kind is KeyKind.INCREMENTAL
        self.bytes_written += size

    def as_metrics(self) -> dict[str, int]:
        """By name, for `repo.metrics()`."""
        return asdict(self)
