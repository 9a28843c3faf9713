"""Which documents one page looks at, and what it has not been told yet.

A change only marks a document; its rows are made when the page can take them. So a slow page gets fewer and
newer messages, and never a queue that grows.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from jupyter_automerge.repo import (
    DocumentChanged,
    DocumentRemoved,
    DocumentSaved,
    DocumentStateChanged,
    DocumentUnloaded,
    Notice,
    Repo,
    RowsChanged,
    StorageTrouble,
    local_to_json,
    row_to_json,
    summary_to_json,
)
from jupyter_automerge.values.heads import heads_to_text
from jupyter_automerge.values.ids import DocumentId

MAX_WATCHED = 1_000
"""Documents that one page may watch; further ones are passed over."""

_logger = logging.getLogger(__name__)

MOVES = (
    RowsChanged, DocumentChanged, DocumentSaved, DocumentStateChanged, DocumentUnloaded, DocumentRemoved,
    StorageTrouble,
)  # fmt: skip
"""What may move a row or the server's own copy. Also when time alone does: the Engine then tells the rows anew."""
NOT_HERE: dict[str, Any] = {"heads": [], "local": None, "rows": [], "summary": None}
"""What there is to say of a document that is not in the server's memory."""

Send = Callable[[dict[str, Any]], Awaitable[bool]]


class Watch:
    """Runs until `stop`, or until `send` says that there is nobody left to send to.

    `failed` is called if it breaks: a page must not wait for news that will never come.
    """

    def __init__(self, repo: Repo, send: Send, failed: Callable[[], object]) -> None:
        self._send = send
        self._failed = failed
        self._repo = repo
        self._watched: set[DocumentId] = set()
        self._dirty: dict[DocumentId, None] = {}
        self._words: deque[dict[str, Any]] = deque()
        self._due = asyncio.Event()
        self._unsubscribe = repo.on_event(self._notice, *MOVES)
        self._task = asyncio.create_task(self._run())

    def say(self, message: dict[str, Any]) -> None:
        """Send this before any rows."""
        self._words.append(message)
        self._due.set()

    def add(self, document_id: DocumentId) -> None:
        """Watch it; its rows follow at once, also when there are none."""
        if len(self._watched) < MAX_WATCHED or document_id in self._watched:
            self._watched.add(document_id)
            self._mark(document_id)

    def remove(self, document_id: DocumentId) -> None:
        """Watch it no longer."""
        self._watched.discard(document_id)
        self._dirty.pop(document_id, None)

    def stop(self) -> None:
        """Subscribe to nothing any more."""
        self._unsubscribe()
        self._task.cancel()

    async def done(self, seconds: float) -> bool:
        """Wait for the end, at most so long; whether it has come."""
        await asyncio.wait([self._task], timeout=seconds)
        return self._task.done()

    def _notice(self, notice: Notice) -> None:
        if isinstance(notice, MOVES) and notice.document_id in self._watched:
            self._mark(notice.document_id)

    def _mark(self, document_id: DocumentId) -> None:
        self._dirty[document_id] = None
        self._due.set()

    async def _run(self) -> None:
        try:
            await self._send_all()
        except Exception:  # nobody waits for this task: the watcher is told to ask again
            _logger.exception("the rows of a document could not be sent")
            self._failed()
        finally:
            self._unsubscribe()

    async def _send_all(self) -> None:
        while True:
            await self._due.wait()
            message = self._next()
            if message is None:
                self._due.clear()
            elif not await self._send(message):
                return

    def _next(self) -> dict[str, Any] | None:
        if self._words:
            return self._words.popleft()
        if not self._dirty:
            return None
        document_id = next(iter(self._dirty))
        del self._dirty[document_id]
        return {"type": "peers", "documentId": document_id, **self._news(document_id)}

    def _news(self, document_id: DocumentId) -> dict[str, Any]:
        handle = self._repo.handles.get(document_id)
        if handle is None:
            return NOT_HERE
        heads = handle.heads
        return {
            "heads": list(heads_to_text(heads)),
            "local": local_to_json(handle.local_at(heads), self._repo.name),
            "rows": [row_to_json(row) for row in handle.peers_at(heads)],
            "summary": summary_to_json(handle.sync),
        }
