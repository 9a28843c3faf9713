"""Beginning a session where an earlier one ended: saved shared heads, priming, and the shortcut for
latecomers.

Priming is a message without need, have and changes: it makes a fresh SyncState believe that the peer has
those heads. Wrong beliefs converge (measured), and a primed state is never evidence. Format of a saved state,
as automerge-repo writes it: byte 0x43, LEB128 count, raw 32-byte hashes.
"""

from dataclasses import replace

from jupyter_automerge.document import SyncSession, is_question
from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.record import DocumentRecord, Resume
from jupyter_automerge.engine.session import Incoming, Session
from jupyter_automerge.engine.sync_forms import decode_state, encode_state, prime, since
from jupyter_automerge.errors import RemoteProtocolError
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.ids import StorageId
from jupyter_automerge.values.limits import RESUME_AFTER_SECONDS
from jupyter_automerge.wire.sync_message import SyncMessage


class Resumption:
    """Makes the SyncStates of sessions, and keeps what the next one may begin with."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._moved: dict[DocumentRecord, None] = {}

    @property
    def moved(self) -> bool:
        """Whether any document has shared heads that may be worth saving."""
        return bool(self._moved)

    def take_moved(self) -> list[DocumentRecord]:
        """The documents since the last time."""
        moved, self._moved = list(self._moved), {}
        return moved

    def start(self, record: DocumentRecord, session: Session) -> None:
        """Give the session a SyncState, primed with what its store is known to keep. May raise
        DocumentBusy.
        """
        if session.sync is not None:
            return
        believed = NO_HEADS if session.from_scratch else self._settled(record, session.connection)
        self._begin(record, session, believed)

    def keeps_question(self, record: DocumentRecord, session: Session, incoming: Incoming) -> bool:
        """Whether the peer and we hold nothing: then its question waits, and no core is made for it."""
        if record.has_data or session.sync is not None or not is_question(incoming.data):
            return False
        session.question = incoming.data
        return True

    def prepared(self, record: DocumentRecord, session: Session, incoming: Incoming) -> Incoming:
        """Start the session if it is new; a peer that asks for everything gets what it can lack, and no more.

        A message asks for everything when its `have` is one entry with empty lastSync: its sender is new
        here, or does not know what we believed to share. When all of its heads are known here, it provably
        has their ancestors: go on as if those were shared (245 bytes instead of 2 MB at 20 000 changes). When
        some are not, and it shows no Bloom filter to answer, we say what we have instead of sending it all.

        Raises BadChunk where the document refuses the changes of the message.
        """
        message = incoming.message
        heads = frozenset(message.heads)
        if not heads or not record.has_data:
            self.start(record, session)
            return incoming
        if not _asks_for_everything(message):
            self.start(record, session)
            if not session.believed.isdisjoint(message.need) and not record.document.knows_all(heads):
                session.doubted = session.believed
            return self._with_true_belief(record, incoming)
        if record.document.knows_all(heads) and not session.from_scratch:
            if session.sync is None or not session.spoken:
                self._begin(record, session, heads)
            return Incoming.made(since(message, heads))
        if session.spoken and not message.have[0].bloom:
            session.doubted = session.believed
            if not session.believed:
                self._begin(record, session, NO_HEADS)
            return Incoming.made(replace(message, have=()))
        self.start(record, session)
        return incoming

    def _with_true_belief(self, record: DocumentRecord, incoming: Incoming) -> Incoming:
        """The message without a belief that we share what is not here (P51).

        The core would answer it with "I start anew", which plain Automerge answers with the whole document.
        """
        message = incoming.message
        if self._believes_rightly(record, message):
            return incoming
        heads = frozenset(message.heads)
        if record.document.knows_all(heads):
            return Incoming.made(since(message, heads))
        return Incoming.made(replace(message, have=()))

    def _believes_rightly(self, record: DocumentRecord, message: SyncMessage) -> bool:
        if not message.have:
            return bool(message.changes)
        if record.document.knows_all(_shared(message)):
            return True
        if not message.changes:
            return False
        # Its own changes may be what it names as shared. Only the core can tell: they wait there for another,
        # if our Bloom filter made the peer believe that we have that.
        record.document.apply(message.changes)
        return record.document.knows_all(_shared(message))

    def shared(self, record: DocumentRecord, session: Session, heads: Heads) -> None:
        """The peer showed these heads: those known here are shared with its store."""
        resume = self._of(record, session.connection)
        if resume is None or not heads:
            return
        known = heads if heads == record.heads else record.document.known(heads)
        if not known:
            return
        self._age(resume)
        if resume.recent != known:
            resume.recent, resume.recent_since = known, self._desk.now
            self._moved[record] = None

    def durable(self, record: DocumentRecord, connection: Connection, heads: Heads) -> None:
        """The peer's store reported these heads as saved: a session may begin there at once."""
        resume = self._of(record, connection)
        if resume is not None:
            resume.settled = record.document.known(heads) or resume.settled
            self._moved[record] = None

    def lost(self, record: DocumentRecord, store_id: str) -> None:
        """The store proved to have lost what it had: it shares nothing that we know of."""
        resume = record.resume.get(StorageId(store_id))
        if resume is not None:
            resume.settled = resume.recent = resume.written = NO_HEADS

    def loaded(self, record: DocumentRecord, store: StorageId, data: bytes) -> None:
        """Take over a saved state; one that does not read is as none."""
        try:
            heads = decode_state(data)
        except RemoteProtocolError:
            # A torn write of a mere accelerator: the next one replaces it.
            return
        record.resume_with(store).settled = heads

    def to_write(self, record: DocumentRecord) -> list[tuple[StorageId, bytes]]:
        """Settled heads that are not in the store yet, nor on their way; `wrote` is to follow for each."""
        due = []
        for store, resume in record.resume.items():
            self._age(resume)
            if resume.settled and resume.settled != resume.written and not resume.writing:
                resume.written, resume.writing = resume.settled, True
                due.append((store, encode_state(resume.settled)))
        return due

    def wrote(self, record: DocumentRecord, store: StorageId) -> None:
        """A write of this state has ended, well or not: the next one may follow."""
        record.resume[store].writing = False
        self._moved[record] = None

    def postpone(self, record: DocumentRecord) -> None:
        """Nothing of the document may be written yet."""
        self._moved[record] = None

    def _settled(self, record: DocumentRecord, connection: Connection) -> Heads:
        resume = self._of(record, connection)
        if resume is None or not record.has_data:
            return frozenset()
        self._age(resume)
        return record.document.known(resume.settled)

    def _begin(self, record: DocumentRecord, session: Session, heads: Heads) -> None:
        sync = SyncSession()
        if heads:
            record.document.receive(sync, prime(heads).encode())
        session.sync, session.believed, session.doubted = sync, heads, NO_HEADS
        question, session.question = session.question, None
        if question is not None:
            record.document.receive(sync, question)

    def _age(self, resume: Resume) -> None:
        # Heads that a peer held only in memory may be lost when it dies; after a while they are taken as
        # kept.
        if resume.recent and self._desk.now - resume.recent_since >= RESUME_AFTER_SECONDS:
            resume.settled = resume.recent

    @staticmethod
    def _of(record: DocumentRecord, connection: Connection) -> Resume | None:
        metadata = connection.metadata
        if metadata.storage_id is None or metadata.is_ephemeral:
            return None
        return record.resume_with(metadata.storage_id)


def _asks_for_everything(message: SyncMessage) -> bool:
    return len(message.have) == 1 and not message.have[0].last_sync


def _shared(message: SyncMessage) -> Heads:
    return frozenset(message.have[0].last_sync)
