"""One store besides our own, as a whole: who it says it is, what our user thinks of it, who is connected."""

from dataclasses import dataclass, field

from jupyter_automerge.engine.connection import Connection, Life
from jupyter_automerge.engine.store_files import SavedStore
from jupyter_automerge.values.identity import User
from jupyter_automerge.values.ids import ConnectionId
from jupyter_automerge.values.limits import MAX_ENDPOINTS_PER_STORE
from jupyter_automerge.values.status import Link, Trust
from jupyter_automerge.values.store import KnownStore, RunningPeer


@dataclass(slots=True, eq=False)
class StoreEntry:
    """Times of day are seconds since 1970; those of `reporters` are on the Engine's clock."""

    id: str
    first_seen: float
    last_seen: float
    name: str = ""
    kind: str = ""
    user: User | None = None
    petname: str = ""
    trust: Trust = Trust.NORMAL
    durable_acks: bool = False
    ephemeral: bool = False
    is_ours: bool = False  # our own store's id: whoever claims it runs on our store, or on a copy of it
    epoch: str | None = None
    endpoints: tuple[str, ...] = ()
    met: bool = False  # connected at least once, in whatever life of ours; else it was only heard of
    tells_of_others: bool = False  # some document has its word about other stores
    void_before: float = 0.0  # it was forgotten then: what documents remember from before is void
    connections: dict[ConnectionId, Connection] = field(default_factory=dict)
    reporters: dict[str, float] = field(
        default_factory=dict
    )  # stores that told of it, and when they last did
    reached: dict[ConnectionId, str] = field(
        default_factory=dict
    )  # who says that he reaches it now, and his store
    unreached: dict[str, float] = field(default_factory=dict)  # stores that do not any more, and since when
    reach_moved: bool = False  # rows do not know that yet
    told: KnownStore | None = None  # as last shown to users

    @property
    def clone(self) -> bool:
        """Whether somebody who claims our store's id is not on our store."""
        return any(connection.is_clone for connection in self.connections.values())

    @property
    def has_promised(self) -> bool:
        """Whether any of its Repos that are connected promised to report what is durable."""
        return any(connection.metadata.durable_acks for connection in self.connections.values())

    @property
    def labelled(self) -> bool:
        """Whether our user has said anything of it: then it never leaves by itself."""
        return bool(self.petname) or self.trust is not Trust.NORMAL

    @property
    def lives(self) -> set[Life]:
        """The running Repos of it that are connected."""
        return {connection.life for connection in self.connections.values()}

    def take_over(self, saved: SavedStore) -> None:
        """What was kept of it, where this life does not know better."""
        self.name, self.kind = self.name or saved.name, self.kind or saved.kind
        self.user = self.user or saved.user
        self.petname = self.petname or saved.petname
        self.trust = saved.trust if self.trust is Trust.NORMAL else self.trust
        self.durable_acks = self.durable_acks if self.met else saved.durable_acks
        self.epoch = self.epoch or saved.epoch
        self.endpoints = tuple(dict.fromkeys((*self.endpoints, *saved.endpoints)))[:MAX_ENDPOINTS_PER_STORE]
        self.first_seen = min(self.first_seen, saved.first_seen)
        self.met = self.met or saved.met
        self.void_before = max(self.void_before, saved.forgotten_at)

    def snapshot(self, link: Link) -> KnownStore:
        """As users see it now."""
        peers = dict.fromkeys(
            RunningPeer(connection.peer, connection.metadata.session_id)
            for connection in self.connections.values()
        )
        return KnownStore(
            id=self.id,
            name=self.name,
            kind=self.kind,
            user=self.user,
            petname=self.petname,
            trust=self.trust,
            durable_acks=self.durable_acks,
            ephemeral=self.ephemeral,
            same_store=self.is_ours,
            clone=self.clone,
            epoch=self.epoch,
            endpoints=self.endpoints,
            first_seen=self.first_seen,
            last_seen=self.last_seen,
            link=link,
            peers=tuple(peers),
            void_before=self.void_before,
        )
