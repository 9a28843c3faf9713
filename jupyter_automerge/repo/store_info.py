"""A store as users see it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from jupyter_automerge.repo.calling import Names
from jupyter_automerge.values.identity import User
from jupyter_automerge.values.ids import PeerId
from jupyter_automerge.values.status import Link, Trust
from jupyter_automerge.values.store import KnownStore, RunningPeer


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """A durable party, or the memory of a Repo that has none (`ephemeral`), as of the moment it was asked for.

    `called`: what to call it, unique among the stores. `name`, `kind` and `durable_acks` are its claims,
    `user` is the transport's word, `petname` and `trust` are ours. `endpoints`: where our Dialers met it.
    `first_seen`, `last_seen`: UTC, None if never. `peers`: its Repos that are connected.
    """

    id: str
    called: str
    name: str
    petname: str
    kind: str
    user: User | None
    link: Link
    trust: Trust
    durable_acks: bool
    ephemeral: bool
    same_store: bool
    clone: bool
    epoch: str | None
    endpoints: tuple[str, ...]
    first_seen: datetime | None
    last_seen: datetime | None
    peers: tuple[RunningPeer, ...]

    def __repr__(self) -> str:
        return f"<{self.label}: {self.link.value}{'' if self.trust is Trust.NORMAL else f', {self.trust.value}'}>"

    @property
    def label(self) -> str:
        """Our name for it or its own, and always the beginning of its id."""
        return Names(self.id, self.petname, self.name, self.kind).label

    @property
    def peer_ids(self) -> tuple[PeerId, ...]:
        """The ids of its Repos that are connected."""
        return tuple(dict.fromkeys(peer.peer_id for peer in self.peers))


def shown(store: KnownStore, called: str, now: datetime) -> StoreInfo:
    """The store for users. No time is in the future, whatever the clock was when it was noted."""
    return StoreInfo(
        id=store.id,
        called=called,
        name=store.name,
        petname=store.petname,
        kind=store.kind,
        user=store.user,
        link=store.link,
        trust=store.trust,
        durable_acks=store.durable_acks,
        ephemeral=store.ephemeral,
        same_store=store.same_store,
        clone=store.clone,
        epoch=store.epoch,
        endpoints=store.endpoints,
        first_seen=_date(store.first_seen, now),
        last_seen=_date(store.last_seen, now),
        peers=store.peers,
    )


def _date(seconds: float, now: datetime) -> datetime | None:
    return None if seconds <= 0 else min(datetime.fromtimestamp(seconds, UTC), now)
