"""Whether a document is to be had: by what is here, and by who may still bring it (the invariants of docsync)."""

from jupyter_automerge.engine.connections import Connections
from jupyter_automerge.engine.record import DocumentRecord, Storage
from jupyter_automerge.engine.session import Policy, Session, Standing
from jupyter_automerge.values.status import Access, DocumentState


def is_whole(record: DocumentRecord) -> bool:
    """Data is whole once a supplier's first heads are here, or nobody is left who owes any (invariant 3)."""
    suppliers = record.suppliers()
    return not suppliers or any(record.document.knows_all(session.advertised) for session in suppliers)


def state_of(record: DocumentRecord, connections: Connections) -> DocumentState:
    """Derived, never remembered: data first, then who may still bring it."""
    if record.has_data and record.complete:
        return DocumentState.READY
    if record.storage is Storage.PENDING:
        return DocumentState.LOADING
    if _somebody_may_supply(record, connections):
        return DocumentState.REQUESTING
    if record.storage is Storage.FAILED:
        return DocumentState.ERROR
    return DocumentState.UNAVAILABLE


def waits_for_word(session: Session) -> bool:
    """Whether the peer asked; or reads, and named heads that we may not take from it, so that it would go on
    believing what an earlier life of ours told (P25). Plain JavaScript would take that word for the end.
    """
    if session.standing is not Standing.UNKNOWN:
        return session.standing is Standing.WANTS
    connection = session.connection
    return session.holds and connection.access is Access.READ and connection.speaks_our_dialect


def _somebody_may_supply(record: DocumentRecord, connections: Connections) -> bool:
    if record.has_data or any(_may_supply(session) for session in record.sessions.values()):
        return True
    # A first attempt counts as a peer that has not answered; a server that stays away does not.
    return any(dialer.trying and dialer.attempt <= 1 for dialer in connections.dialers)


def _may_supply(session: Session) -> bool:
    if session.policy is Policy.LOADING:
        return True
    return session.engaged and session.can_supply and session.standing in (Standing.UNKNOWN, Standing.HAS)
