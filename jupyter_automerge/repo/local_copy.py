"""This Repo's own copy of a document."""

from dataclasses import dataclass

from jupyter_automerge.document import Document
from jupyter_automerge.engine.notices import ChunkSetAside
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.status import Level, Relation


@dataclass(frozen=True, slots=True)
class LocalCopy:
    """This Repo's own copy of a document, against some heads: its present ones, or those that were asked for.

    `durable`: this Repo has a store; without one the copy ends with the process. `heads`: what is in memory;
    `saved_heads`: what is durable. `missing`: how many changes up to the heads asked for are not durable here.
    `trouble`: the store's own word for why the last write failed, or empty. `relation` and `level` are those
    that whoever has the heads asked for would give this copy. `set_aside`: stored chunks that could not be
    read, and where they are kept. `foreign_writers`: others than Repos of ours write into the store, too.
    """

    store_id: str
    durable: bool
    heads: Heads
    saved_heads: Heads
    missing: int
    trouble: str
    relation: Relation
    level: Level
    set_aside: tuple[ChunkSetAside, ...] = ()
    foreign_writers: bool = False


def local_copy(
    document: Document, heads: Heads, saved: Heads | None, store_id: str, trouble: str
) -> LocalCopy:
    """The document as it is here, against these heads. `saved` is None without a store."""
    own, kept = document.heads, NO_HEADS if saved is None else saved
    lacking = document.standings([kept, own], heads)
    missing, unknown = lacking[kept].lacks, lacking[own].lacks
    return LocalCopy(
        store_id=store_id,
        durable=saved is not None,
        heads=own,
        saved_heads=kept,
        missing=missing,
        trouble=trouble,
        relation=_RELATIONS[unknown > 0, document.standings([heads], own)[heads].lacks > 0],
        level=Level.NONE if unknown else Level.RECEIVED if missing or saved is None else Level.STORED,
    )


# What its asker has that is unknown here, and what is here that its asker lacks.
_RELATIONS = {
    (False, False): Relation.SYNCED,
    (False, True): Relation.BEHIND,
    (True, False): Relation.AHEAD,
    (True, True): Relation.DIVERGED,
}
