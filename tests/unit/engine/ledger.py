"""Evidence without an Engine around it: who reports what is said by the test, and rows are read at once."""

from dataclasses import replace
from itertools import count

from jupyter_automerge.document import Document
from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.effects import Emit
from jupyter_automerge.engine.events import ConnectionOpened
from jupyter_automerge.engine.evidence import Evidence
from jupyter_automerge.engine.facts import Facts
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.notices import Notice, StoreRow
from jupyter_automerge.engine.record import DocumentRecord, Storage
from jupyter_automerge.engine.remembering import Remembering
from jupyter_automerge.engine.session import Policy, Session, Standing
from jupyter_automerge.engine.slow_writes import SlowWrites
from jupyter_automerge.engine.store_news import StoreNews
from jupyter_automerge.engine.stores import Stores
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import ConnectionId, PeerId, SessionId, StorageId, document_id_from_bytes
from jupyter_automerge.values.status import Direction
from jupyter_automerge.wire.messages import StoreHeads

LOCAL = LocalPeer(PeerId("we"), SessionId("our-session"), StorageId("our-store"))


def edit(document: Document, value: int) -> Heads:
    with document.change() as root:
        root["n"] = value
    return document.heads


class Ledger:
    """One document of ours, and the stores that others tell of."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.desk = Desk()
        self.stores = Stores(LOCAL, self.desk, lambda endpoint: endpoint in self.dialed)
        self.dialed: set[str] = set()
        self.record = DocumentRecord(
            document_id_from_bytes(b"ledger"), document, Document, Storage.ANSWERED, 0.0
        )
        self.record.wanted = True
        writes = SlowWrites(self.desk)
        self.remembering = Remembering(LOCAL, self.desk, self.stores, writes)
        documents = {self.record.id: self.record}
        self.facts = Facts(self.desk, documents, self.stores, self.remembering)
        self.evidence = Evidence(self.desk, documents, self.stores, self.facts, self.remembering)
        self.stores.watchers = (StoreNews(self.desk, documents, self.facts, self.remembering),)
        self._ids = count(1)

    def connect(
        self, store: str, session: str = "1", *, peer: str = "", claims: PeerMetadata | None = None
    ) -> Session:
        """Somebody on the store; without other claims one who promises durable reports."""
        claims = claims or PeerMetadata(
            storage_id=StorageId(store), session_id=SessionId(session), durable_acks=True, multi_link=True
        )
        number = ConnectionId(next(self._ids))
        connection = Connection(ConnectionOpened(number, Direction.INCOMING, "somewhere"))
        connection.introduce(PeerId(peer or f"{store}-{session}"), claims)
        self.stores.met(connection)
        self.stores.settle()
        one = Session(connection, self.record.id, policy=Policy.ANNOUNCE)
        self.record.sessions[connection.id] = one
        return one

    def disconnect(self, session: Session) -> None:
        del self.record.sessions[session.connection.id]
        self.stores.parted(session.connection)
        self.evidence.gone(self.record, session)
        self.stores.settle()

    def holds(self, session: Session, heads: Heads) -> None:
        """A sync message of the session names these heads."""
        session.heard = True
        if heads:
            session.standing = Standing.HAS
        self.evidence.heard(self.record, session, heads)

    def asks(self, session: Session) -> None:
        """It asks for the document and has nothing of it."""
        session.heard, session.standing = True, Standing.WANTS
        self.evidence.heard(self.record, session, frozenset())

    def keeps(self, session: Session, heads: Heads, stamp: float = 0.0) -> None:
        """Its store reports them as durable."""
        self.evidence.stored(self.record, session, heads, stamp)

    def says_of(
        self, session: Session, store: str, heads: Heads, *, stored: bool = False, instead: bool = False
    ) -> None:
        """It tells what another store has."""
        said = StoreHeads(heads, 1.0, stored, instead=instead)
        self.evidence.relayed(self.record, session.connection, store, said)
        self.stores.settle()

    def pass_time(self, seconds: float) -> None:
        self.desk.now += seconds
        self.desk.run_due()
        self.facts.tell(self.record)
        self.stores.settle()

    def rows(self) -> dict[str, StoreRow]:
        """By store, as of now."""
        self.facts.tell(self.record)
        return {row.store_id: row for row in self.facts.rows(self.record)}

    def timeless(self) -> dict[str, StoreRow]:
        """The rows without what depends on when something was said."""
        return {
            store: replace(row, as_of=None, moved_at=None, unsent_since=None, clock_ahead=False)
            for store, row in self.rows().items()
        }

    def notices(self, kind: type[Notice]) -> list[Notice]:
        """Those told since the last time."""
        effects = self.desk.take_effects()
        return [one.notice for one in effects if isinstance(one, Emit) and isinstance(one.notice, kind)]
