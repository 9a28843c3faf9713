"""The table of documents: how one enters memory, and what this Repo's user and its peers want of it."""

from jupyter_automerge.document import Document
from jupyter_automerge.engine.events import Create
from jupyter_automerge.engine.loading import Loader
from jupyter_automerge.engine.notices import DocumentUnloaded
from jupyter_automerge.engine.record import DocumentRecord, Storage, Waiting
from jupyter_automerge.engine.session import Session, Standing
from jupyter_automerge.engine.sessions import Sessions
from jupyter_automerge.engine.surroundings import Surroundings
from jupyter_automerge.engine.unloading import Unloading
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.limits import SECOND_ANSWER_SECONDS


class Collection:
    """Holds the records, and takes in who here has a use for which."""

    def __init__(
        self, around: Surroundings, loader: Loader, sessions: Sessions, unloading: Unloading
    ) -> None:
        self._local = around.local
        self._desk = around.desk
        self._documents = around.documents
        self._graveyard = around.graveyard
        self._loader = loader
        self._sessions = sessions
        self._unloading = unloading

    def create(self, event: Create) -> None:
        """Take in a document made here; one that is here already gets its changes."""
        self._graveyard.lift(event.document_id)
        record = self._documents.get(event.document_id)
        if record is not None and record.opened is event.document:
            record.mark_all_dirty()
        elif record is not None:
            record.changes_waiting += (Waiting(None, event.document.save()),)
        else:
            record = self._enter(event.document_id, event.document, look=not event.fresh)
            record.complete = True
        self._want(record)
        self._sessions.begin(record)
        self._desk.mark_document(record.id)

    def find(self, document_id: DocumentId) -> None:
        """Look for the document; those who did not have it when last asked are asked again.

        Each call is answered by a DocumentStateChanged, also when nothing moved: it was here all along.
        """
        self._graveyard.lift(document_id)
        record = self._documents.get(document_id) or self._enter(document_id)
        self._want(record)
        record.told = None
        self._sessions.begin(record)
        for session in record.sessions.values():
            if session.standing is Standing.UNAVAILABLE and not record.has_data:
                self._ask_again(record, session)
        self._desk.mark_document(document_id)

    def _want(self, record: DocumentRecord) -> None:
        record.wanted, record.passing = True, False
        if record.leaving:
            record.leaving = False
            self._desk.emit(DocumentUnloaded(record.id, kept=True))

    def _ask_again(self, record: DocumentRecord, session: Session) -> None:
        """The peer said no before. Some do not say it twice (the npm sync server): silence then means no."""
        session.forget_sync()
        session.standing, session.dirty = Standing.UNKNOWN, True

        def give_up() -> None:
            if session.standing is Standing.UNKNOWN and not record.has_data:
                session.standing = Standing.UNAVAILABLE
                self._desk.mark_document(record.id)

        self._desk.at(self._desk.now + SECOND_ANSWER_SECONDS, give_up)

    def get_or_enter(self, document_id: DocumentId) -> DocumentRecord:
        """The record of a document that a peer spoke of. It is looked for only once the policy admits the
        peer.
        """
        return self._documents.get(document_id) or self._enter(document_id)

    def unload(self, document_id: DocumentId) -> None:
        """Each call is answered by a DocumentUnloaded, also of a document that is not in memory."""
        record = self._documents.get(document_id)
        if record is None:
            self._desk.emit(DocumentUnloaded(document_id))
        else:
            record.leaving, record.wanted = True, False
            self._desk.mark_document(document_id)

    def resume(self, document_id: DocumentId, stores: frozenset[str]) -> None:
        """Speak of the document to those of these stores who may hear of it, though nobody here looks for it."""
        if document_id not in self._graveyard:
            self._sessions.resume(self.get_or_enter(document_id), stores)

    def dismiss(self, document_id: DocumentId) -> None:
        """What it was resumed for is done; what somebody here wants stays as any other."""
        record = self._documents.get(document_id)
        if record is not None and not record.wanted:
            record.passing = True
            self._desk.mark_document(document_id)

    def hold(self, document_id: DocumentId) -> None:
        """Somebody here holds the document."""
        record = self._documents.get(document_id)
        if record is not None:
            self._want(record)
            self._sessions.widen(record)
            self._unloading.used(record)

    def release(self, document_id: DocumentId) -> None:
        """Nobody here holds it any more."""
        record = self._documents.get(document_id)
        if record is not None:
            record.wanted = False
            self._desk.mark_document(document_id)

    def _enter(
        self, document_id: DocumentId, document: Document | None = None, *, look: bool = True
    ) -> DocumentRecord:
        pending = look and self._local.has_storage
        storage = Storage.PENDING if pending else Storage.ANSWERED
        record = DocumentRecord(document_id, document, self._loader.empty, storage, self._desk.now)
        self._documents[document_id] = record
        self._desk.mark_document(document_id)
        return record
