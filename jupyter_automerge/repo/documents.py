"""The documents a Repo's users can hold, by id."""

import contextlib
import threading
import weakref
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from jupyter_automerge.document import Document
from jupyter_automerge.engine.events import Hold, Release
from jupyter_automerge.engine.notices import Notice, StoreRow
from jupyter_automerge.errors import RepoClosed
from jupyter_automerge.repo.handle import DocHandle
from jupyter_automerge.repo.live import LiveDocument
from jupyter_automerge.storage.contract import Storage
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import NO_HEADS_NAME, is_chunk
from jupyter_automerge.values.status import DocumentState

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


class Documents:
    """What is ready, and which of it somebody holds: a document that nobody holds may leave memory.

    Documents that peers only ask for have nothing here. Any thread may read, add and hold; notices come on the
    Repo's loop.
    """

    def __init__(self, running: "Running") -> None:
        self._running = running
        self._lock = threading.Lock()
        self._lives: dict[DocumentId, LiveDocument] = {}
        # The one handle that users have of a document, for as long as anybody does.
        self._held: dict[DocumentId, weakref.ref[DocHandle]] = {}

    def __len__(self) -> int:
        return len(self._lives)

    @property
    def ready(self) -> Mapping[DocumentId, DocHandle]:
        """Every document as of now, to look at and not to keep: this holds none of them."""
        with self._lock:
            return MappingProxyType({one: self._handle(one, live) for one, live in self._lives.items()})

    @property
    def held(self) -> Mapping[DocumentId, DocHandle]:
        """Every document as of now, for a user."""
        with self._lock:
            return MappingProxyType({one: self._hold(one, live) for one, live in self._lives.items()})

    def get(self, document_id: DocumentId) -> DocHandle | None:
        """The document to look at, and not to keep."""
        with self._lock:
            live = self._lives.get(document_id)
            return None if live is None else self._handle(document_id, live)

    def hold(self, document_id: DocumentId) -> DocHandle | None:
        """The document for a user: it stays in memory until he lets go of the handle."""
        with self._lock:
            live = self._lives.get(document_id)
            return None if live is None else self._hold(document_id, live)

    def add(self, document_id: DocumentId, document: Document) -> DocHandle:
        """The handle of a document that is ready; made, for a user, if there is none."""
        with self._lock:
            return self._hold(document_id, self._lives.get(document_id) or self._add(document_id, document))

    def _add(self, document_id: DocumentId, document: Document) -> LiveDocument:
        running = self._running
        if running.shelf is not None:
            running.shelf.moved(document_id)
        live = self._lives[document_id] = LiveDocument(
            document_id, document, running.driver.post, running.run, running.clock.now
        )
        return live

    def _handle(self, document_id: DocumentId, live: LiveDocument) -> DocHandle:
        return self._of_a_user(document_id) or DocHandle(live, self._running)

    def _of_a_user(self, document_id: DocumentId) -> DocHandle | None:
        held = self._held.get(document_id)
        return None if held is None else held()

    def _hold(self, document_id: DocumentId, live: LiveDocument) -> DocHandle:
        handle = self._of_a_user(document_id)
        if handle is None:
            handle = DocHandle(live, self._running)
            self._held[document_id] = weakref.ref(handle, partial(self._let_go, document_id))
            self._running.driver.post(Hold(document_id))
        return handle

    def _let_go(self, document_id: DocumentId, _: object) -> None:
        # Called wherever the last reference ended, perhaps within our own lock: the rest is done on the loop.
        with contextlib.suppress(RepoClosed):
            self._running.home.soon(lambda: self._release(document_id))

    def _release(self, document_id: DocumentId) -> None:
        with self._lock:
            # Somebody may have got a new handle meanwhile.
            if document_id in self._held and self._of_a_user(document_id) is None:
                del self._held[document_id]
                self._running.driver.post(Release(document_id))

    def hear(self, notice: Notice, document_id: DocumentId) -> None:
        """Pass what the Engine tells of one document to whoever follows it."""
        live = self._enter(document_id) or self._lives.get(document_id)
        if live is None:
            return
        live.hear(notice, partial(self._handle, document_id, live))
        if live.state is not DocumentState.READY:
            with self._lock:
                self._lives.pop(document_id, None)
                self._held.pop(document_id, None)
            if self._running.shelf is not None:
                self._running.shelf.moved(document_id)

    def project(self, document_id: DocumentId, file: str, row: StoreRow | None) -> None:
        """The row of a file that is written from the document; None: it is written no more. On the loop."""
        live = self._lives.get(document_id)
        if live is not None:
            others = {one: other for one, other in live.projections.items() if one != file}
            live.projections = others if row is None else {**others, file: row}
            self._running.rows_moved(document_id)

    def metrics(self) -> dict[str, int]:
        """How full the tables beside the documents are, by name."""
        lives = self._all()
        return {
            "news_waiting": sum(live.news_waiting for live in lives),
            "chunks_set_aside": sum(len(live.set_aside) for live in lives),
        }

    def seal(self) -> None:
        """Take no more changes; a block that is open in some thread ends with RepoClosed."""
        for live in self._all():
            live.seal()

    def close(self) -> None:
        """All streams end; what is in memory stays readable."""
        for live in self._all():
            live.end_streams()

    def _all(self) -> tuple[LiveDocument, ...]:
        with self._lock:
            return tuple(self._lives.values())

    def _enter(self, document_id: DocumentId) -> LiveDocument | None:
        engine = self._running.engine
        document = engine.document(document_id)
        # Before it is ready the Engine may hold an empty one, which gives way to what storage has.
        if document is None or engine.state(document_id) is not DocumentState.READY:
            return None
        with self._lock:
            live = self._lives.get(document_id)
            if live is None:
                live = self._add(document_id, document)
                live.store_rows = engine.rows(document_id)
        live.saved = engine.saved_heads(document_id)
        live.attach(document)
        return live


async def documents_of(running: "Running", storage: Storage | None) -> tuple[DocumentId, ...]:
    """See Repo.document_ids."""
    entries = [] if storage is None else await storage.keys(())
    stored = {DocumentId(one.key[0]) for one in entries if is_chunk(one.key) and one.key[-1] != NO_HEADS_NAME}
    return tuple(sorted(stored | running.documents.ready.keys()))
