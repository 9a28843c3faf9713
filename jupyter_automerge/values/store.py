"""A store as a whole, whatever documents it has: who it is, what we call it, and how it can be reached."""

from dataclasses import dataclass

from jupyter_automerge.values.identity import User
from jupyter_automerge.values.ids import PeerId, SessionId
from jupyter_automerge.values.status import Link, Trust


@dataclass(frozen=True, slots=True)
class RunningPeer:
    """One running Repo that is connected: its id, and this life of it (None: it did not say)."""

    peer_id: PeerId
    session_id: SessionId | None = None


@dataclass(frozen=True, slots=True)
class KnownStore:
    """A durable party other than our own store, or the memory of a Repo that has none (`ephemeral`).

    `name` and `kind` are its claims, cleaned; `user` is the transport's word; `petname` and `trust` are ours.
    Times are seconds since 1970 by this machine's clock, for display only. `endpoints`: where our Dialers
    have met it. `same_store`: a Repo on our own store, which is no other copy. `clone`: it claims our store's
    id, and is not a Repo on it.
    """

    id: str
    name: str = ""
    kind: str = ""
    user: User | None = None
    petname: str = ""
    trust: Trust = Trust.NORMAL
    durable_acks: bool = False
    ephemeral: bool = False
    same_store: bool = False
    clone: bool = False
    epoch: str | None = None
    endpoints: tuple[str, ...] = ()
    first_seen: float = 0.0
    last_seen: float = 0.0
    link: Link = Link.OFFLINE
    peers: tuple[RunningPeer, ...] = ()
    void_before: float = 0.0
    """It was forgotten then: what documents remember of it from before does not count."""

    @property
    def called(self) -> str:
        """What to call it: our own name for it before its claim; its id's beginning where there is neither."""
        return self.petname or self.name or self.id[:8]
