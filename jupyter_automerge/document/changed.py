"""What a document says about its history: moves, changes, and what became of stored chunks."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from jupyter_automerge.values.heads import Heads


@dataclass(frozen=True, slots=True)
class Changed:
    """The document moved from one point of its history to a later one."""

    before: Heads
    after: Heads


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """One change.

    `time` is UTC-aware, None where the author gave none; `sequence` counts its actor's changes.
    """

    hash: bytes
    actor: bytes
    sequence: int
    time: datetime | None
    message: str | None
    dependencies: tuple[bytes, ...]


class ChunkState(Enum):
    """What became of one stored chunk at load."""

    APPLIED = "applied"  # all of its changes are in the document
    QUEUED = "queued"  # a change that it depends on is missing; none of it may be deleted
    TORN = "torn"  # it ends too early, as after a crash while it was written
    BAD = "bad"  # it cannot be applied


@dataclass(frozen=True, slots=True)
class ChunkVerdict:
    """The state of one chunk of a load, and the reason if it was not applied."""

    state: ChunkState
    reason: str = ""
