"""The session of a reader: it follows the document and changes nothing.

Of a reader's message only what we know ourselves is kept: its heads and `lastSync` hashes that are in our
history. Stripping only the changes makes both sides loop; rewriting its heads to ours starves it (both
measured). Its own changes hide the heads below them, and a message left without heads says "I lost
everything", which is answered with everything, for ever: what it names as shared stands in for them.
"""

from dataclasses import replace

from jupyter_automerge.engine.connections import Connections
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.notices import ChangesRefused
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.session import Incoming, Session
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.wire.messages import Notice
from jupyter_automerge.wire.sync_message import Have

REASON = "read-only: changes were not accepted"


class Reading:
    """Sanitizes what readers send, and tells once per refused point of their history."""

    def __init__(self, local: LocalPeer, desk: Desk, connections: Connections) -> None:
        self._local = local
        self._desk = desk
        self._connections = connections

    def sanitized(self, record: DocumentRecord, session: Session, incoming: Incoming) -> Incoming:
        """The message as if its sender had never changed anything itself."""
        message = incoming.message
        heads = frozenset(message.heads)
        shared = frozenset().union(*(have.last_sync for have in message.have))
        hashes = heads.union(message.need, shared)
        known = record.document.known(hashes) if record.has_data else frozenset()
        self._refuse(record, session, heads - known)
        held = (heads | shared) & known if heads - known else heads
        return Incoming.made(
            replace(
                message,
                # With all of ours among them the others are their ancestors: equal heads end the talk.
                heads=tuple(sorted(record.heads if held >= record.heads else held)),
                need=tuple(hash for hash in message.need if hash in known),
                have=tuple(
                    Have(tuple(hash for hash in have.last_sync if hash in known), have.bloom)
                    for have in message.have
                ),
                changes=(),
            )
        )

    def _refuse(self, record: DocumentRecord, session: Session, unknown: Heads) -> None:
        if unknown <= session.refused:
            return
        session.refused = unknown
        connection = session.connection
        self._desk.emit(ChangesRefused(record.id, connection.peer, REASON))
        # Plain JavaScript is told nothing: a doc-unavailable would end its session for good.
        if connection.speaks_our_dialect:
            self._connections.queue(
                connection, Notice(self._local.peer_id, connection.peer, record.id, REASON)
            )
