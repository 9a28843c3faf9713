"""What we say that we have: less than the core would say, and not what turned out to be wrong (P50, P51).

The core makes a Bloom filter, ten bits a change, of all changes since the heads that it believes to be shared: 25 kB
at 20 000 changes when it knows of none. It keeps nothing of it, so other bytes may stand in its place.
"""

from dataclasses import replace

from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.session import Session
from jupyter_automerge.values.heads import NO_HEADS
from jupyter_automerge.values.limits import MAX_FILTER_BYTES
from jupyter_automerge.wire.sync_message import Have, Opening, parse_opening


def with_better_have(record: DocumentRecord, session: Session, data: bytes) -> bytes:
    """Our message, with something better in place of a long filter, or of a belief that the peer denied."""
    if len(data) <= MAX_FILTER_BYTES and not session.doubted:
        return data
    message = parse_opening(data)
    if not message.have:
        return data
    if session.doubted.isdisjoint(message.have[0].last_sync):
        session.doubted = NO_HEADS  # the core has learned better
        if len(message.have[0].bloom) <= MAX_FILTER_BYTES:
            return data
    return replace(message, have=_instead(record, session, message)).encode()


def _instead(record: DocumentRecord, session: Session, message: Opening) -> tuple[Have, ...]:
    if not session.heard:
        return (Have(message.heads),)  # it may have them all; if not, it says so
    if not session.heads and message.carries_changes:
        return (Have(message.heads),)  # it held nothing, and once it has read this it holds all of it
    if record.document.knows_all(session.heads):
        return (Have(tuple(sorted(session.heads))),)  # it lacks all that came after
    shared = tuple(hash for hash in message.have[0].last_sync if hash not in session.doubted)
    landmarks = record.document.landmarks()
    if not landmarks and not session.doubted:
        return message.have
    # Unknown hashes in the first entry would end the session; in others they are passed over (measured).
    return (Have(shared), Have(landmarks or message.heads))
