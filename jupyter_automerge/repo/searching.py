"""Looking for a document: the wait, and the search that can be watched."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING

from jupyter_automerge.engine.events import Find
from jupyter_automerge.engine.notices import DocumentChanged, DocumentStateChanged, SearchProgress
from jupyter_automerge.errors import DocumentUnavailable, FindTimeout, StorageError
from jupyter_automerge.repo.feed import Feed
from jupyter_automerge.repo.handle import DocHandle
from jupyter_automerge.repo.pending import Pending
from jupyter_automerge.repo.verdicts import Notice
from jupyter_automerge.values.status import DocumentState
from jupyter_automerge.values.url import AutomergeUrl

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running

NOT_TO_BE_HAD = (DocumentState.UNAVAILABLE, DocumentState.ERROR)
WAITING_FOR_HEADS = "here, waiting for the heads asked for"


def present(running: "Running", wanted: AutomergeUrl) -> DocHandle | None:
    """What was asked for, if it is in memory: the document, or a view of it if heads are named; held."""
    if not is_present(running, wanted):
        return None
    handle = running.documents.hold(wanted.document_id)
    return handle if handle is None or wanted.heads is None else handle.at(wanted.heads)


def is_present(running: "Running", wanted: AutomergeUrl) -> bool:
    """Whether the document is in memory, with the heads that were named."""
    handle = running.documents.get(wanted.document_id)
    return handle is not None and (wanted.heads is None or handle._document.knows_all(wanted.heads))


async def wait_found(running: "Running", wanted: AutomergeUrl, seconds: float | None) -> DocHandle:
    """See Repo.find."""
    running.driver.post(Find(wanted.document_id))
    try:
        async with asyncio.timeout(seconds):
            with running.watching.of(wanted.document_id) as moved:
                await running.driver.settled()
                while (handle := _found(running, wanted)) is None:
                    _look_again_if_it_left(running, wanted)
                    moved.clear()
                    await moved.wait()
                return handle
    except TimeoutError:
        progress = progress_of(running, wanted)
        words = f"not found after {seconds} s, still looking: {describe(progress, running.clock.now())}"
        raise FindTimeout(f"document {wanted.document_id}: {words}", progress) from None


def _look_again_if_it_left(running: "Running", wanted: AutomergeUrl) -> None:
    """Somebody unloaded the document while it was looked for: that is over. Raises DocumentUnavailable if it was
    deleted.
    """
    document_id = wanted.document_id
    if running.engine.state(document_id) is not None:
        return
    if running.engine.is_deleted(document_id):
        progress = progress_of(running, wanted)
        raise DocumentUnavailable(f"document {document_id} was deleted while it was looked for", progress)
    running.driver.post(Find(document_id))


def _found(running: "Running", wanted: AutomergeUrl) -> DocHandle | None:
    running.check()
    if (handle := present(running, wanted)) is None:
        _fail_if_hopeless(running, wanted)
    return handle


def _fail_if_hopeless(running: "Running", wanted: AutomergeUrl) -> None:
    state, progress = running.engine.state(wanted.document_id), progress_of(running, wanted)
    words = describe(progress, running.clock.now())
    if progress.stage == WAITING_FOR_HEADS and not running.hopes:
        raise DocumentUnavailable(
            f"document {wanted.document_id} is not available as asked: {words}", progress
        )
    # As long as somebody is being dialed or greeted the answer may still come with the next connection.
    if state not in NOT_TO_BE_HAD or progress.dialing or running.is_introducing:
        return
    if state is DocumentState.ERROR:
        raise StorageError(f"it may be there, but cannot be read: {words}", wanted.document_id)
    raise DocumentUnavailable(f"document {wanted.document_id} is unavailable: {words}", progress)


def progress_of(running: "Running", wanted: AutomergeUrl) -> SearchProgress:
    """Where the search stands. The Engine looks for documents; that their heads are awaited is told here."""
    told = running.engine.progress(wanted.document_id)
    return _with_heads(running, wanted, told or SearchProgress("not looked for", running.clock.now()))


def _with_heads(running: "Running", wanted: AutomergeUrl, progress: SearchProgress) -> SearchProgress:
    is_here = running.documents.get(wanted.document_id) is not None
    lacks_heads = wanted.heads is not None and is_here and not is_present(running, wanted)
    return replace(progress, stage=WAITING_FOR_HEADS) if lacks_heads else progress


def describe(progress: SearchProgress, now: float) -> str:
    """The search in words: stage, time, who was asked and what they said, who is being dialed."""
    parts = [f"{progress.stage}, {max(0.0, now - progress.since):.1f} s"]
    parts += [f"{peer.name or peer.peer_id}: {peer.answer}" for peer in progress.peers]
    parts += [f"dialing {endpoint}" for endpoint in progress.dialing]
    if not progress.peers and not progress.dialing:
        parts.append("nobody is there to ask")
    if progress.error:
        parts.append(progress.error)
    return "; ".join(parts)


class Search:
    """A search under way. It goes on, with or without this object, until somebody brings the document.

    `async for progress in search` gives each stage and answer as it comes, and ends once the document is
    found or nobody is left to ask; `await search.found()` waits for the document itself.
    """

    def __init__(self, running: "Running", wanted: AutomergeUrl) -> None:
        self.document_id = wanted.document_id
        self._wanted = wanted
        self._running = running
        self._feed: Feed[SearchProgress] = Feed(lambda _: self._unsubscribe(), squeeze=lambda _, newer: newer)
        self._latest = SearchProgress("starting", running.clock.now())
        self._unsubscribe = running.listeners.add(self._hear)
        running.post(Find(wanted.document_id))

    def __repr__(self) -> str:
        return f"Search({self.document_id!r}: {self})"

    def __str__(self) -> str:
        return describe(self._latest, self._running.clock.now())

    @property
    def progress(self) -> SearchProgress:
        """Where it stands. Any thread may ask."""
        return self._latest

    def found(self, timeout: float | None = None) -> Pending[DocHandle]:
        """As `repo.find`, with no limit of time unless given."""
        return self._running.tasks.answer(lambda: wait_found(self._running, self._wanted, timeout))

    def __aiter__(self) -> AsyncIterator[SearchProgress]:
        return self._feed

    def _hear(self, notice: Notice) -> None:
        match notice:
            case DocumentStateChanged(self.document_id, state, progress):
                hopeless = state in NOT_TO_BE_HAD and not progress.dialing
                self._tell(_with_heads(self._running, self._wanted, progress), is_hopeless=hopeless)
            case DocumentChanged(self.document_id) if self._latest.stage == WAITING_FOR_HEADS:
                self._tell(progress_of(self._running, self._wanted))

    def _tell(self, progress: SearchProgress, *, is_hopeless: bool = False) -> None:
        if progress != self._latest:
            self._latest = progress
            self._feed.put(progress)
        if is_hopeless or is_present(self._running, self._wanted):
            self._feed.close()
