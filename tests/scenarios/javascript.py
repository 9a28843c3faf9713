"""Peers of stories about remote heads: what JavaScript does and no more, and what one of ours looks like."""

import cbor2

from jupyter_automerge.document import Document
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulated_stranger import Stranger, TypingStranger
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import DocumentId, SessionId, StorageId
from jupyter_automerge.wire.messages import RemoteHeadsChanged, RemoteSubscriptionChange, StoreHeads

FAR = StorageId("store-far")
OURS = StorageId("store-server")


class JavaScript(TypingStranger):
    """A peer that claims no more than a storage id, and may follow stores."""

    def __init__(self, sim: Simulation, name: str, document_id: DocumentId, document: Document) -> None:
        super().__init__(sim, name, document_id, document)
        self.metadata = PeerMetadata(storage_id=StorageId(f"store-{name}"))

    def follow(self, *stores: StorageId) -> None:
        """By its own wish: JavaScript leaves the other list undefined then."""
        change = {"type": "remote-subscription-change", "senderId": self.peer_id, "targetId": self.target}
        self.send_frames(cbor2.dumps({**change, "add": stores, "remove": cbor2.undefined}))
        self.sim.run(0.1)

    def pass_on(self, *stores: StorageId) -> None:
        """A wish of somebody behind it."""
        self.send(RemoteSubscriptionChange(self.peer_id, self.target, stores))
        self.sim.run(0.1)

    def unfollow(self, *stores: StorageId) -> None:
        self.send(RemoteSubscriptionChange(self.peer_id, self.target, (), stores))
        self.sim.run(0.1)


def javascript(
    sim: Simulation, name: str, listener: SimulatedRepo, note: DocumentId | None = None
) -> JavaScript:
    """Connected and introduced; with a document of `listener` it holds that, without one none."""
    actor = sim.actor()
    document = Document(actor=actor) if note is None else listener.document(note).fork(actor=actor)
    peer = JavaScript(sim, name, note or DocumentId("none"), document)
    sim.connect(peer, listener)
    peer.join()
    if note is not None:
        peer.speak()
    sim.run_until_quiet()
    return peer


def ours(sim: Simulation, name: str, listener: SimulatedRepo) -> Stranger:
    """A Repo of ours, as far as one can see."""
    peer = Stranger(sim, name, PeerMetadata(StorageId(f"store-{name}"), session_id=SessionId(name)))
    sim.connect(peer, listener)
    peer.join()
    return peer


def asked(peer: Stranger) -> list[tuple[tuple[StorageId, ...], tuple[StorageId, ...]]]:
    """What it was asked to tell of, and no longer to, change by change."""
    return [(change.add, change.remove) for change in peer.got(RemoteSubscriptionChange)]


def reports(peer: Stranger, store: StorageId) -> list[RemoteHeadsChanged]:
    """What it was told of one store."""
    return [message for message in peer.got(RemoteHeadsChanged) if store in message.new_heads]


def told(peer: object, note: DocumentId, store: str) -> list[StoreHeads]:
    """What the peer was told of the store in this document, oldest first."""
    return [
        message.new_heads[StorageId(store)]
        for message in reports(peer, StorageId(store))  # type: ignore[arg-type]
        if message.document_id == note
    ]
