"""Which changes a document waits for: those that queued changes depend on."""

from jupyter_automerge.document.core import CoreDocument, decode_message, new_sync_state
from jupyter_automerge.document.leb128 import read_unsigned, write_unsigned
from jupyter_automerge.values.heads import HASH_BYTES, Heads


def missing_changes(core: CoreDocument) -> Heads:
    """Read from the `need` of a sync message: the binding has no other way to say it.

    Telling the session our own heads first keeps the message small: nothing is new to a peer who has them.
    """
    state = new_sync_state()
    heads = core.get_heads()
    greeting = b"".join([b"\x42", write_unsigned(len(heads)), *heads, b"\x00\x00\x00"])
    core.receive_sync_message(state, decode_message(greeting))
    message = core.generate_sync_message(state)
    return frozenset() if message is None else _need(message.encode())


def _need(message: bytes) -> Heads:
    count, at = read_unsigned(message, 1)
    count, at = read_unsigned(message, at + count * HASH_BYTES)
    return frozenset(message[i : i + HASH_BYTES] for i in range(at, at + count * HASH_BYTES, HASH_BYTES))
