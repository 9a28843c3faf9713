"""One document with its peers: what is sent to whom, and whether the document is to be had.

All inputs only change facts in the record and its sessions and mark the document; `evaluate` decides what
follows.

1. Nothing is answered and nobody is asked before storage has answered or failed: early words would name wrong
   heads.
2. A peer that wants the document is not told "unavailable" while anybody may still supply it.
3. Nor is it served a part of it: only when a supplier's advertised heads are all here, or none is left to
   wait for.
4. While we hold nothing and a supplier exists, only the supplier is spoken to: no duplicate requests.
5. A peer of whom nothing is known is asked as soon as policy allows, also after the document was unavailable.
6. Once told "unavailable", a peer still gets the document when it turns up.
7. On a connection that stands by it is answered, once for each time that it spoke, and hears nothing unasked (E31).
"""

from contextlib import suppress

from jupyter_automerge.document import question
from jupyter_automerge.engine.after_save import AfterSave
from jupyter_automerge.engine.availability import is_whole, state_of, waits_for_word
from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.crossing import Crossing
from jupyter_automerge.engine.filters import with_better_have
from jupyter_automerge.engine.joining import Joining
from jupyter_automerge.engine.notices import DocumentStateChanged
from jupyter_automerge.engine.progress import progress_of
from jupyter_automerge.engine.receiving import Receiving
from jupyter_automerge.engine.record import DocumentRecord, Storage
from jupyter_automerge.engine.resume import Resumption
from jupyter_automerge.engine.saving import Saver
from jupyter_automerge.engine.session import Policy, Session, Standing
from jupyter_automerge.engine.surroundings import Surroundings
from jupyter_automerge.engine.sync_forms import reset
from jupyter_automerge.errors import DocumentBusy
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import DocumentState
from jupyter_automerge.wire.codec import encode
from jupyter_automerge.wire.messages import DocUnavailable, Request, Sync


class DocumentSync:
    """The one place where a document's state is decided."""

    def __init__(
        self,
        around: Surroundings,
        receiving: Receiving,
        resumption: Resumption,
        saver: Saver,
        after_save: AfterSave,
        crossing: Crossing,
        joining: Joining,
    ) -> None:
        self._joining = joining
        self._local = around.local
        self._desk = around.desk
        self._connections = around.connections
        self._documents = around.documents
        self._receiving = receiving
        self._resumption = resumption
        self._saver = saver
        self._after_save = after_save
        self._evidence = around.evidence
        self._facts = around.facts
        self._crossing = crossing

    def evaluate(self, record: DocumentRecord) -> None:
        """Bring everything that follows from the record's facts about. Safe to call at any time, any number
        of times.
        """
        try:
            if not self._after_save.holds_back(record):
                self._joining.take(record)
                self._receive(record)
        except DocumentBusy:
            # A change is open: the frames wait in order, and the commit marks the document again.
            pass
        self._complete(record)
        self._offer(record)
        self._settle_state(record)
        self._answer_wanting(record)

    def sent(self, record: DocumentRecord) -> None:
        """The writers had their turn since `evaluate`: now there is time to make rows."""
        self._facts.tell(record)
        self._after_save.news_are_out(record)

    def save(self, record: DocumentRecord) -> None:
        """Put what is not durable, if a put may start now and no change is open."""
        with suppress(DocumentBusy):
            self._saver.save(record)

    # Receiving

    def _receive(self, record: DocumentRecord) -> None:
        readable = []
        for session in record.sessions.values():
            if not session.inbox or session.policy is Policy.LOADING:
                continue
            if session.denied:
                self._refuse_all(record, session)
            elif record.storage is not Storage.PENDING:
                readable.append(session)
        if readable:
            self._receiving.take_all(record, readable)

    def _refuse_all(self, record: DocumentRecord, session: Session) -> None:
        for _ in session.inbox:
            self._say_unavailable(record, session)
        session.inbox = ()

    # Availability

    def _complete(self, record: DocumentRecord) -> None:
        if record.has_data and not record.complete and is_whole(record):
            record.complete = True
            record.mark_all_dirty()

    def _settle_state(self, record: DocumentRecord) -> None:
        state = state_of(record, self._connections)
        if state is not record.state:
            record.state, record.since = state, self._desk.now
            record.mark_all_dirty()
            self._offer(record)
        elif not record.wanted or (state is DocumentState.READY and record.told is not None):
            return
        progress = progress_of(record, self._connections)
        if progress != record.told:
            record.told = progress if record.wanted else None
            self._desk.emit(DocumentStateChanged(record.id, state, progress))

    def _answer_wanting(self, record: DocumentRecord) -> None:
        if record.state not in (DocumentState.UNAVAILABLE, DocumentState.ERROR):
            return
        for session in record.sessions.values():
            if session.may_speak and waits_for_word(session):
                session.standing = Standing.TOLD
                self._say_unavailable(record, session)

    def _say_unavailable(self, record: DocumentRecord, session: Session) -> None:
        peer = session.connection.peer
        self._connections.queue(session.connection, DocUnavailable(self._local.peer_id, peer, record.id))

    # Sending

    def _offer(self, record: DocumentRecord) -> None:
        """Let the writers of all connections know that this document wants a message out.

        Those who lack something go before those who only wait for a confirmation of what they sent.
        """
        supplied = bool(record.suppliers()) if not record.has_data else False
        heads = record.heads
        dirty = [session for session in record.sessions.values() if session.dirty]
        for session in sorted(dirty, key=lambda one: one.heads == heads):
            if self._may_send(record, session, supplied):
                session.connection.dirty[record.id] = None
                self._desk.mark_connection(session.connection.id)

    def _may_send(self, record: DocumentRecord, session: Session, supplied: bool) -> bool:
        if not session.may_speak or record.storage is Storage.PENDING:
            return False  # invariant 1
        if record.has_data:
            if self._after_save.source(record) is None:
                return False
            return record.complete or session.standing is not Standing.WANTS  # invariant 3
        if supplied:
            if self._crossing.expects_document(record, session):
                return False  # P52
            return session.standing is Standing.HAS and session.can_supply  # invariant 4
        return session.standing is Standing.UNKNOWN and session.can_supply  # invariant 5

    def frame(self, connection: Connection, document_id: DocumentId) -> bytes | None:
        """The next sync message for the connection. Generating it promises to deliver it."""
        record = self._documents.get(document_id)
        session = record.sessions.get(connection.id) if record is not None else None
        if record is None or session is None or not session.dirty:
            return None
        if not self._may_send(record, session, bool(record.suppliers())):
            return None
        try:
            return self._generate(record, session)
        except DocumentBusy:
            # The session stays dirty, and the document's release marks it again.
            return None

    def _generate(self, record: DocumentRecord, session: Session) -> bytes | None:
        if session.announce_reset:
            session.announce_reset = False
            self._desk.mark_document(record.id)
            return self._encoded(record, session, reset().encode())
        if not record.has_data and session.sync is None:
            return self._ask(record, session)
        self._resumption.start(record, session)
        assert session.sync is not None
        source = self._after_save.source(record)
        assert source is not None
        data = source.generate(session.sync)
        session.dirty = session.owes = False
        if data is None:
            return None
        self._evidence.sent(record, session, source.heads)
        self._crossing.sent(record, session, data)
        return self._encoded(record, session, with_better_have(record, session, data))

    def _ask(self, record: DocumentRecord, session: Session) -> bytes | None:
        session.dirty = session.owes = False
        if session.asked:
            return None
        session.asked = True
        self._crossing.sent(record, session, question())
        return self._encoded(record, session, question())

    def _encoded(self, record: DocumentRecord, session: Session, data: bytes) -> bytes:
        session.spoken = True
        # Holding nothing we must `request`: an empty `sync` would leave both sides waiting for ever (P15).
        asks = not record.has_data and session.standing is Standing.UNKNOWN
        kind = Request if asks else Sync
        return encode(kind(self._local.peer_id, session.connection.peer, record.id, data))
