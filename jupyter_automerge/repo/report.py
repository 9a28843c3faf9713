"""What waiting and closing answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jupyter_automerge.repo.rows import DocPeer
from jupyter_automerge.repo.summary import SyncSummary
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import Level

STORED = "stored"
IN_MEMORY = "reported in memory"
UNREPORTED = "not reported"


@dataclass(frozen=True, slots=True)
class SyncReport:
    """Who has the changes that were there when the wait began, as far as anybody told.

    `heads`: those changes. `copies`: the stores that have them at `level`, or, of a wait for what others
    have, those of whom everything is here. `durability` in words: "stored", "reported in memory" (no
    reachable store says what it saved; a crash there may lose them) or "not reported". `rows`: every store
    known, as of the end. `blockers`: what is still missing, in words. `elapsed` in seconds.
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
class RepoSyncReport:
    """What a wait for all open documents came to: a report for each, also for those that it failed for."""

    documents: Mapping[DocumentId, SyncReport]
    elapsed: float
    unsynced: Mapping[DocumentId, str] = field(default_factory=dict)
    """Why the wait failed, for each document that it failed for."""

    def __bool__(self) -> bool:
        """True if it failed for none."""
        return not self.unsynced

    def __repr__(self) -> str:
        return f"<RepoSyncReport {self}>"

    def __str__(self) -> str:
        done = f"{len(self.documents) - len(self.unsynced)} of {len(self.documents)} documents synced"
        return f"{done} ({self.elapsed:.3f} s)" + "".join(
            f"; {document_id}: {reason}" for document_id, reason in self.unsynced.items()
        )


@dataclass(frozen=True, slots=True)
class ExitReport:
    """Whether this machine may be lost now, by the Repo's SafetyPolicy and as far as anybody told.

    `at_risk`: the documents of which it would lose something, or may, and why. `looked_at`: how many there
    are, in memory and in the store.
    """

    at_risk: Mapping[DocumentId, SyncSummary]
    looked_at: int

    def __bool__(self) -> bool:
        """True if nothing would be lost."""
        return not self.at_risk

    def __repr__(self) -> str:
        return f"<ExitReport {self}>"

    def __str__(self) -> str:
        safe = f"{self.looked_at - len(self.at_risk)} of {self.looked_at} documents are safe"
        return safe + "".join(f"; {document_id}: {why}" for document_id, why in self.at_risk.items())


@dataclass(frozen=True, slots=True)
class CloseReport:
    """`unsaved`: documents whose last changes did not become durable; they are lost with this process.

    `unsynced`, after `close(wait="synced")`: documents that did not reach others in time, and why.
    """

    unsaved: tuple[DocumentId, ...] = ()
    unsynced: Mapping[DocumentId, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """True if nothing was lost, and what was waited for has come."""
        return not self.unsaved and not self.unsynced
