"""Waiting for other stores with all open documents at once."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from jupyter_automerge.errors import (
    DocumentGone,
    RepoClosed,
    SaveTimeout,
    StorageError,
    SyncTimeout,
    WaitError,
)
from jupyter_automerge.repo.goal import Wish
from jupyter_automerge.repo.report import RepoSyncReport, SyncReport
from jupyter_automerge.repo.syncing import SyncWait
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import DocumentState

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


def waits_of(running: "Running", wish: Wish) -> dict[DocumentId, SyncWait]:
    """One for each document in memory, about what is in it now. In any thread."""
    return {
        document_id: SyncWait(running, handle._live, handle.heads, wish)
        for document_id, handle in running.documents.ready.items()
    }


async def wait_all_synced(
    running: "Running", waits: Mapping[DocumentId, SyncWait], seconds: float | None
) -> RepoSyncReport:
    """Return once all are done. Each has its time, whatever becomes of the others.

    Raises StorageError if the own store failed too, else what they failed with if that is one kind of thing, else
    SyncTimeout; the report names all.
    """
    began = running.clock.now()
    outcomes = await asyncio.gather(*(wait.run(seconds) for wait in waits.values()), return_exceptions=True)
    reports: dict[DocumentId, SyncReport] = {}
    failures: dict[DocumentId, Exception] = {}
    for document_id, outcome in zip(waits, outcomes, strict=True):
        if isinstance(outcome, SyncReport):
            reports[document_id] = outcome
        elif isinstance(outcome, Exception) and not isinstance(outcome, RepoClosed):
            if not _is_deleted(outcome):
                failures[document_id] = outcome
            if isinstance(outcome, WaitError | StorageError) and isinstance(outcome.report, SyncReport):
                reports[document_id] = outcome.report
        else:
            raise outcome
    words = {document_id: str(error) for document_id, error in failures.items()}
    report = RepoSyncReport(reports, running.clock.now() - began, words)
    if failures:
        raise _error(list(failures.values()), report) from ExceptionGroup(
            "not synced", list(failures.values())
        )
    return report


def _error(failures: Sequence[Exception], report: RepoSyncReport) -> WaitError | StorageError:
    """One for all of them."""
    if any(isinstance(error, StorageError) for error in failures):
        late = any(isinstance(error, TimeoutError) for error in failures)
        return (SaveTimeout if late else StorageError)(str(report), report=report)
    kinds = {type(error) for error in failures if isinstance(error, WaitError)}
    return (kinds.pop() if len(kinds) == 1 else SyncTimeout)(str(report), report)


def _is_deleted(error: Exception) -> bool:
    # Nobody wants it to be anywhere.
    return isinstance(error, DocumentGone) and error.state == DocumentState.DELETED
