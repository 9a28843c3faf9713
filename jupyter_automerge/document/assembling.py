"""A core document from chunks."""

from collections.abc import Iterable

from jupyter_automerge.document.chunks import Chunk, ChunkType
from jupyter_automerge.document.core import (
    CoreDocument,
    decode_message,
    load_document,
    new_document,
    new_sync_state,
)
from jupyter_automerge.document.sync_session import message_of_changes


def assemble(chunks: Iterable[Chunk]) -> CoreDocument:
    """Whole documents first, then changes. Raises whatever the binding raises, panics included.

    Changes come as a sync message: unlike a load, that keeps those whose dependencies are missing in a queue.
    """
    whole: list[bytes] = []
    changes: list[bytes] = []
    for chunk in chunks:
        (whole if chunk.kind is ChunkType.DOCUMENT else changes).append(chunk.data)
    core = load_document(b"".join(whole)) if whole else new_document()
    return _with_changes(core, changes)


def assemble_anew(chunks: Iterable[Chunk]) -> CoreDocument:
    """The same from single changes, whole documents taken apart: several times as slow, but it heals.

    The core compares the changes of a document with their hashes, not the order that their operations stand
    in; of a wrong one it makes a document that panics at some later edit (measured).
    """
    changes: list[bytes] = []
    for chunk in chunks:
        if chunk.kind is ChunkType.DOCUMENT:
            changes += [change.bytes for change in load_document(chunk.data).get_changes([])]
        else:
            changes.append(chunk.data)
    return _with_changes(new_document(), changes)


def _with_changes(core: CoreDocument, changes: list[bytes]) -> CoreDocument:
    if changes:
        core.receive_sync_message(new_sync_state(), decode_message(message_of_changes(changes)))
    return core
