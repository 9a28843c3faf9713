"""Looking for a document: the wait, and the search that can be watched."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from jupyter_automerge.engine.events import Find
from jupyter_automerge.engine.notices import DocumentStateChanged, Notice, SearchProgress
from jupyter_automerge.errors import DocumentUnavailable, FindTimeout, StorageError
from jupyter_automerge.repo.feed import Feed
from jupyter_automerge.repo.handle import DocHandle
from jupyter_automerge.repo.pending import Pending
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import DocumentState

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running

NOT_TO_BE_HAD = (DocumentState.UNAVAILABLE, DocumentState.ERROR)


async def wait_found(running: "Running", document_id: DocumentId, seconds: float | None) -> DocHandle:
    """See Repo.find."""
    running.driver.post(Find(document_id))
    try:
        async with asyncio.timeout(seconds):
            with running.watching.of(document_id) as moved:
                await running.driver.settled()
                while (handle := _found(running, document_id)) is None:
                    moved.clear()
                    await moved.wait()
                return handle
    except TimeoutError:
        progress = _progress(running, document_id)
        words = f"not found after {seconds} s, still looking: {describe(progress, running.clock.now())}"
        raise FindTimeout(f"document {document_id}: {words}", progress) from None


def _found(running: "Running", document_id: DocumentId) -> DocHandle | None:
    running.check()
    state, progress = running.engine.state(document_id), _progress(running, document_id)
    # As long as somebody is being dialed or greeted the answer may still come with the next connection.
    if state in NOT_TO_BE_HAD and not progress.dialing and not running.is_introducing:
        words = describe(progress, running.clock.now())
        if state is DocumentState.ERROR:
            raise StorageError(f"it may be there, but cannot be read: {words}", document_id)
        raise DocumentUnavailable(f"document {document_id} is unavailable: {words}", progress)
    return running.documents.get(document_id)


def _progress(running: "Running", document_id: DocumentId) -> SearchProgress:
    return running.engine.progress(document_id) or SearchProgress("not looked for", running.clock.now())


def describe(progress: SearchProgress, now: float) -> str:
    """The search in words: stage, time, who was asked and what they said, who is being dialed."""
    parts = [f"{progress.stage}, {max(0.0, now - progress.since):.1f} s"]
    parts += [f"{peer.name or peer.peer_id}: {peer.answer}" for peer in progress.peers]
    parts += [f"dialing {endpoint}" for endpoint in progress.dialing]
    if not progress.peers and not progress.dialing:
        parts.append("nobody is connected")
    if progress.error:
        parts.append(progress.error)
    return "; ".join(parts)


class Search:
    """A search under way. It goes on, with or without this object, until somebody brings the document.

    `async for progress in search` gives each stage and answer as it comes, and ends once the document is
    found or nobody is left to ask; `await search.found()` waits for the document itself.
    """

    def __init__(self, running: "Running", document_id: DocumentId) -> None:
        self.document_id = document_id
        self._running = running
        self._feed: Feed[SearchProgress] = Feed(lambda _: self._unsubscribe(), squeeze=lambda _, newer: newer)
        self._latest = SearchProgress("starting", running.clock.now())
        self._unsubscribe = running.listeners.add(self._hear)
        running.post(Find(document_id))

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
        return self._running.tasks.answer(lambda: wait_found(self._running, self.document_id, timeout))

    def __aiter__(self) -> AsyncIterator[SearchProgress]:
        return self._feed

    def _hear(self, notice: Notice) -> None:
        if isinstance(notice, DocumentStateChanged) and notice.document_id == self.document_id:
            hopeless = notice.state in NOT_TO_BE_HAD and not notice.progress.dialing
            self._tell(notice.progress, is_over=hopeless or notice.state is DocumentState.READY)

    def _tell(self, progress: SearchProgress, *, is_over: bool) -> None:
        self._latest = progress
        self._feed.put(progress)
        if is_over:
            self._feed.close()
