"""What stores are known to have of a document, and from whom: facts for rows, never a judgement (docs/peers.md).

Taking a report costs the same however long the history and however many the stores; what follows from it is
worked out by whoever reads the rows.
"""

from collections.abc import Callable, Iterator, Mapping
from math import inf

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.coverage import Coverage
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.lulls import Lulls
from jupyter_automerge.engine.notices import ClaimsCut, RowsChanged, StoreRegressed, StoreRow
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.remembering import Remembering
from jupyter_automerge.engine.session import Session, Standing
from jupyter_automerge.engine.store_entry import StoreEntry
from jupyter_automerge.engine.store_facts import StoreFacts
from jupyter_automerge.engine.store_files import SavedRow
from jupyter_automerge.engine.store_rows import StoreRows
from jupyter_automerge.engine.stores import Stores
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.ids import DocumentId, StorageId
from jupyter_automerge.values.limits import (
    CLOCK_AHEAD_SECONDS,
    MAX_HEADS_PER_STORE,
    MAX_STORES_PER_DOCUMENT,
)
from jupyter_automerge.wire.messages import StoreHeads

Grew = Callable[[DocumentRecord, str, Connection | None], None]
"""More is known of what a store has of a document, by word of the peer on this connection."""


class Evidence:
    """Takes reports, and tells the rows of each document whose facts moved.

    `grew` is for whoever passes the news on; `lost` is told which store has proved to have lost something.
    """

    def __init__(
        self,
        desk: Desk,
        documents: dict[DocumentId, DocumentRecord],
        stores: Stores,
        remembering: Remembering,
    ) -> None:
        self.grew: Grew = lambda record, store_id, source: None
        self.lost: Callable[[DocumentRecord, StoreFacts], None] = lambda record, facts: None
        self._desk = desk
        self._documents = documents
        self._stores = stores
        self._remembering = remembering
        self._rows = StoreRows(stores)
        self.lulls = Lulls(desk, documents, self._rows)

    # What peers say

    def heard(self, record: DocumentRecord, session: Session, heads: Heads) -> None:
        """The peer's message named these heads: they are in that running Repo's memory (E6)."""
        session.heads = heads
        self._bound(session.connection, heads)
        facts = self._of_session(record, session)
        life = session.connection.life
        if not heads and session.standing is Standing.WANTS:
            facts.hold_nothing(life)
        grew = facts.hear(life, heads, record.history)
        # The document is being evaluated, and its rows are told after that.
        self._learned(record, facts, heads, session.connection if grew else None, look_again=False)

    def stored(self, record: DocumentRecord, session: Session, heads: Heads, stamp: float = 0.0) -> None:
        """The store itself says that these are durable. `stamp`: ms since 1970 by its clock; 0: none."""
        connection = session.connection
        facts = self._of_session(record, session)
        before = facts.stored
        if facts.report(connection, heads, stamp, record.history):
            self._lost(record, facts)
        self._look_at_clock(facts, stamp)
        self._learned(record, facts, heads, connection if facts.stored != before else None)

    def relayed(
        self, record: DocumentRecord, connection: Connection, store_id: str, said: StoreHeads
    ) -> None:
        """The peer says that a store other than its own and ours has these heads."""
        at = self._desk.now - said.age
        entry = self._stores.relayed(store_id, connection, said.name, said.kind, at)
        if entry is None:
            return
        facts = self._of_store(record, entry)
        self._bound(connection, said.heads)
        reporter = self._stores.get(connection.store_id)
        assert reporter is not None
        grew = facts.relay(reporter, connection.life, said.heads, said.stored, record.history)
        facts.hearsay[reporter.id].at = at
        self._look_at_clock(facts, said.timestamp)
        self._learned(record, facts, said.heads, connection if grew else None, at=at)
        self.lulls.expect_word(record, at)

    def standing(self, record: DocumentRecord, session: Session) -> None:
        """The peer's answer or the policy moved."""
        facts = self._of_session(record, session)
        if session.standing is Standing.UNAVAILABLE:
            facts.hold_nothing(session.connection.life)
            self._learned(record, facts, NO_HEADS, None)
        else:
            self._touch(record, facts)

    def sent(self, record: DocumentRecord, session: Session, heads: Heads) -> None:
        """For display only, so nobody is told."""
        facts = record.stores.get(session.connection.store_id)
        if facts is not None:
            facts.sent = heads
            facts.moved_at = self._desk.now

    def loaded(self, record: DocumentRecord, saved: Mapping[StorageId, SavedRow | None]) -> None:
        """The document was read for the first time, and what an earlier life knew of others with it (E36).

        None: a file that does not read.
        """
        if self._documents.get(record.id) is not record:
            return  # it left while it was being read, perhaps for good
        for facts in record.stores.values():
            self._remembering.row_moved(record, facts)
        for store_id, row in saved.items():
            entry = None if row is None else self._stores.remembered(store_id, row.as_of)
            if row is None or entry is None or entry.ephemeral:
                self._remembering.forget_row(record, store_id)
                continue
            facts = self._of_store(record, entry)
            for reporter in row.words:
                if (other := self._stores.get(reporter)) is not None:
                    other.tells_of_others = True
            if facts.remember(row, self._desk.reading, record.history):
                self._lost(record, facts)
            self._cover(record, facts, NO_HEADS)
            self._touch(record, facts)
            self.grew(record, store_id, None)

    # What happens to connections and stores

    def gone(self, record: DocumentRecord, session: Session) -> None:
        """The session's connection is closed. What the store was known to have stays as last heard."""
        facts = record.stores.get(session.connection.store_id)
        if facts is None:
            return
        facts.sessions.pop(session.connection.id, None)
        if session.connection.life not in facts.store.lives:
            facts.end(session.connection.life)
        self._remembering.row_moved(record, facts)
        self._touch(record, facts)

    def store_moved(self, entry: StoreEntry) -> None:
        """Something that rows show of the store as a whole is another."""
        for record in self._documents.values():
            for facts in self._concerned(record, entry):
                self._touch(record, facts)

    def store_left(self, entry: StoreEntry) -> None:
        """The store is in no table any more: neither are its rows."""
        for record in self._documents.values():
            if entry.id in record.stores:
                self._drop(record, entry.id)
                self._begin_again(record, entry)

    def store_began_anew(self, entry: StoreEntry) -> None:
        """Nothing that was known of it counts any more (E7)."""
        self._desk.emit(StoreRegressed(entry.id))
        for record in self._documents.values():
            facts = record.stores.get(entry.id)
            if facts is not None:
                facts.void()
                self._remembering.row_moved(record, facts)
                self.lost(record, facts)
                self._cover(record, facts, NO_HEADS)
                self._touch(record, facts)

    # Rows

    def tell(self, record: DocumentRecord) -> None:
        """Emit the rows once, if they moved since the last time."""
        self._follow(record)
        if record.rows_moved:
            record.rows_moved = False
            rows = tuple(facts.row or self._row(record, facts) for facts in record.stores.values())
            self._desk.emit(RowsChanged(record.id, rows))
            if not (record.wanted or record.has_data):
                self._forget_rows(record)

    def rows(self, record: DocumentRecord) -> tuple[StoreRow, ...]:
        """One row per store, as of now, in as few heads as say all."""
        return tuple(self._rows.make(record, facts, exact=True) for facts in record.stores.values())

    def _row(self, record: DocumentRecord, facts: StoreFacts) -> StoreRow:
        facts.row = self._rows.make(record, facts)
        return facts.row

    @staticmethod
    def _forget_rows(record: DocumentRecord) -> None:
        """Nobody has the document, or looks for it here: they are made again if somebody asks."""
        for facts in record.stores.values():
            facts.row = None

    # Facts

    def _of_session(self, record: DocumentRecord, session: Session) -> StoreFacts:
        connection = session.connection
        facts = record.stores.get(connection.store_id)
        if facts is None:
            entry = self._stores.get(connection.store_id)
            assert entry is not None
            facts = self._of_store(record, entry)
        facts.sessions[connection.id] = session
        facts.denied = all(one.denied or one.muted for one in facts.sessions.values())
        facts.unavailable = all(one.standing is Standing.UNAVAILABLE for one in facts.sessions.values())
        return facts

    def _of_store(self, record: DocumentRecord, entry: StoreEntry) -> StoreFacts:
        facts = record.stores.get(entry.id)
        if facts is None:
            if len(record.stores) >= MAX_STORES_PER_DOCUMENT:
                self._make_room(record)
            facts = record.stores[entry.id] = StoreFacts(entry, moved_at=self._desk.now)
            self._cover(record, facts, NO_HEADS)
        return facts

    def _learned(
        self,
        record: DocumentRecord,
        facts: StoreFacts,
        heads: Heads,
        source: Connection | None,
        look_again: bool = True,
        at: float | None = None,
    ) -> None:
        facts.moved_at = self._desk.now
        at = self._desk.now if at is None else at
        facts.as_of = at if facts.as_of is None else max(facts.as_of, at)
        facts.stalled = False
        self._follow(record)
        self._cover(record, facts, heads)
        self._touch(record, facts, look_again=look_again)
        if source is not None:
            self._remembering.row_moved(record, facts)
            self.grew(record, facts.store.id, source)

    def _touch(self, record: DocumentRecord, facts: StoreFacts, look_again: bool = True) -> None:
        record.touch(facts)
        self.lulls.expect_moves(record)
        if look_again:
            self._desk.mark_document(record.id)

    def _cover(self, record: DocumentRecord, facts: StoreFacts, heads: Heads) -> None:
        if record.coverage is not None:
            record.coverage.report(facts, heads, self._desk.now)

    def _lost(self, record: DocumentRecord, facts: StoreFacts) -> None:
        self._desk.emit(StoreRegressed(facts.store.id, record.id))
        self._remembering.row_moved(record, facts)
        self.lost(record, facts)

    def _follow(self, record: DocumentRecord) -> None:
        """Our heads may have moved; the rows are told after this."""
        if record.coverage is None and record.has_data:
            record.coverage = Coverage(record.stores.values())
        if record.coverage is not None and record.coverage.has_moved(record.heads):
            for facts in record.coverage.move(record.heads, self._desk.now):
                if facts.review(record.history):
                    self._lost(record, facts)
                self._cover(record, facts, NO_HEADS)
                if facts.store.connections:
                    # Its own word is told in a moment, and that it gives none, too.
                    facts.row = None
                    self.lulls.expect_moves(record)
                else:
                    self._remembering.row_moved(record, facts)
                    self._touch(record, facts, look_again=False)

    def _look_at_clock(self, facts: StoreFacts, stamp: float) -> None:
        if stamp:
            facts.clock_ahead = stamp / 1000.0 > self._desk.wall + CLOCK_AHEAD_SECONDS

    # Bounds

    def _bound(self, connection: Connection, heads: Heads) -> None:
        if len(heads) > MAX_HEADS_PER_STORE and not connection.overclaims:
            connection.overclaims = True
            reason = f"it named more than {MAX_HEADS_PER_STORE} heads of one document"
            self._desk.emit(ClaimsCut(connection.id, connection.peer, reason))

    def _make_room(self, record: DocumentRecord) -> None:
        """Of the stores out of reach first one that was only heard of leaves, then the one longest silent."""
        leaving = [facts for facts in record.stores.values() if not facts.store.connections]
        if leaving:
            facts = min(leaving, key=lambda one: (one.store.met, -inf if one.as_of is None else one.as_of))
            self._drop(record, facts.store.id)

    def _drop(self, record: DocumentRecord, store_id: str) -> None:
        self._remembering.row_left(record, record.stores.pop(store_id))
        if record.coverage is not None:
            record.coverage.drop(store_id)
        record.rows_moved = True
        self._desk.mark_document(record.id)

    def _begin_again(self, record: DocumentRecord, entry: StoreEntry) -> None:
        """What its running Repos said of their memory, while they are connected, stands."""
        for session in record.sessions.values():
            if session.connection.id in entry.connections:
                facts = self._of_session(record, session)
                if session.heard:
                    facts.hear(session.connection.life, session.heads, record.history)
                    self._learned(record, facts, session.heads, None)
                self._touch(record, facts)

    def _concerned(self, record: DocumentRecord, entry: StoreEntry) -> Iterator[StoreFacts]:
        facts = record.stores.get(entry.id)
        if facts is not None:
            yield facts
        for other in record.stores.values() if entry.tells_of_others else ():
            if entry.id in other.hearsay:
                yield other
