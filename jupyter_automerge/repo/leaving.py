"""Whether this machine may be lost, and leaving only once others have what is open."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from jupyter_automerge.errors import RepoClosed, StorageError, WaitError
from jupyter_automerge.repo.goal import Wish
from jupyter_automerge.repo.report import CloseReport, ExitReport, RepoSyncReport
from jupyter_automerge.repo.syncing_all import wait_all_synced, waits_of
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.limits import CLOSE_TIMEOUT_SECONDS
from jupyter_automerge.values.status import Safety

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running

Until = Literal["saved", "synced"]
_SAVING_SECONDS = 1.0
"""What is left for the own store where the wait for others took all of the time."""


async def exit_report(running: "Running") -> ExitReport:
    """See Repo.safe_to_exit."""
    await running.driver.settled()
    closed = {} if running.shelf is None else await running.shelf.summaries()
    # Those that are open come last: nothing can happen between this and the answer.
    summaries = closed | {one: handle.sync for one, handle in running.documents.ready.items()}
    at_risk = {one: why for one, why in summaries.items() if why.state is not Safety.SAFE}
    return ExitReport(at_risk, len(summaries))


async def leave(running: "Running", given: float | None, until: Until) -> CloseReport:
    """See Repo.close."""
    began = running.clock.now()
    seconds = CLOSE_TIMEOUT_SECONDS if given is None else given
    unsynced = await _unsynced(running, seconds) if until == "synced" else {}
    if running.closed:
        return CloseReport(unsynced=unsynced)
    if given is None:
        report = await running.close(seconds, patient=True)
    else:
        left = seconds - (running.clock.now() - began)
        report = await running.close(max(left, min(seconds, _SAVING_SECONDS)))
    return replace(report, unsynced=unsynced)


async def _unsynced(running: "Running", seconds: float) -> Mapping[DocumentId, str]:
    """Wait until others have what is open now. Which documents they do not have in the end, and why."""
    waits = waits_of(running, Wish())
    try:
        await wait_all_synced(running, waits, seconds)
    except (WaitError, StorageError) as error:
        return error.report.unsynced if isinstance(error.report, RepoSyncReport) else {}
    except RepoClosed as error:
        return dict.fromkeys(waits, str(error))
    return {}
