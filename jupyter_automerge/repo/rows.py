"""One row per (document, store): what we know that it has, computed when somebody looks.

By ancestry, never by equality. Let R be the heads it reported, K those of them that we know and U the others;
`ours` is how many of our changes are not ancestors of K.

    R       U       ours   relation
    none    -       -      UNKNOWN
    some    none    0      SYNCED
    some    none    > 0    AHEAD: it lacks `ours` changes
    some    some    0      BEHIND: it has all of ours and more
    some    some    > 0    DIVERGED: it may have ours beneath U, which shows once those are here
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from jupyter_automerge.document import Document
from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.repo.ancestry import lacking
from jupyter_automerge.repo.brief import brief
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.identity import User
from jupyter_automerge.values.ids import PeerId
from jupyter_automerge.values.status import Level, Link, PeerState, Relation

_REACHABLE = (Link.CONNECTED, Link.RELAYED)


@dataclass(frozen=True, slots=True)
class DocPeer:
    """A store, other than this Repo's own, regarding one document, as of the moment it was asked for.

    `level`: how well it is known to have all our changes. `safe`: it has them at the best level that it can
    report, in a store that outlives its process. `missing_there`: how many of ours it is not known to have,
    None if it never told. `missing_here`: at least how many of its changes we lack. `certain`: False while
    heads that it reported are unknown here, and may contain ours. `as_of`: when it last told, UTC. `name`
    and `kind` are its claims; `user` is the transport's word.
    """

    id: str
    name: str
    kind: str
    user: User | None
    link: Link
    relation: Relation
    state: PeerState
    level: Level
    safe: bool
    missing_there: int | None
    missing_here: int | None
    certain: bool
    as_of: datetime | None
    sessions: int
    peer_ids: tuple[PeerId, ...]
    same_store: bool
    ephemeral: bool
    durable_acks: bool
    heads: Heads

    def __repr__(self) -> str:
        missing = "" if not self.missing_there else f", lacks {self.missing_there}"
        level = "" if self.level is Level.NONE else f", {self.level.name.lower()}"
        return f"<{self.label}: {self.state.value}{missing}{level}, {self.link.value}, heads {brief(self.heads)}>"

    @property
    def label(self) -> str:
        """What to call it: its name and the beginning of its id, as names are not unique."""
        return f"{self.name or self.kind or 'unnamed'} ({self.id[:8]})"


class Peers(tuple[DocPeer, ...]):
    """The rows of a document. Empty means alone, which is not the same as being in sync with everybody."""

    __slots__ = ()

    @property
    def alone(self) -> bool:
        """No other store is known."""
        return not self

    @property
    def all_synced(self) -> bool:
        """There are others, and each has all of ours and we all of theirs."""
        return bool(self) and all(row.state is PeerState.SYNCED for row in self)

    def __repr__(self) -> str:
        return "alone" if self.alone else f"Peers({tuple.__repr__(self)})"


def peers_of(
    rows: Iterable[StoreRow], document: Document, heads: Heads, utc: Callable[[float], datetime]
) -> Peers:
    """The rows against these heads of ours. `utc` turns the Engine's clock into the time of day.

    Any thread may ask.
    """
    return Peers(peer_of(row, document, heads, utc) for row in rows)


def peer_of(row: StoreRow, document: Document, heads: Heads, utc: Callable[[float], datetime]) -> DocPeer:
    reported = row.received | row.stored
    unknown = reported - document.known(reported)
    ours = lacking(document, reported, heads) if row.known else None
    relation = _relation(row, ours, bool(unknown))
    level = _level(row, document, heads, ours)
    return DocPeer(
        id=row.store_id,
        name=row.name,
        kind=row.kind,
        user=row.user,
        link=row.link,
        relation=relation,
        state=_state(row, relation),
        level=level,
        safe=level >= best_level(row) and not row.ephemeral and not row.same_store,
        missing_there=ours,
        missing_here=len(unknown) if row.known else None,
        certain=not unknown,
        as_of=None if row.as_of is None else utc(row.as_of),
        sessions=row.sessions,
        peer_ids=row.peer_ids,
        same_store=row.same_store,
        ephemeral=row.ephemeral,
        durable_acks=row.durable_acks,
        heads=reported,
    )


def best_level(row: StoreRow) -> Level:
    """The best that this store can ever report."""
    return Level.STORED if row.durable_acks else Level.RECEIVED


def _relation(row: StoreRow, ours: int | None, has_unknown: bool) -> Relation:
    if not row.known:
        return Relation.UNKNOWN
    if ours == 0:
        return Relation.BEHIND if has_unknown else Relation.SYNCED
    return Relation.DIVERGED if has_unknown else Relation.AHEAD


def _level(row: StoreRow, document: Document, heads: Heads, ours: int | None) -> Level:
    if row.stored and lacking(document, row.stored, heads) == 0:
        return Level.STORED
    if ours == 0:
        return Level.RECEIVED
    if row.sent and lacking(document, row.sent, heads) == 0:
        return Level.SENT
    return Level.NONE


def _state(row: StoreRow, relation: Relation) -> PeerState:
    if row.denied:
        return PeerState.DENIED
    if row.unavailable:
        return PeerState.UNAVAILABLE
    if relation in (Relation.UNKNOWN, Relation.SYNCED):
        return PeerState(relation.value)
    return PeerState.SYNCING if row.link in _REACHABLE else PeerState(relation.value)
