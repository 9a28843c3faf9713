"""Automerge's sync protocol: one state per (connection, document), and messages made of bare changes."""

from collections.abc import Iterable

from jupyter_automerge.document.core import new_sync_state
from jupyter_automerge.document.leb128 import write_unsigned

_V1 = b"\x42"


class SyncSession:
    """One sync state, opaque. Use it with one document only; a message generated from it must be delivered."""

    __slots__ = ("state",)

    def __init__(self) -> None:
        self.state = new_sync_state()


def message_of_changes(chunks: Iterable[bytes]) -> bytes:
    """A sync message that carries change chunks and nothing else: no heads, no need, no have."""
    carried = tuple(chunks)
    parts = [_V1, b"\x00\x00\x00", write_unsigned(len(carried))]
    for chunk in carried:
        parts += (write_unsigned(len(chunk)), chunk)
    return b"".join(parts)
