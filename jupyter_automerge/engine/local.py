"""Who this Repo is: what it claims of itself in every handshake."""

from dataclasses import dataclass

from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import PeerId, SessionId, StorageId
from jupyter_automerge.values.status import Access


@dataclass(slots=True)
class LocalPeer:
    """This running Repo. Without a `storage_id` nothing is loaded or put, and the ephemeral id names its
    memory. `host`, `pid`, `machine` and `began`: the process, for whoever finds its lease (E32); not told on the wire.

    `weakness`: why what the store confirms may be lost; empty if it is not. It may change, from empty to a
    reason (E43), and so may the `epoch` (E48); nothing else here does. `fleeting`: the store ends with this process.
    """

    peer_id: PeerId
    session_id: SessionId
    storage_id: StorageId | None = None
    ephemeral_store_id: StorageId | None = None
    name: str = ""
    kind: str = ""
    epoch: str | None = None
    host: str = ""
    pid: int = 0
    machine: str = ""
    began: int = 0
    weakness: str = ""
    fleeting: bool = False

    @property
    def has_storage(self) -> bool:
        return self.storage_id is not None

    @property
    def store_id(self) -> str:
        return self.storage_id or self.ephemeral_store_id or f"peer:{self.peer_id}"

    def metadata(self, access: Access | None = None) -> PeerMetadata:
        """The claims as they go on the wire; `access` is what the receiving peer is granted."""
        return PeerMetadata(
            storage_id=self.storage_id,
            ephemeral_store_id=None if self.has_storage else self.ephemeral_store_id,
            is_ephemeral=not self.has_storage or self.fleeting,
            name=self.name,
            kind=self.kind,
            session_id=self.session_id,
            epoch=self.epoch,
            # Without a store it has nothing to report, but wants to be told what others have stored.
            durable_acks=not self.weakness,
            multi_link=True,
            access=access,
        )


@dataclass(frozen=True, slots=True)
class FixedShare:
    """A share policy that never needs asking: the same answer for every peer and document."""

    announce: bool = True
    access: bool = True
