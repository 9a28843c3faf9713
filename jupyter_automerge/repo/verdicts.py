"""What becomes of documents, judged from their rows: notices that the Repo makes for whoever listens."""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from jupyter_automerge.engine import notices as engine
from jupyter_automerge.errors import DocumentGone, RepoClosed
from jupyter_automerge.repo.rows import Peers
from jupyter_automerge.repo.summary import SyncSummary
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import PeerState

if TYPE_CHECKING:
    from jupyter_automerge.repo.handle import DocHandle
    from jupyter_automerge.repo.running import Running


@dataclass(frozen=True, slots=True)
class DocSyncChanged:
    """Some store of the document is in another state than before: its `state`, in `new`, against `old`."""

    document_id: DocumentId
    old: Peers
    new: Peers


@dataclass(frozen=True, slots=True)
class SafetyChanged:
    """The document's `sync` says another word, or another number of copies."""

    document_id: DocumentId
    old: SyncSummary | None
    new: SyncSummary


Verdict = DocSyncChanged | SafetyChanged
VERDICTS = (DocSyncChanged, SafetyChanged)
Notice = engine.Notice | Verdict


class Look(NamedTuple):
    """A document at one moment."""

    peers: Peers
    sync: SyncSummary


class Verdicts:
    """Looks at a document after something of it moved, once for all that moved in a turn of the loop.

    Only while somebody listens: it costs a look at every row.
    """

    def __init__(self, running: "Running") -> None:
        self._running = running
        self._lock = threading.Lock()
        self._listening = 0
        self._last: dict[DocumentId, Look] = {}
        self._due: dict[DocumentId, None] = {}

    def begin(self) -> None:
        """Somebody listens from now on, and is told of what moves after this. In any thread."""
        with self._lock:
            self._listening += 1
            if self._listening == 1:
                looks = ((one, _look(handle)) for one, handle in self._running.documents.ready.items())
                self._last = {one: look for one, look in looks if look is not None}

    def end(self) -> None:
        """Somebody listens no more."""
        with self._lock:
            self._listening -= 1
            if not self._listening:
                self._last = {}

    def hear(self, document_id: DocumentId) -> None:
        """Something of the document moved."""
        if self._listening:
            if not self._due:
                self._running.home.loop.call_soon(self._judge_all)
            self._due[document_id] = None

    def _judge_all(self) -> None:
        due, self._due = self._due, {}
        verdicts: list[Verdict] = []
        with self._lock:
            if self._listening and not self._running.closed:
                for document_id in due:
                    verdicts += self._judge(document_id)
        for verdict in verdicts:
            self._running.listeners.call(verdict)

    def _judge(self, document_id: DocumentId) -> list[Verdict]:
        handle = self._running.documents.get(document_id)
        new = None if handle is None else _look(handle)
        old = self._last.pop(document_id, None)
        if new is None:
            return []
        self._last[document_id] = new
        verdicts: list[Verdict] = []
        rows = Peers() if old is None else old.peers
        if _states(rows) != _states(new.peers):
            verdicts.append(DocSyncChanged(document_id, rows, new.peers))
        if old is None or (old.sync.state, old.sync.copies) != (new.sync.state, new.sync.copies):
            verdicts.append(SafetyChanged(document_id, old and old.sync, new.sync))
        return verdicts


def _look(handle: "DocHandle") -> Look | None:
    try:
        return Look(handle.peers, handle.sync)
    except (DocumentGone, RepoClosed):
        return None  # It left while it was looked at.


def _states(peers: Peers) -> dict[str, PeerState]:
    return {row.id: row.state for row in peers}
