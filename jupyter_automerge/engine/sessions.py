"""Which documents are spoken of on which connections: one session for each such pair."""

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.departing import Departing
from jupyter_automerge.engine.loading import Loader
from jupyter_automerge.engine.record import DocumentRecord, Storage
from jupyter_automerge.engine.session import Policy, Session
from jupyter_automerge.engine.sharing import Sharing
from jupyter_automerge.engine.surroundings import Surroundings
from jupyter_automerge.wire.messages import DocUnavailable


class Sessions:
    """Begins them and ends them, as the share policy and the connections have it."""

    def __init__(self, around: Surroundings, loader: Loader, departing: Departing) -> None:
        self._local = around.local
        self._desk = around.desk
        self._documents = around.documents
        self._connections = around.connections
        self._loader = loader
        self._departing = departing
        self._evidence = around.evidence
        self._graveyard = around.graveyard
        self._acknowledging = around.acknowledging
        self._gossip = around.gossip
        self.sharing: Sharing  # the policy's answers come back to `decided`, so each needs the other

    def begin(self, record: DocumentRecord) -> None:
        """Somebody who may have the document wants it: read it, and speak of it to those who may hear of
        it.
        """
        if record.begun:
            self.widen(record)
            return
        record.begun = True
        self._graveyard.then(lambda: self._leave_if_buried(record))
        if record.storage is Storage.PENDING:
            self._loader.load(record)
        self._speak(record)

    def resume(self, record: DocumentRecord, stores: frozenset[str]) -> None:
        """Read it, and speak of it to those of these stores who may hear of it, until somebody else wants it (E47)."""
        if not record.begun:
            record.only_for = stores
            self.begin(record)

    def widen(self, record: DocumentRecord) -> None:
        """Somebody has a use for it: it is as any other, whomever it was resumed for."""
        if record.only_for is not None and record.begun:
            record.only_for = None
            self._speak(record)

    def _speak(self, record: DocumentRecord) -> None:
        if self.sharing.begins_unasked:
            for connection in self._connections.primary:
                if _is_for(record, connection):
                    self.of(record, connection)

    def _leave_if_buried(self, record: DocumentRecord) -> None:
        """A peer may have spoken of a document before it was known that it is deleted here."""
        if record.id in self._graveyard and self._documents.get(record.id) is record:
            self._departing.mourn(record)
            self._departing.drop(record)

    def of(self, record: DocumentRecord, connection: Connection) -> Session:
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
        if policy is not Policy.DENIED and not (record.begun and _is_for(record, session.connection)):
            self.begin(record)
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
            for record in list(self._documents.values()):
                if record.begun and _is_for(record, connection):
                    self.of(record, connection)

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


def _is_for(record: DocumentRecord, connection: Connection) -> bool:
    return record.only_for is None or connection.store_id in record.only_for
