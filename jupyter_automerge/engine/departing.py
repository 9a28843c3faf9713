"""How a document leaves: memory, for the store; or this store, for good."""

from functools import partial

from jupyter_automerge.engine.notices import DocumentRemoved, DocumentUnloaded
from jupyter_automerge.engine.record import DocumentRecord, Storage
from jupyter_automerge.engine.removal import UNSAFE, is_elsewhere
from jupyter_automerge.engine.saving import Saver
from jupyter_automerge.engine.surroundings import Surroundings
from jupyter_automerge.engine.unloading import Unloading
from jupyter_automerge.errors import DocumentGone
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import DocumentState
from jupyter_automerge.wire.messages import DocUnavailable


class Departing:
    """Takes a document's record out of the table, and its sessions with it; who has to know is told before."""

    def __init__(self, around: Surroundings, saver: Saver, unloading: Unloading) -> None:
        self._local = around.local
        self._desk = around.desk
        self._documents = around.documents
        self._connections = around.connections
        self._saver = saver
        self._unloading = unloading
        self._graveyard = around.graveyard
        self._remembering = around.remembering
        self._acknowledging = around.acknowledging

    def remove(self, document_id: DocumentId, *, force: bool) -> None:
        """Delete it from this store; refused where no other store keeps all of it, unless by `force`."""
        record = self._documents.get(document_id)
        if record is not None and record.has_data and not force and not is_elsewhere(record):
            self._desk.emit(DocumentRemoved(document_id, UNSAFE))
        else:
            self._graveyard.bury(document_id)

    def leave_if_due(self, record: DocumentRecord) -> None:
        """Drop a document that is to leave and has nothing unsaved, that has been idle for long, or that nobody
        here or there has anything of.
        """
        record.leaving = record.leaving or self._unloading.is_due(record)
        if not self._may_leave(record):
            return
        # A user's thread may commit at any moment: none may slip in after the look at what is saved.
        gone = partial(DocumentGone, record.id, DocumentState.UNLOADED)
        if record.opened is None or record.opened.seal(gone, lambda: self._may_leave(record)):
            self.drop(record)
            if record.leaving:
                self._desk.emit(DocumentUnloaded(record.id))

    def _may_leave(self, record: DocumentRecord) -> bool:
        forsaken = not record.wanted and not record.sessions and not record.has_data and record.load is None
        saved = not self._saver.unsaved(record) and record.saving.put is None and not record.changes_waiting
        return forsaken or (record.leaving and saved and record.storage is not Storage.PENDING)

    def bid_farewell(self, document_id: DocumentId) -> None:
        """The document is deleted: whoever holds it is told so."""
        record = self._documents.get(document_id)
        if record is not None:
            if record.opened is not None:
                record.opened.seal(partial(DocumentGone, document_id, DocumentState.DELETED))
            self.mourn(record)
            self.drop(record)

    def mourn(self, record: DocumentRecord) -> None:
        """Tell the peers that have the document open here that it is no longer to be had."""
        for session in record.sessions.values():
            connection = session.connection
            if session.engaged and (session.spoken or session.requested):
                connection.mourned.add(record.id)
                self._connections.queue(
                    connection, DocUnavailable(self._local.peer_id, connection.peer, record.id)
                )

    def drop(self, record: DocumentRecord) -> None:
        """Forget the document here; what peers hold of our sessions is marked, so that new ones begin with a
        reset.
        """
        record.state = DocumentState.UNLOADED
        is_buried = record.id in self._graveyard
        self._remembering.leaves(record, for_good=is_buried)
        for connection, report in [] if is_buried else list(self._acknowledging.last_words(record)):
            self._connections.queue(connection, report)
        del self._documents[record.id]
        for session in record.sessions.values():
            connection = session.connection
            connection.sessions.pop(record.id, None)
            connection.dirty.pop(record.id, None)
            connection.acks.pop(record.id, None)
            connection.rows.pop(record.id, None)
            if session.spoken or session.requested:
                connection.interrupted.add(record.id)
        record.sessions.clear()
