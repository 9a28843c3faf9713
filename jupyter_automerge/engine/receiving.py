"""Incoming sync messages of one document: in strict order, changes first and in one batch, bad ones
contained.

A bad message must not just disappear: dropping one and editing later leaves both sides exchanging need and
heads for ever. Its changes are refused and remembered, and the session of that (document, connection) starts
anew.
"""

from hashlib import sha256

from jupyter_automerge.engine.blame import guilty_chunks
from jupyter_automerge.engine.crossing import Crossing
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.evidence import Evidence
from jupyter_automerge.engine.notices import ChangesRefused, DocumentChanged
from jupyter_automerge.engine.reading import Reading
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.resume import Resumption
from jupyter_automerge.engine.session import Incoming, Session
from jupyter_automerge.errors import BadChunk
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.limits import MAX_REFUSED_CHUNKS
from jupyter_automerge.values.status import Access, Origin


class Receiving:
    """Gives waiting messages to the document. May raise DocumentBusy; whatever was not taken still waits
    then.
    """

    def __init__(
        self, desk: Desk, evidence: Evidence, reading: Reading, resumption: Resumption, crossing: Crossing
    ) -> None:
        self._desk = desk
        self._crossing = crossing
        self._evidence = evidence
        self._reading = reading
        self._resumption = resumption

    def take_all(self, record: DocumentRecord, sessions: list[Session]) -> None:
        """Apply what the sessions' inboxes hold. `sessions` are those whose messages may be read now."""
        before = record.heads
        try:
            self._apply_in_one_call(record, sessions)
            for session in sessions:
                self._take_in_order(record, session)
        finally:
            self._tell_change(record, before)

    def undecodable(self, record: DocumentRecord, session: Session, reason: str) -> None:
        """A sync message whose bytes make no sense: as bad as one with bad changes."""
        self._offend(record, session, reason)

    def _apply_in_one_call(self, record: DocumentRecord, sessions: list[Session]) -> None:
        """The batch is only an acceleration: each message is given whole to its own session afterwards."""
        if sum(len(session.inbox) for session in sessions) < 2:
            return
        chunks = [
            chunk
            for session in sessions
            if session.can_supply
            for incoming in session.inbox
            for chunk in incoming.message.changes
            if not _is_refused(record, chunk)
        ]
        if len(chunks) < 2:
            return
        try:
            record.document.apply(chunks)
        except BadChunk:
            # One of them is guilty; message by message it will be found, and only its sender answers for it.
            return

    def _take_in_order(self, record: DocumentRecord, session: Session) -> None:
        while session.inbox and not session.muted:
            if self._crossing.keeps_waiting(record, session):
                return
            offences = session.offences
            self._take(record, session, session.inbox[0])
            session.dirty = True
            if session.offences == offences:
                session.inbox = session.inbox[1:]
            else:
                # The peer learns by the reset that nothing since the bad message counts; it sends anew.
                session.inbox = ()

    def _take(self, record: DocumentRecord, session: Session, incoming: Incoming) -> None:
        if any(_is_refused(record, chunk) for chunk in incoming.message.changes):
            self._offend(record, session, "it repeats changes that were refused before")
            return
        if session.connection.access is Access.READ:
            incoming = self._reading.sanitized(record, session, incoming)
        if not self._resumption.keeps_question(record, session, incoming):
            try:
                incoming = self._resumption.prepared(record, session, incoming)
                assert session.sync is not None
                record.document.receive(session.sync, incoming.data)
            except BadChunk as error:
                self._refuse(record, session, incoming, error)
                return
        heads = frozenset(incoming.message.heads) or NO_HEADS
        self._evidence.heard(record, session, heads)
        self._resumption.shared(record, session, heads)
        self._crossing.taken(record, session)

    def _refuse(self, record: DocumentRecord, session: Session, incoming: Incoming, error: BadChunk) -> None:
        if error.guilty is not None:
            _remember(record, error.guilty)  # before the search, which may end early
        for chunk in guilty_chunks(record.document, incoming.message.changes, error.guilty):
            _remember(record, chunk)
        self._offend(record, session, error.reason)

    def _offend(self, record: DocumentRecord, session: Session, reason: str) -> None:
        session.offences += 1
        session.restart()
        self._desk.emit(ChangesRefused(record.id, session.connection.peer, reason, session.muted))
        self._evidence.standing(record, session)
        self._desk.mark_document(record.id)

    def _tell_change(self, record: DocumentRecord, before: Heads) -> None:
        after = record.heads
        if after != before:
            record.mark_all_dirty()
            self._desk.emit(DocumentChanged(record.id, before, after, Origin.REMOTE))


def _remember(record: DocumentRecord, chunk: bytes) -> None:
    """By its own bytes: to know a compressed one again it need not be inflated."""
    if record.refused_chunks is None:
        record.refused_chunks = {}
    record.refused_chunks[sha256(chunk).digest()] = None
    if len(record.refused_chunks) > MAX_REFUSED_CHUNKS:
        del record.refused_chunks[next(iter(record.refused_chunks))]


def _is_refused(record: DocumentRecord, chunk: bytes) -> bool:
    return record.refused_chunks is not None and sha256(chunk).digest() in record.refused_chunks
