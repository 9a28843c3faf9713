"""One row per (document, store): what we know that it has, as of the moment somebody looked. Rules: docs/peers.md."""

from dataclasses import dataclass, field
from datetime import datetime
from math import inf

from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.repo.brief import brief
from jupyter_automerge.repo.calling import Names
from jupyter_automerge.repo.clock import Moment
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.identity import User
from jupyter_automerge.values.ids import PeerId
from jupyter_automerge.values.status import Activity, Level, Link, PeerState, Relation, Trust


@dataclass(frozen=True, slots=True)
class DocPeer:
    """A store, other than this Repo's own, regarding one document. It does not change: look again for news.

    `called`: what to call it, unique among the rows. `level`: how well it is known to have all our changes.
    `safe`: it counts as a copy by this Repo's SafetyPolicy, and has them all. `missing_there`: how many of
    ours it is not known to have, None if it never told. `missing_here`: at least how many of its changes we
    lack.
    """

    facts: StoreRow = field(repr=False)
    """What it is known by: the reported heads for each kind of evidence, and who told."""
    called: str
    relation: Relation
    state: PeerState
    activity: Activity
    level: Level
    safe: bool
    missing_there: int | None
    missing_here: int | None
    _unsent_since: float | None
    _moment: Moment = field(compare=False)

    def __repr__(self) -> str:
        missing = "" if not self.missing_there else f", lacks {self.missing_there}"
        level = "" if self.level is Level.NONE else f", {self.level.name.lower()}"
        refused = ", its edits are not accepted" if self.reader and self.missing_here else ""
        told = self.facts.received or self.facts.relayed or self.facts.stored or self.facts.last_heard
        what = f"{self.state.value}{missing}{level}{refused}{self.trouble and f', {self.trouble}'}"
        return f"<{self.label}: {what}, {self.link.value}, heads {brief(told)}>"

    @property
    def label(self) -> str:
        """Our name for it or its own, and always the beginning of its id; of a file all of its path."""
        if self.is_projection:
            return self.id
        return Names(self.id, self.petname, self.name, self.kind).label

    # Who it is

    @property
    def id(self) -> str:
        return self.facts.store_id

    @property
    def name(self) -> str:
        """Its claim; anybody may claim any name."""
        return self.facts.name

    @property
    def petname(self) -> str:
        """Our own name for it; empty if it was given none."""
        return self.facts.petname

    @property
    def kind(self) -> str:
        """Its claim: "server", "kernel", "page", ..."""
        return self.facts.kind

    @property
    def user(self) -> User | None:
        """Who is logged in there, by word of the transport."""
        return self.facts.user

    @property
    def trust(self) -> Trust:
        """Our word, by `repo.stores.trust`."""
        return self.facts.trust

    @property
    def same_store(self) -> bool:
        """Another Repo on our own store: no other copy."""
        return self.facts.same_store

    @property
    def ephemeral(self) -> bool:
        """It is the memory of a Repo without a store, and ends with it."""
        return self.facts.ephemeral

    @property
    def durable_acks(self) -> bool:
        """It reports what it has stored, and not only what it has received."""
        return self.facts.durable_acks

    @property
    def clone(self) -> bool:
        """It claims our store's id and is no Repo on it: a copied folder. Never counted."""
        return self.facts.clone

    @property
    def read_only(self) -> bool:
        """It is connected, and says that it takes no changes from us."""
        return self.facts.read_only

    @property
    def reader(self) -> bool:
        """It is connected, and may only read here: no change of its own is accepted, so BEHIND is where it stays."""
        return self.facts.reader

    @property
    def is_projection(self) -> bool:
        """No store, but a file that is written from the document: never counted."""
        return self.facts.is_projection

    @property
    def trouble(self) -> str:
        """Why a file that is written from the document is behind; empty if it is not."""
        return self.facts.trouble

    # How it is reached

    @property
    def link(self) -> Link:
        return self.facts.link

    @property
    def sessions(self) -> int:
        """How many connections lead to it."""
        return self.facts.sessions

    @property
    def peer_ids(self) -> tuple[PeerId, ...]:
        """Its running Repos that are connected."""
        return self.facts.peer_ids

    @property
    def via(self) -> tuple[str, ...]:
        """The stores that told of it, if others did."""
        return self.facts.via

    @property
    def clock_ahead(self) -> bool:
        """It stamps its reports with times to come. Nothing depends on them."""
        return self.facts.clock_ahead

    # What it told

    @property
    def certain(self) -> bool:
        """False while heads that it reported are unknown here: they may contain ours."""
        return not self.missing_here

    @property
    def heads(self) -> Heads:
        """All that it is known to have, by whatever word; some may be unknown here."""
        facts = self.facts
        return facts.received | facts.relayed | facts.stored | facts.last_heard

    @property
    def as_of(self) -> datetime | None:
        """When it last told something, UTC; None if it never did, or as good as: by a clock that was set since."""
        reading = self.facts.as_of
        return None if reading is None or reading == -inf else self._moment.past(reading)

    @property
    def unsent_since(self) -> datetime | None:
        """Since when it lacks changes of ours, UTC; None while it lacks none, or never told."""
        return None if self._unsent_since is None else self._moment.past(self._unsent_since)


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

    @property
    def safe(self) -> bool:
        """At least one other store that counts has everything; `handle.sync` knows how many are asked for."""
        return any(row.safe for row in self)

    def __repr__(self) -> str:
        return "alone" if self.alone else f"Peers({tuple.__repr__(self)})"
