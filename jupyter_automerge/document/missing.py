"""What a core lacks, which it only says to a peer: asked by a sync message that nobody sends."""

from jupyter_automerge.document.core import CoreDocument, decode_message, new_sync_state
from jupyter_automerge.document.sync_session import message_of_heads, needed_changes
from jupyter_automerge.values.heads import NO_HEADS, Heads


def missing_changes(core: CoreDocument, among: Heads = NO_HEADS) -> Heads:
    """The changes that queued ones wait for, and those of `among` that are neither applied nor queued.

    Our own heads are told as well: where `among` is empty the session then has nothing to summarize.
    """
    state = new_sync_state()
    core.receive_sync_message(state, decode_message(message_of_heads(among.union(core.get_heads()))))
    message = core.generate_sync_message(state)
    return NO_HEADS if message is None else needed_changes(message.encode())
