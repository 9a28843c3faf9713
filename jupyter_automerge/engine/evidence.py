"""What stores are known to have of a document, and from whom: facts for rows, never a judgement.

The heads of a peer's newest sync message replace its earlier ones: within one connection they only move
forward. What a store itself reported as durable is united by growth alone; a report is never withdrawn here.
"""

from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.notices import RowsChanged, StoreRow
from jupyter_automerge.engine.record import DocumentRecord, StoreFacts
from jupyter_automerge.engine.session import Session, Standing
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.limits import MAX_HEADS_PER_STORE
from jupyter_automerge.values.status import Link


class Evidence:
    """Keeps the facts of each document's stores, other than by name our own, and makes rows of them when told."""

    def __init__(self, local: LocalPeer, desk: Desk) -> None:
        self._local = local
        self._desk = desk

    def heard(self, record: DocumentRecord, session: Session, heads: Heads) -> None:
        """The peer's message named these heads: they are in that running Repo's memory."""
        session.heads = heads
        # The document is being evaluated: the rows are told after that, and a second look would find nothing.
        facts = self._moved(record, session, look_again=False)
        others = [one.heads for one in facts.sessions.values() if one is not session]
        facts.received = _bounded(heads.union(*others) if others else heads)
        facts.as_of = self._desk.now

    def sent(self, record: DocumentRecord, session: Session, heads: Heads) -> None:
        """For display only, so it moves nothing and nobody is told."""
        facts = record.stores.get(session.connection.store_id)
        if facts is not None:
            facts.sent = heads

    def stored(self, record: DocumentRecord, session: Session, heads: Heads) -> None:
        """The store itself says that these are durable."""
        facts = self._moved(record, session)
        known = record.document.known(facts.stored) if record.has_data else NO_HEADS
        # Reports of one store come in order and each covers the ones before; what we cannot place is kept.
        facts.stored = _bounded(heads | (facts.stored - known))
        facts.as_of = self._desk.now

    def standing(self, record: DocumentRecord, session: Session) -> None:
        """The peer's answer or the policy moved."""
        self._moved(record, session)

    def gone(self, record: DocumentRecord, session: Session) -> None:
        """The session's connection is closed; a durable store stays in the table, a process without one
        leaves.
        """
        store_id = session.connection.store_id
        facts = record.stores.get(store_id)
        if facts is None:
            return
        facts.sessions.pop(session.connection.id, None)
        facts.row = None
        if not facts.sessions and facts.is_ephemeral:
            del record.stores[store_id]
        record.rows_moved = True
        self._desk.mark_document(record.id)

    def tell(self, record: DocumentRecord) -> None:
        """Emit the rows once, if they moved since the last time."""
        if record.rows_moved:
            record.rows_moved = False
            self._desk.emit(RowsChanged(record.id, self.rows(record)))
            if not (record.wanted or record.has_data):
                self._forget_rows(record)

    def rows(self, record: DocumentRecord) -> tuple[StoreRow, ...]:
        """One row per store, as of now."""
        return tuple(facts.row or self._row(facts) for facts in record.stores.values())

    @staticmethod
    def _forget_rows(record: DocumentRecord) -> None:
        """Nobody has the document, or looks for it here: they are made again if somebody asks."""
        for facts in record.stores.values():
            facts.row = None

    def _moved(self, record: DocumentRecord, session: Session, look_again: bool = True) -> StoreFacts:
        connection = session.connection
        facts = record.stores.get(connection.store_id)
        if facts is None:
            facts = record.stores[connection.store_id] = StoreFacts(connection)
        facts.sessions[connection.id] = session
        facts.denied = session.denied or session.muted
        facts.unavailable = session.standing is Standing.UNAVAILABLE
        facts.row = None
        record.rows_moved = True
        if look_again:
            self._desk.mark_document(record.id)
        return facts

    def _row(self, facts: StoreFacts) -> StoreRow:
        connection, metadata = facts.connection, facts.connection.metadata
        facts.row = StoreRow(
            store_id=connection.store_id,
            peer_ids=tuple(sorted({one.connection.peer for one in facts.sessions.values()})),
            sessions=len(facts.sessions),
            name=metadata.name,
            kind=metadata.kind,
            user=connection.user,
            link=Link.CONNECTED if facts.sessions else Link.OFFLINE,
            same_store=connection.store_id == self._local.store_id,
            ephemeral=facts.is_ephemeral,
            durable_acks=metadata.durable_acks and metadata.storage_id is not None,
            denied=facts.denied,
            unavailable=facts.unavailable,
            sent=facts.sent,
            received=facts.received,
            stored=facts.stored,
            known=facts.as_of is not None,
            as_of=facts.as_of,
        )
        return facts.row


def _bounded(heads: Heads) -> Heads:
    return frozenset(sorted(heads)[:MAX_HEADS_PER_STORE]) if len(heads) > MAX_HEADS_PER_STORE else heads
