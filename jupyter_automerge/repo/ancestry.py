"""Who has what, by ancestry: the one question behind rows and waits."""

from jupyter_automerge.document import Document
from jupyter_automerge.values.heads import Heads


def lacking(document: Document, frontier: Heads, heads: Heads) -> int:
    """How many changes up to `heads` somebody lacks who has `frontier` and all before it.

    Only what the document knows of either counts: foreign heads say nothing before their changes are here.
    """
    if heads <= frontier:
        return 0
    there = document.missing_from(frontier)
    # `heads` that add nothing to the frontier are in it.
    return there - document.missing_from(frontier | heads) if there else 0


def covers(document: Document, frontier: Heads, heads: Heads) -> bool:
    """Whether all up to `heads` is certainly among what is named by `frontier`."""
    return lacking(document, frontier, heads) == 0
