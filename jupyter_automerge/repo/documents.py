"""The documents a Repo's users can hold, by id."""

import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from jupyter_automerge.document import Document
from jupyter_automerge.engine.notices import Notice
from jupyter_automerge.repo.handle import DocHandle
from jupyter_automerge.repo.live import LiveDocument
from jupyter_automerge.storage.contract import Storage
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import KeyKind, key_kind
from jupyter_automerge.values.status import DocumentState

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


_KINDS = (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL)


class Documents:
    """One handle per document, from when it is ready until it leaves memory.

    Documents that peers only ask for have none. Any thread may read and add; notices come on the Repo's loop.
    """

    def __init__(self, running: "Running") -> None:
        self._running = running
        self._lock = threading.Lock()
        self._handles: dict[DocumentId, DocHandle] = {}

    def __len__(self) -> int:
        return len(self._handles)

    @property
    def ready(self) -> Mapping[DocumentId, DocHandle]:
        """The handles as of now."""
        with self._lock:
            return MappingProxyType(dict(self._handles))

    def get(self, document_id: DocumentId) -> DocHandle | None:
        with self._lock:
            return self._handles.get(document_id)

    def add(self, document_id: DocumentId, document: Document) -> DocHandle:
        """The handle of a document that is ready; made if there is none."""
        with self._lock:
            handle = self._handles.get(document_id)
            if handle is None:
                running = self._running
                if running.shelf is not None:
                    running.shelf.moved(document_id)
                live = LiveDocument(
                    document_id, document, running.driver.post, running.run, running.clock.now
                )
                handle = self._handles[document_id] = DocHandle(live, running)
            return handle

    def hear(self, notice: Notice, document_id: DocumentId) -> None:
        """Pass what the Engine tells of one document to its handle."""
        handle = self._enter(document_id) or self.get(document_id)
        if handle is None:
            return
        handle._live.hear(notice, handle)
        if handle.state is not DocumentState.READY:
            with self._lock:
                self._handles.pop(document_id, None)
            if self._running.shelf is not None:
                self._running.shelf.moved(document_id)

    def seal(self) -> None:
        """Take no more changes; a block that is open in some thread ends with RepoClosed."""
        for handle in self.ready.values():
            handle._live.seal()

    def close(self) -> None:
        """All streams end; what is in memory stays readable."""
        for handle in self.ready.values():
            handle._live.end_streams()

    def _enter(self, document_id: DocumentId) -> DocHandle | None:
        engine = self._running.engine
        document = engine.document(document_id)
        # Before it is ready the Engine may hold an empty one, which gives way to what storage has.
        if document is None or engine.state(document_id) is not DocumentState.READY:
            return None
        handle = self.get(document_id)
        if handle is None:
            handle = self.add(document_id, document)
            handle._live.rows = engine.rows(document_id)
        handle._live.saved = engine.saved_heads(document_id)
        handle._live.attach(document)
        return handle


async def documents_of(running: "Running", storage: Storage | None) -> tuple[DocumentId, ...]:
    """See Repo.document_ids."""
    entries = [] if storage is None else await storage.keys(())
    stored = {DocumentId(one.key[0]) for one in entries if key_kind(one.key) in _KINDS}
    return tuple(sorted(stored | running.documents.ready.keys()))
