"""Where a document is being looked for, in words: storage, who was asked, who said no, which dialers still
try.
"""

from jupyter_automerge.engine.connections import Connections
from jupyter_automerge.engine.notices import AskedPeer, SearchProgress
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.session import Policy, Session, Standing
from jupyter_automerge.values.status import DocumentState

STAGES = {
    DocumentState.LOADING: "loading from storage",
    DocumentState.REQUESTING: "asking peers",
    DocumentState.READY: "found",
    DocumentState.UNAVAILABLE: "unavailable",
    DocumentState.ERROR: "storage failed",
    DocumentState.DELETED: "deleted",
    DocumentState.UNLOADED: "unloaded",
}

ANSWERS = {
    Standing.UNKNOWN: "asked",
    Standing.HAS: "has it",
    Standing.WANTS: "wants it too",
    Standing.UNAVAILABLE: "has it not",
    Standing.TOLD: "wants it too",
}


def progress_of(record: DocumentRecord, connections: Connections) -> SearchProgress:
    """The search as it stands; `since` is when the present stage began, on the Engine's clock."""
    return SearchProgress(
        STAGES[record.state],
        record.since,
        tuple(_asked(session) for session in record.sessions.values() if _counts(session)),
        tuple(dialer.endpoint for dialer in connections.dialers if dialer.trying),
        record.storage_error,
    )


def _counts(session: Session) -> bool:
    return session.engaged or session.policy in (Policy.LOADING, Policy.DENIED)


def _asked(session: Session) -> AskedPeer:
    connection = session.connection
    answer = "denied" if session.denied else ANSWERS[session.standing]
    return AskedPeer(connection.peer, connection.metadata.name, answer)
