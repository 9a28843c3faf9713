"""What of a document's history lies in the entries of a store."""

from collections.abc import Iterable

from jupyter_automerge.document.chunks import ChunkType, split_chunks, torn_reason
from jupyter_automerge.document.trunk import Trunk
from jupyter_automerge.values.heads import NO_HEADS, Heads


def kept(trunk: Trunk, entries: Iterable[bytes], snapshots: Heads, believed: Heads) -> Heads:
    """`believed`, if the entries hold all changes up to there; else the heads of the snapshots among them.

    `snapshots`: the heads of further ones. Costs what came after the snapshots, not the whole history.
    """
    others, changes = _contents(entries)
    base = trunk.known(snapshots | others)
    unsaved = {change.hash for change in trunk.changes_since(trunk.known(believed))}
    needed = (change.hash for change in trunk.changes_since(base))
    return believed if all(change in changes or change in unsaved for change in needed) else base


def hold_all_since(trunk: Trunk, entries: Iterable[bytes], since: Heads) -> bool:
    """Whether all changes of the document after `since` are in the entries."""
    snapshots, changes = _contents(entries)
    return all(change.hash in changes for change in trunk.changes_since(trunk.known(since | snapshots)))


def _contents(entries: Iterable[bytes]) -> tuple[Heads, set[bytes]]:
    """The heads of the snapshots, and the hashes of single changes."""
    snapshots, changes = NO_HEADS, set[bytes]()
    for entry in entries:
        if torn_reason(entry):
            continue
        for chunk in split_chunks(entry):
            if chunk.kind is ChunkType.DOCUMENT:
                snapshots |= chunk.promises()
            else:
                changes |= chunk.promises()
    return snapshots, changes
