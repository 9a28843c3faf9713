"""What stores are known to have of a document, and from whom: facts for rows, never a judgement.

The heads of a peer's newest sync message replace its earlier ones: within one connection they only move
forward. What a store itself reported as durable is united by growth alone; a report is never withdrawn here.
"""

from dataclasses import replace

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.notices import RowsChanged, StoreRow
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.session import Session, Standing
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.limits import MAX_HEADS_PER_STORE
from jupyter_automerge.values.status import Link


class Evidence:
    """Keeps each document's rows, one per store other than by name our own."""

    def __init__(self, local: LocalPeer, desk: Desk) -> None:
        self._local = local
        self._desk = desk

    def heard(self, record: DocumentRecord, session: Session, heads: Heads) -> None:
        """The peer's message named these heads: they are in that running Repo's memory."""
        session.heads = heads
        received = frozenset().union(*(one.heads for one in _of_store(record, session.connection.store_id)))
        self._put(record, session, received=_bounded(received), known=True)

    def sent(self, record: DocumentRecord, session: Session, heads: Heads) -> None:
        """For display only, so it moves nothing and nobody is told."""
        row = record.rows.get(session.connection.store_id)
        if row is not None:
            record.rows[row.store_id] = replace(row, sent=heads)

    def stored(self, record: DocumentRecord, session: Session, heads: Heads) -> None:
        """The store itself says that these are durable."""
        row = record.rows.get(session.connection.store_id)
        before = frozenset() if row is None else row.stored
        known = record.document.known(before) if record.has_data else frozenset()
        # Reports of one store come in order and each covers the ones before; what we cannot place is kept.
        self._put(record, session, stored=_bounded(heads | (before - known)), known=True)

    def standing(self, record: DocumentRecord, session: Session) -> None:
        """The peer's answer or the policy moved."""
        self._put(record, session)

    def gone(self, record: DocumentRecord, session: Session) -> None:
        """The session's connection is closed; a durable store stays in the table, a process without one
        leaves.
        """
        connection = session.connection
        row = record.rows.get(connection.store_id)
        if row is None:
            return
        if _of_store(record, connection.store_id):
            self._put(record, session)
        elif row.ephemeral:
            del record.rows[connection.store_id]
        else:
            record.rows[connection.store_id] = replace(row, link=Link.OFFLINE, sessions=0, peer_ids=())
        self._moved(record)

    def _put(self, record: DocumentRecord, session: Session, **facts: Heads | bool) -> None:
        connection = session.connection
        row = record.rows.get(connection.store_id) or self._new_row(connection)
        present = _of_store(record, connection.store_id)
        record.rows[connection.store_id] = replace(
            row,
            peer_ids=tuple(sorted({one.connection.peer for one in present})),
            sessions=len(present),
            link=Link.CONNECTED if present else Link.OFFLINE,
            denied=session.denied or session.muted,
            unavailable=session.standing is Standing.UNAVAILABLE,
            as_of=self._desk.now if "known" in facts else row.as_of,
            **facts,  # type: ignore[arg-type]  # replace() cannot see which names the callers above pass
        )
        self._moved(record)

    def _moved(self, record: DocumentRecord) -> None:
        record.rows_moved = True
        self._desk.mark_document(record.id)

    def tell(self, record: DocumentRecord) -> None:
        """Emit the rows once, if they moved since the last time."""
        if record.rows_moved:
            record.rows_moved = False
            self._desk.emit(RowsChanged(record.id, tuple(record.rows.values())))

    def _new_row(self, connection: Connection) -> StoreRow:
        metadata = connection.metadata
        return StoreRow(
            store_id=connection.store_id,
            peer_ids=(),
            sessions=0,
            name=metadata.name,
            kind=metadata.kind,
            user=connection.user,
            link=Link.CONNECTED,
            same_store=connection.store_id == self._local.store_id,
            ephemeral=metadata.storage_id is None or metadata.is_ephemeral,
            durable_acks=metadata.durable_acks and metadata.storage_id is not None,
            denied=False,
            unavailable=False,
            sent=frozenset(),
            received=frozenset(),
            stored=frozenset(),
            known=False,
            as_of=None,
        )


def _of_store(record: DocumentRecord, store_id: str) -> list[Session]:
    return [one for one in record.sessions.values() if one.connection.store_id == store_id]


def _bounded(heads: Heads) -> Heads:
    return frozenset(sorted(heads)[:MAX_HEADS_PER_STORE]) if len(heads) > MAX_HEADS_PER_STORE else heads
