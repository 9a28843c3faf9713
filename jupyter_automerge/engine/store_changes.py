"""Which news of a store that others write to, too, concern what is in memory (P62, P63).

A document's chunks, and tombstones. What is kept there of other stores are lower bounds of what is known: those
who wrote them know more than we could read, and tell it by themselves.
"""

from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.foreign_writers import ForeignWriters
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.removal import Graveyard
from jupyter_automerge.engine.rereading import Rereader
from jupyter_automerge.engine.siblings import Siblings
from jupyter_automerge.errors import InvalidId
from jupyter_automerge.values.ids import DocumentId, parse_document_id
from jupyter_automerge.values.keys import (
    FOREIGN_WRITERS_KEY,
    SESSIONS_PREFIX,
    TOMBSTONE_PREFIX,
    StorageKey,
    is_chunk,
)


class StoreChanges:
    """Takes what an adapter's watch() tells: keys, prefixes, or that anything may have changed."""

    def __init__(
        self,
        desk: Desk,
        documents: dict[DocumentId, DocumentRecord],
        graveyard: Graveyard,
        rereader: Rereader,
        siblings: Siblings,
        foreign: ForeignWriters,
    ) -> None:
        self._desk = desk
        self._documents = documents
        self._graveyard = graveyard
        self._rereader = rereader
        self._siblings = siblings
        self._foreign = foreign

    def changed(self, place: StorageKey) -> None:
        """Something at or below this place was written or removed, perhaps by this Repo."""
        if self._desk.own_writes.cover(place, self._desk.now):
            return
        if not place:
            for record in list(self._documents.values()):
                self._rereader.look(record)
            self._own_entry(())
        elif place[0].startswith("."):
            self._own_entry(place)
        else:
            self._document_entry(place)

    def _document_entry(self, place: StorageKey) -> None:
        record = self._documents.get(DocumentId(place[0]))
        if record is None:
            return
        if is_chunk(place):
            self._rereader.news(record, place)
        elif len(place) == 1 or is_chunk((*place, "any")):
            self._rereader.look(record)

    def _own_entry(self, place: StorageKey) -> None:
        if _meet(place, SESSIONS_PREFIX) and place:
            self._siblings.was_here()
        if _meet(place, FOREIGN_WRITERS_KEY):
            self._foreign.open()
        if place[:-1] == TOMBSTONE_PREFIX:
            self._tombstone(place[-1])
        elif _meet(place, TOMBSTONE_PREFIX):
            self._graveyard.look_at_all()

    def _tombstone(self, name: str) -> None:
        try:
            document_id = parse_document_id(name)
        except InvalidId:
            return  # a foreign file; not ours to use
        self._graveyard.look(document_id)


def _meet(place: StorageKey, other: StorageKey) -> bool:
    """Whether one is the other, or below it."""
    shared = min(len(place), len(other))
    return place[:shared] == other[:shared]
