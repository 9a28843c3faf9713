"""Waiting for this Repo's own store."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from jupyter_automerge.errors import SaveTimeout, StorageError
from jupyter_automerge.repo.ancestry import covers
from jupyter_automerge.repo.brief import listed
from jupyter_automerge.repo.live import LiveDocument
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.status import DocumentState

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


async def wait_saved(running: "Running", live: LiveDocument, heads: Heads, seconds: float | None) -> None:
    """Return once the store has these heads. A failed write is tried again until the time is over.

    Raises StorageError at once if the Repo has no store, SaveTimeout with the store's last word,
    DocumentGone.
    """
    document_id = live.document_id
    if not running.local.has_storage:
        raise StorageError("this Repo has no store: give it one with Repo(storage=...)", document_id)
    try:
        async with asyncio.timeout(seconds):
            with running.watching.of(document_id) as moved:
                await running.driver.settled()
                while not _is_saved(running, live, heads):
                    moved.clear()
                    await moved.wait()
    except TimeoutError:
        word = live.trouble or "the store has not confirmed all of it yet"
        raise SaveTimeout(f"not saved after {seconds} s: {word}", document_id) from None


async def wait_all_saved(
    running: "Running", waiting: Iterable[tuple[LiveDocument, Heads]], seconds: float | None
) -> None:
    """Return once the store has all of these. Every document gets its time, whatever becomes of the others.

    Raises what the one that failed raised, or a SaveTimeout that names the first of them; its cause has all.
    """
    waits = [wait_saved(running, live, heads, seconds) for live, heads in waiting]
    outcomes = await asyncio.gather(*waits, return_exceptions=True)
    failures = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    if len(failures) == 1:
        raise failures[0]
    if failures:
        words = f"{len(failures)} documents are not saved: {listed(map(str, failures), '; ')}"
        raise SaveTimeout(words) from ExceptionGroup("not saved", failures)


def _is_saved(running: "Running", live: LiveDocument, heads: Heads) -> bool:
    if live.state is DocumentState.UNLOADED:
        return True  # It leaves memory only when all of it is saved.
    return covers(live.require(), running.engine.saved_heads(live.document_id), heads)
