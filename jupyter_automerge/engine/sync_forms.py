"""The few sync messages and saved states that we write ourselves."""

from dataclasses import replace

from jupyter_automerge.errors import RemoteProtocolError
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.wire.sync_message import V1, Have, SyncMessage, parse

# automerge writes a SyncState as this byte, then the shared heads as a sync message writes its heads.
_SAVED_STATE = b"\x43"


def reset() -> SyncMessage:
    """Says "I start anew": no heads, and one `have` that knows nothing. The receiver forgets what it sent."""
    return SyncMessage(V1, have=(Have(),))


def prime(heads: Heads) -> SyncMessage:
    """Makes a fresh SyncState believe that its peer has these heads, and nothing else of it.

    No `have` at all: one empty entry instead would send everything (measured).
    """
    return SyncMessage(V1, heads=tuple(sorted(heads)))


def since(message: SyncMessage, heads: Heads) -> SyncMessage:
    """The message, had its sender said that we share its heads."""
    return replace(message, have=(Have(tuple(sorted(heads))),))


def encode_state(heads: Heads) -> bytes:
    """A SyncState as automerge-repo keeps it in a store: shared heads only."""
    return _SAVED_STATE + SyncMessage(V1, heads=tuple(sorted(heads))).encode()[1:-3]


def decode_state(data: bytes) -> Heads:
    """The shared heads of a saved state. Raises RemoteProtocolError if the bytes are not one."""
    if data[:1] == _SAVED_STATE:
        heads = frozenset(parse(bytes((V1,)) + data[1:] + b"\x00\x00\x00").heads)
        if len(encode_state(heads)) == len(data):
            return heads
    raise RemoteProtocolError("the saved sync state is torn or of another kind")
