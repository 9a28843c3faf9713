"""One document as the Repo's users see it: the bytes, its state, its rows, and who listens."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from jupyter_automerge.document import Changed, Document
from jupyter_automerge.engine.events import DocumentFreed, Event, LocalChange
from jupyter_automerge.engine.notices import (
    ChunkSetAside,
    DocumentChanged,
    DocumentRemoved,
    DocumentSaved,
    DocumentUnloaded,
    EphemeralReceived,
    Notice,
    RowsChanged,
    StorageTrouble,
    StoreRow,
)
from jupyter_automerge.errors import AutomergeError, DocumentGone, RepoClosed
from jupyter_automerge.repo.changes import BroadcastEvent, ChangeEvent
from jupyter_automerge.repo.feed import Feed
from jupyter_automerge.repo.listeners import Listeners
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.limits import MAX_SET_ASIDE_SHOWN
from jupyter_automerge.values.status import DocumentState
from jupyter_automerge.wire.cbor import decode

if TYPE_CHECKING:
    from jupyter_automerge.repo.handle import DocHandle

_logger = logging.getLogger(__name__)


class LiveDocument:
    """Ready while it is in memory. Written on the Repo's loop, read anywhere: fields are replaced whole."""

    def __init__(
        self,
        document_id: DocumentId,
        document: Document,
        post: Callable[[Event], None],
        run: Callable[[Awaitable[object]], object],
        now: Callable[[], float],
    ) -> None:
        self.document_id = document_id
        self._post = post
        self._now = now
        self.state = DocumentState.READY
        self.store_rows: tuple[StoreRow, ...] = ()
        self.projections: dict[str, StoreRow] = {}
        """The rows of files that are written from the document; replaced, never changed."""
        self.saved: Heads = NO_HEADS
        """What is durable in this Repo's own store, as far as the Engine told."""
        self.trouble = ""
        """Why the last write failed; empty once one succeeded."""
        self.set_aside: dict[StorageKey, ChunkSetAside] = {}
        """Stored chunks that could not be read; replaced whole. Of very many the last ones."""
        self.on_change: Listeners[ChangeEvent] = Listeners(run)
        self.on_broadcast: Listeners[BroadcastEvent] = Listeners(run)
        self._feeds: tuple[Feed[ChangeEvent], ...] = ()
        self._document: Document | None = document
        self._moved: tuple[Heads, float] = (document.heads, now())
        self._listen_to(document)

    def attach(self, document: Document) -> None:
        """The Engine goes on with this one: it was loading the document while somebody imported it here."""
        before = self._document
        if before is None or document is before:
            return
        self._document = document
        self._listen_to(document)
        # What was written, or still is being written, to the other one moves over.
        before.on_commit = lambda _: _move(before, document)
        document.merge(before)

    @property
    def rows(self) -> tuple[StoreRow, ...]:
        """Of stores, and of files that are written from the document."""
        return (*self.store_rows, *self.projections.values()) if self.projections else self.store_rows

    def require(self) -> Document:
        """The document, to read or change. Raises DocumentGone."""
        document = self._document
        if document is None:
            raise DocumentGone(self.document_id, self.state.value)
        return document

    def moved_at(self, now: float) -> float:
        """When its heads moved, as far as anybody looked: right after they did nobody is told an older time."""
        document = self._document
        if document is not None and document.heads != self._moved[0]:
            self._moved = (document.heads, now)
        return self._moved[1]

    def feed(self, holder: "DocHandle") -> Feed[ChangeEvent]:
        """A stream of what happens from now on; as long as it is open it holds the document."""
        feed: Feed[ChangeEvent] = Feed(partial(self._forget, holder), squeeze=ChangeEvent.then)
        self._feeds = (*self._feeds, feed)
        return feed

    def seal(self) -> None:
        """The Repo closes: what is here stays readable, and takes no more changes."""
        if self._document is not None:
            self._document.seal(RepoClosed)

    def end(self, state: DocumentState) -> None:
        """The document left this Repo's memory: streams end."""
        self.state = state
        if self._document is not None:
            self._document.on_commit = None
            self._document.on_free = None
            self._document = None
        self.end_streams()

    @property
    def news_waiting(self) -> int:
        """What waits for slow listeners."""
        return sum(feed.waiting for feed in self._feeds)

    def end_streams(self) -> None:
        """Nobody will be told anything more."""
        for feed in self._feeds:
            feed.close()

    def hear(self, notice: Notice, handle: "Callable[[], DocHandle]") -> None:
        """Bring the fields up to date and tell whoever listens."""
        match notice:
            case DocumentChanged():
                self.moved_at(self._now())
                self._tell_change(notice, handle)
            case RowsChanged():
                self.store_rows = notice.rows
            case DocumentSaved():
                self.trouble = ""
            case StorageTrouble():
                self.trouble = notice.error
            case ChunkSetAside():
                others = [one for one in self.set_aside.values() if one.key != notice.key]
                kept = (*others, notice)[-MAX_SET_ASIDE_SHOWN:]
                self.set_aside = {one.key: one for one in kept}
            case EphemeralReceived():
                self._tell_broadcast(notice, handle)
            case DocumentUnloaded() if not notice.kept:
                self.end(DocumentState.UNLOADED)
            case DocumentRemoved() if not notice.refused:
                self.end(DocumentState.DELETED)

    def _tell_change(self, notice: DocumentChanged, handle: "Callable[[], DocHandle]") -> None:
        if self._document is None or not (self._feeds or self.on_change):
            return
        event = ChangeEvent(handle(), notice.before, notice.after, notice.origin, self._document)
        for feed in self._feeds:
            feed.put(event)
        self.on_change.call(event)

    def _tell_broadcast(self, notice: EphemeralReceived, handle: "Callable[[], DocHandle]") -> None:
        if not self.on_broadcast:
            return
        try:
            value = decode(notice.data)
        except AutomergeError as error:
            _logger.warning(
                "document %s: a broadcast of %s is unreadable: %s", self.document_id, notice.sender_id, error
            )
            return
        self.on_broadcast.call(BroadcastEvent(handle(), notice.sender_id, notice.session_id, value))

    def _forget(self, holder: "DocHandle", feed: Feed[ChangeEvent]) -> None:
        self._feeds = tuple(one for one in self._feeds if one is not feed)

    def _listen_to(self, document: Document) -> None:
        document.on_commit = self._committed
        document.on_free = self._freed

    def _committed(self, changed: Changed) -> None:
        self.moved_at(self._now())
        self._post(LocalChange(self.document_id, changed.before, changed.after))

    def _freed(self) -> None:
        self._post(DocumentFreed(self.document_id))


def _move(source: Document, target: Document) -> None:
    target.merge(source)
