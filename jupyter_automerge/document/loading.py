"""Stored chunks into a core document, with a verdict for each."""

from collections.abc import Sequence

from jupyter_automerge.document.changed import ChunkState, ChunkVerdict
from jupyter_automerge.document.core import CoreDocument, load_document, new_document


def load_chunks(chunks: Sequence[bytes]) -> tuple[CoreDocument, tuple[ChunkVerdict, ...]]:
    """Everything that can be applied, and what became of each chunk."""
    core = load_document(b"".join(chunks)) if chunks else new_document()
    return core, tuple(ChunkVerdict(ChunkState.APPLIED) for _ in chunks)
