"""The table of documents: how one enters memory, meets the connections, and leaves."""

from functools import partial

from jupyter_automerge.document import Document
from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.events import Create
from jupyter_automerge.engine.loading import Loader
from jupyter_automerge.engine.notices import DocumentUnloaded
from jupyter_automerge.engine.record import DocumentRecord, Storage, Waiting
from jupyter_automerge.engine.saving import Saver
from jupyter_automerge.engine.session import Policy, Session, Standing
from jupyter_automerge.engine.sharing import Sharing
from jupyter_automerge.engine.surroundings import Surroundings
from jupyter_automerge.engine.unloading import Unloading
from jupyter_automerge.errors import DocumentGone
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.limits import SECOND_ANSWER_SECONDS
from jupyter_automerge.values.status import DocumentState
from jupyter_automerge.wire.messages import DocUnavailable


class Collection:
    """Holds the records; one session per (document, connection) that may have to do with each other."""

    def __init__(
        self,
        around: Surroundings,
        loader: Loader,
        saver: Saver,
        unloading: Unloading,
    ) -> None:
        self._local = around.local
        self._desk = around.desk
        self._documents = around.documents
        self._connections = around.connections
        self._loader = loader
        self._saver = saver
        self._unloading = unloading
        self._evidence = around.evidence
        self._graveyard = around.graveyard
        self._remembering = around.remembering
        self._acknowledging = around.acknowledging
        self._gossip = around.gossip
        self.sharing: Sharing  # the policy's answers come back to `decided`, so each needs the other

    # Documents

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
        self._begin(record)
        self._desk.mark_document(record.id)

    def find(self, document_id: DocumentId) -> None:
        """Look for the document; those who did not have it when last asked are asked again.

        Each call is answered by a DocumentStateChanged, also when nothing moved: it was here all along.
        """
        self._graveyard.lift(document_id)
        record = self._documents.get(document_id) or self._enter(document_id)
        self._want(record)
        record.told = None
        self._begin(record)
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

    def resume(self, document_id: DocumentId) -> None:
        """Speak of the document to those who may hear of it, though nobody here looks for it."""
        if document_id not in self._graveyard:
            self._begin(self.get_or_enter(document_id))

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
            self._unloading.used(record)

    def release(self, document_id: DocumentId) -> None:
        """Nobody here holds it any more."""
        record = self._documents.get(document_id)
        if record is not None:
            record.wanted = False
            self._desk.mark_document(document_id)

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

    def _enter(
        self, document_id: DocumentId, document: Document | None = None, *, look: bool = True
    ) -> DocumentRecord:
        pending = look and self._local.has_storage
        storage = Storage.PENDING if pending else Storage.ANSWERED
        record = DocumentRecord(document_id, document, self._loader.empty, storage, self._desk.now)
        self._documents[document_id] = record
        self._desk.mark_document(document_id)
        return record

    def _begin(self, record: DocumentRecord) -> None:
        """Somebody who may have the document wants it: read it, and speak of it to those who may hear of
        it.
        """
        if record.begun:
            return
        record.begun = True
        self._graveyard.then(lambda: self._leave_if_buried(record))
        if record.storage is Storage.PENDING:
            self._loader.load(record)
        if self.sharing.begins_unasked:
            for connection in self._connections.primary:
                self.session(record, connection)

    def _leave_if_buried(self, record: DocumentRecord) -> None:
        """A peer may have spoken of a document before it was known that it is deleted here."""
        if record.id in self._graveyard and self._documents.get(record.id) is record:
            self.mourn(record)
            self.drop(record)

    # Sessions

    def session(self, record: DocumentRecord, connection: Connection) -> Session:
        """The session of this document on this connection; a new one asks the share policy first."""
        session = record.sessions.get(connection.id)
        if session is None:
            session = Session(connection, record.id)
            connection.mourned.discard(record.id)
            record.sessions[connection.id] = session
            connection.sessions[record.id] = session
            if record.id in connection.interrupted:
                connection.interrupted.discard(record.id)
                session.restart()
            self.sharing.consider(record, session)
        return session

    def decided(self, record: DocumentRecord, session: Session, policy: Policy) -> None:
        """The share policy answered, or answers anew."""
        before, session.verdict, session.policy = session.verdict, policy, policy
        self._desk.mark_document(record.id)
        if before is policy:
            return
        if policy is Policy.DENIED and before is not Policy.LOADING and session.requested:
            peer = session.connection.peer
            self._connections.queue(session.connection, DocUnavailable(self._local.peer_id, peer, record.id))
        if before is Policy.DENIED:
            # What the peer sent meanwhile was not applied, though its half of the session believes so.
            session.restart()
        session.dirty = True
        if policy is not Policy.DENIED:
            self._begin(record)
        self._evidence.standing(record, session)
        self._acknowledging.owe(record, session)
        self._gossip.spoke(record, session)

    def met(self, connection: Connection) -> None:
        """A connection completed its handshake: documents that may be spoken of unasked begin."""
        if connection.is_standby:
            self._touch_rows(connection)
        else:
            self._begin_on(connection)
        for record in self._documents.values():
            if record.wanted and not record.has_data:
                self._desk.mark_document(record.id)

    def led_by(self, connection: Connection) -> None:
        """A connection that stood by is its peer's primary now: it takes over what there is to say (E31)."""
        self._begin_on(connection)
        for document_id, session in connection.sessions.items():
            record = self._documents[document_id]
            session.dirty = True
            self._acknowledging.owe(record, session)
            self._gossip.spoke(record, session)
            self._desk.mark_document(document_id)

    def parted(self, connection: Connection) -> None:
        """A connection is gone, and its sessions with it."""
        for document_id, session in connection.sessions.items():
            record = self._documents.get(document_id)
            if record is not None and record.sessions.pop(connection.id, None) is not None:
                self._evidence.gone(record, session)
                self._desk.mark_document(document_id)
        connection.sessions.clear()
        if connection.is_standby:
            self._touch_rows(connection)

    def _begin_on(self, connection: Connection) -> None:
        if self.sharing.begins_unasked:
            for record in [record for record in self._documents.values() if record.begun]:
                self.session(record, connection)

    def _touch_rows(self, connection: Connection) -> None:
        """One more connection leads to the store, or one less, and no session tells of it."""
        for record in self._documents.values():
            facts = record.stores.get(connection.store_id)
            if facts is not None:
                record.touch(facts)
                self._desk.mark_document(record.id)

    def policy_changed(self) -> None:
        """Ask the policy again for every (peer, document)."""
        for record in list(self._documents.values()):
            for session in list(record.sessions.values()):
                # What was allowed may be so no longer: nothing leaves before the answer. The verdict stays the last
                # answer, however often is asked before the next.
                session.policy = Policy.LOADING
                self.sharing.consider(record, session)
