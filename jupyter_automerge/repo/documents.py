"""The documents a Repo's users can hold, by id."""

import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from jupyter_automerge.document import Document
from jupyter_automerge.engine.notices import Notice
from jupyter_automerge.repo.handle import DocHandle
from jupyter_automerge.repo.live import LiveDocument
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import DocumentState

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


class Documents:
    """One handle per document while it is loaded. Any thread may read and add; notices come on the loop."""

    def __init__(self, running: "Running", stored: Callable[[DocumentId], Document | None]) -> None:
        """`stored` gives the Engine's document once it has one."""
        self._running = running
        self._of_engine = stored
        self._lock = threading.Lock()
        self._handles: dict[DocumentId, DocHandle] = {}

    def __len__(self) -> int:
        return len(self._handles)

    @property
    def ready(self) -> Mapping[DocumentId, DocHandle]:
        """The handles whose documents are in memory, as of now."""
        with self._lock:
            handles = list(self._handles.values())
        return MappingProxyType({one.document_id: one for one in handles if one.state is DocumentState.READY})

    def get(self, document_id: DocumentId) -> DocHandle | None:
        with self._lock:
            return self._handles.get(document_id)

    def ready_one(self, document_id: DocumentId) -> DocHandle | None:
        handle = self.get(document_id)
        return handle if handle is not None and handle.state is DocumentState.READY else None

    def add(self, document_id: DocumentId, document: Document) -> DocHandle:
        """A document made here: ready from the start."""
        handle = self.one(document_id)
        handle._live.attach(document)
        handle._live.state = DocumentState.READY
        return handle

    def one(self, document_id: DocumentId) -> DocHandle:
        """The handle, whatever its document's state; made if there is none."""
        with self._lock:
            handle = self._handles.get(document_id)
            if handle is None:
                live = LiveDocument(document_id, self._running.driver.post, self._running.run)
                handle = self._handles[document_id] = DocHandle(live, self._running)
            return handle

    def hear(self, notice: Notice, document_id: DocumentId) -> None:
        """Pass what the Engine tells of one document to its handle."""
        handle = self.one(document_id)
        handle._live.hear(notice, handle)
        # Before that the Engine may hold an empty one, which gives way to what storage has.
        if handle.state is DocumentState.READY and (document := self._of_engine(document_id)) is not None:
            handle._live.attach(document)
        if handle.state in (DocumentState.DELETED, DocumentState.UNLOADED):
            with self._lock:
                self._handles.pop(document_id, None)

    def close(self) -> None:
        """All streams end; what is in memory stays readable."""
        with self._lock:
            handles = list(self._handles.values())
        for handle in handles:
            handle._live.end_streams()
