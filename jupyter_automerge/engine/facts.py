"""The facts of each document's stores: found or made, bounded, compared with our heads, and told as rows."""

from collections.abc import Callable
from math import inf

from jupyter_automerge.engine.coverage import Coverage
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.lulls import Lulls
from jupyter_automerge.engine.notices import RowsChanged, StoreRegressed, StoreRow
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.remembering import Remembering
from jupyter_automerge.engine.session import Session
from jupyter_automerge.engine.store_entry import StoreEntry
from jupyter_automerge.engine.store_facts import StoreFacts
from jupyter_automerge.engine.store_rows import StoreRows
from jupyter_automerge.engine.stores import Stores
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.limits import MAX_STORES_PER_DOCUMENT


class Facts:
    """Decides nothing about what is so. `lost` is told which store has proved to have lost something."""

    def __init__(
        self,
        desk: Desk,
        documents: dict[DocumentId, DocumentRecord],
        stores: Stores,
        remembering: Remembering,
    ) -> None:
        self.lost: Callable[[DocumentRecord, StoreFacts], None] = lambda record, facts: None
        self._desk = desk
        self._stores = stores
        self._remembering = remembering
        self._rows = StoreRows(stores)
        self.lulls = Lulls(desk, documents, self._rows)

    # Found or made

    def of_session(self, record: DocumentRecord, session: Session) -> StoreFacts:
        """Those of the store behind the session, brought up to how its sessions stand."""
        connection = session.connection
        facts = record.stores.get(connection.store_id)
        if facts is None:
            entry = self._stores.get(connection.store_id)
            assert entry is not None
            facts = self.of_store(record, entry)
        facts.sessions[connection.id] = session
        facts.stand()
        return facts

    def of_store(self, record: DocumentRecord, entry: StoreEntry) -> StoreFacts:
        """Those of a store that is in the table."""
        facts = record.stores.get(entry.id)
        if facts is None:
            if len(record.stores) >= MAX_STORES_PER_DOCUMENT:
                self._make_room(record)
            facts = record.stores[entry.id] = StoreFacts(entry, moved_at=self._desk.now)
            self.cover(record, facts)
        return facts

    def drop(self, record: DocumentRecord, store_id: str) -> None:
        """The document knows nothing of the store any more."""
        self._remembering.row_left(record, record.stores.pop(store_id))
        if record.coverage is not None:
            record.coverage.drop(store_id)
        record.rows_moved = True
        self._desk.mark_document(record.id)

    def _make_room(self, record: DocumentRecord) -> None:
        """Of the stores out of reach first one that was only heard of leaves, then the one longest silent."""
        leaving = [facts for facts in record.stores.values() if not facts.store.connections]
        if leaving:
            facts = min(leaving, key=lambda one: (one.store.met, -inf if one.as_of is None else one.as_of))
            self.drop(record, facts.store.id)

    # Compared with our heads

    def cover(self, record: DocumentRecord, facts: StoreFacts, heads: Heads = NO_HEADS) -> None:
        """Something was said of the store; `heads` is perhaps all it takes to tell whether it has all of ours."""
        if record.coverage is not None:
            record.coverage.report(facts, heads, self._desk.now)

    def follow(self, record: DocumentRecord) -> None:
        """Our heads may have moved; the rows are told after this."""
        if record.coverage is None and record.has_data:
            record.coverage = Coverage(record.stores.values())
            # What was told before anything of the document was here has not been kept yet (E35).
            for facts in record.stores.values():
                if facts.store.connections and facts.as_of is not None:
                    self._remembering.row_moved(record, facts)
        if record.coverage is None or not record.coverage.has_moved(record.heads):
            return
        for facts in record.coverage.move(record.heads, self._desk.now):
            if facts.review(record.history):
                self.lose(record, facts)
            self.cover(record, facts)
            if facts.store.connections:
                # Its own word is told in a moment, or else that it gives none.
                facts.row = None
                self.lulls.expect_moves(record)
            else:
                self._remembering.row_moved(record, facts)
                self.touch(record, facts, look_again=False)

    def lose(self, record: DocumentRecord, facts: StoreFacts) -> None:
        """The store proved a loss (E7)."""
        self._desk.emit(StoreRegressed(facts.store.id, record.id))
        self._remembering.row_moved(record, facts)
        self.lost(record, facts)

    # Told

    def touch(self, record: DocumentRecord, facts: StoreFacts, *, look_again: bool = True) -> None:
        """The row is to be made anew and told; `look_again` False: the document is being evaluated anyway."""
        record.touch(facts)
        self.lulls.expect_moves(record)
        if look_again:
            self._desk.mark_document(record.id)

    def tell(self, record: DocumentRecord) -> None:
        """Emit the rows once, if they moved since the last time."""
        self.follow(record)
        if record.rows_moved:
            record.rows_moved = False
            rows = tuple(facts.row or self._row(record, facts) for facts in record.stores.values())
            self._desk.emit(RowsChanged(record.id, rows))
            if not (record.wanted or record.has_data):
                _forget_rows(record)

    def rows(self, record: DocumentRecord) -> tuple[StoreRow, ...]:
        """One row per store, as of now, in as few heads as say all."""
        return tuple(self._rows.make(record, facts, exact=True) for facts in record.stores.values())

    def _row(self, record: DocumentRecord, facts: StoreFacts) -> StoreRow:
        facts.row = self._rows.make(record, facts)
        return facts.row


def _forget_rows(record: DocumentRecord) -> None:
    """Nobody has the document, or looks for it here: they are made again if somebody asks."""
    for facts in record.stores.values():
        facts.row = None
