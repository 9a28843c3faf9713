"""This Repo's own copy of a document."""

from dataclasses import dataclass

from jupyter_automerge.document import Document
from jupyter_automerge.engine.notices import ChunkSetAside
from jupyter_automerge.repo.brief import brief
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.status import Level, Relation


@dataclass(frozen=True, slots=True)
class LocalCopy:
    """This Repo's own copy of a document, against some heads: its present ones, or those that were asked for.

    `durable`: what is in this Repo's store survives the loss of power. `weakness`: why not, by the store's own
    word (E43); empty without a store, where the copy ends with the process. `heads`: what is in memory;
    `saved_heads`: what is in the store. `missing`: how many changes up to the heads asked for are not there.
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
    weakness: str = ""

    def __repr__(self) -> str:
        missing = f", {self.missing} not saved" if self.missing and self.has_store else ""
        level = "" if self.level is Level.NONE else f", {self.level.name.lower()}"
        trouble = f", fails: {self.trouble}" if self.trouble else ""
        aside = f", chunks set aside: {len(self.set_aside)}" if self.set_aside else ""
        place = f"own {'store' if self.has_store else 'memory'} ({self.store_id[:8]})"
        return f"<{place}: {self.relation.value}{missing}{level}{trouble}{aside}, heads {brief(self.heads)}>"

    @property
    def has_store(self) -> bool:
        """Whether this Repo has a store at all."""
        return self.durable or bool(self.weakness)


def local_copy(
    document: Document, heads: Heads, saved: Heads | None, store_id: str, trouble: str, weakness: str = ""
) -> LocalCopy:
    """The document as it is here, against these heads. `saved` is None without a store."""
    is_durable = saved is not None and not weakness
    own, kept = document.heads, NO_HEADS if saved is None else saved
    lacking = document.standings([kept, own], heads)
    missing, unknown = lacking[kept].lacks, lacking[own].lacks
    return LocalCopy(
        store_id=store_id,
        durable=is_durable,
        heads=own,
        saved_heads=kept,
        missing=missing,
        trouble=trouble,
        relation=_RELATIONS[unknown > 0, document.standings([heads], own)[heads].lacks > 0],
        level=Level.NONE if unknown else Level.STORED if is_durable and not missing else Level.RECEIVED,
        weakness=weakness,
    )


# What its asker has that is unknown here, and what is here that its asker lacks.
_RELATIONS = {
    (False, False): Relation.SYNCED,
    (False, True): Relation.BEHIND,
    (True, False): Relation.AHEAD,
    (True, True): Relation.DIVERGED,
}
