"""What waiting and closing answer."""

from dataclasses import dataclass

from jupyter_automerge.repo.rows import DocPeer
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import Level

STORED = "stored"
IN_MEMORY = "reported in memory"
UNREPORTED = "not reported"


@dataclass(frozen=True, slots=True)
class SyncReport:
    """Who has the changes that were there when the wait began, as far as anybody told.

    `heads`: those changes. `copies`: the stores that have them at `level`. `durability` in words: "stored",
    "reported in memory" (no reachable store says what it saved; a crash there may lose them) or "not
    reported". `rows`: every store known, as of the end. `blockers`: what is still missing, in words.
    `elapsed` in seconds.
    """

    heads: Heads
    level: Level
    copies: tuple[DocPeer, ...]
    rows: tuple[DocPeer, ...]
    durability: str
    elapsed: float
    blockers: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<SyncReport {self}>"

    def __str__(self) -> str:
        if self.copies:
            where = ", ".join(row.label for row in self.copies)
            return f"{self.durability}: {where} ({self.elapsed:.3f} s)"
        return f"{self.durability} after {self.elapsed:.1f} s" + "".join(
            f"; {text}" for text in self.blockers
        )


@dataclass(frozen=True, slots=True)
class CloseReport:
    """`unsaved`: documents whose last changes did not become durable; they are lost with this process."""

    unsaved: tuple[DocumentId, ...] = ()

    def __bool__(self) -> bool:
        """True if nothing was lost."""
        return not self.unsaved
