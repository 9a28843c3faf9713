"""What stores are known to have of a document, and from whom: facts for rows, never a judgement (docs/peers.md).

Taking a report costs the same however long the history and however many the stores; what follows from it is
worked out by whoever reads the rows.
"""

from collections.abc import Callable, Mapping

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.facts import Facts
from jupyter_automerge.engine.notices import ClaimsCut
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.remembering import Remembering
from jupyter_automerge.engine.session import Session, Standing
from jupyter_automerge.engine.store_facts import StoreFacts
from jupyter_automerge.engine.store_files import SavedRow
from jupyter_automerge.engine.stores import Stores
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.ids import DocumentId, StorageId
from jupyter_automerge.values.limits import CLOCK_AHEAD_SECONDS, MAX_HEADS_PER_STORE
from jupyter_automerge.wire.messages import StoreHeads

Grew = Callable[[DocumentRecord, str, Connection | None], None]
"""Something else is known of what a store has of a document, by word of the peer on this connection: more, or,
where the losses of its facts grew, less.
"""


class Evidence:
    """Takes reports. `grew` is for whoever passes the news on."""

    def __init__(
        self,
        desk: Desk,
        documents: dict[DocumentId, DocumentRecord],
        stores: Stores,
        facts: Facts,
        remembering: Remembering,
    ) -> None:
        self.grew: Grew = lambda record, store_id, source: None
        self._desk = desk
        self._documents = documents
        self._stores = stores
        self._facts = facts
        self._remembering = remembering

    def heard(self, record: DocumentRecord, session: Session, heads: Heads) -> None:
        """The peer's message named these heads: they are in that running Repo's memory (E6)."""
        session.heads = heads
        self._bound(session.connection, heads)
        facts = self._facts.of_session(record, session)
        life, losses = session.connection.life, facts.losses
        if not heads and session.standing is Standing.WANTS:
            facts.hold_nothing(life, record.history)
        moved = facts.hear(life, heads, record.history) or facts.losses != losses
        # The document is being evaluated, and its rows are told after that.
        self._learned(record, facts, heads, session.connection if moved else None, look_again=False)

    def stored(self, record: DocumentRecord, session: Session, heads: Heads, stamp: float = 0.0) -> None:
        """The store itself says that these are durable. `stamp`: ms since 1970 by its clock; 0: none."""
        connection = session.connection
        facts = self._facts.of_session(record, session)
        before, losses = facts.stored, facts.losses
        if facts.report(connection, heads, stamp, record.history):
            self._facts.lose(record, facts)
        self._look_at_clock(facts, stamp)
        moved = facts.stored != before or facts.losses != losses
        self._learned(record, facts, heads, connection if moved else None)

    def relayed(
        self, record: DocumentRecord, connection: Connection, store_id: str, said: StoreHeads
    ) -> None:
        """The peer says that a store other than its own and ours has these heads."""
        at = self._desk.now - said.age
        if not said.heads and store_id not in record.stores:
            return  # no loss of anything that is known here
        entry = self._stores.relayed(store_id, connection, said.name, said.kind, at)
        if entry is None:
            return
        facts = self._facts.of_store(record, entry)
        losses = facts.losses
        self._bound(connection, said.heads)
        reporter = self._stores.get(connection.store_id)
        assert reporter is not None
        moved = facts.relay(reporter, connection.life, said, record.history) or facts.losses != losses
        facts.hearsay[reporter.id].at = at
        self._look_at_clock(facts, said.timestamp)
        self._learned(record, facts, said.heads, connection if moved else None, at=at)
        self._facts.lulls.expect_word(record, at)

    def standing(self, record: DocumentRecord, session: Session) -> None:
        """The peer's answer or the policy moved."""
        facts = self._facts.of_session(record, session)
        if session.standing is Standing.UNAVAILABLE:
            losses = facts.losses
            facts.hold_nothing(session.connection.life, record.history)
            if facts.disown():
                self._facts.lose(record, facts)
            moved = facts.losses != losses
            self._learned(record, facts, NO_HEADS, session.connection if moved else None)
        else:
            self._facts.touch(record, facts)

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
            facts = self._facts.of_store(record, entry)
            for reporter in row.words:
                if (other := self._stores.get(reporter)) is not None:
                    other.tells_of_others = True
            running = {self._remembering.name_of(life): life for life in entry.lives}
            if facts.remember(row, running, self._desk.heard_at, record.history):
                self._facts.lose(record, facts)
            self._facts.cover(record, facts)
            self._facts.touch(record, facts)
            self.grew(record, store_id, None)

    def gone(self, record: DocumentRecord, session: Session) -> None:
        """The session's connection is closed. What the store was known to have stays as last heard."""
        facts = record.stores.get(session.connection.store_id)
        if facts is None:
            return
        losses = facts.losses
        facts.sessions.pop(session.connection.id, None)
        facts.stand()
        life = session.connection.life
        if (life not in facts.store.lives and facts.end(life, record.history)) or facts.disown():
            self._facts.lose(record, facts)
        if facts.fall_silent() or facts.losses != losses:
            self.grew(record, facts.store.id, None)
        self._remembering.row_moved(record, facts)
        self._facts.touch(record, facts)

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
        self._facts.follow(record)
        self._facts.cover(record, facts, heads)
        self._facts.touch(record, facts, look_again=look_again)
        if source is not None:
            self._remembering.row_moved(record, facts)
            self.grew(record, facts.store.id, source)

    def _look_at_clock(self, facts: StoreFacts, stamp: float) -> None:
        if stamp:
            facts.clock_ahead = stamp / 1000.0 > self._desk.wall + CLOCK_AHEAD_SECONDS

    def _bound(self, connection: Connection, heads: Heads) -> None:
        if len(heads) > MAX_HEADS_PER_STORE and not connection.overclaims:
            connection.overclaims = True
            reason = f"it named more than {MAX_HEADS_PER_STORE} heads of one document"
            self._desk.emit(ClaimsCut(connection.id, connection.peer, reason))
