"""A Repo in the simulation: a real Engine and real documents; its clock, disk and network are virtual."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from jupyter_automerge.document import Changed, Document
from jupyter_automerge.engine import effects as f
from jupyter_automerge.engine import events as e
from jupyter_automerge.engine.engine import ALWAYS, Engine
from jupyter_automerge.engine.local import FixedShare, LocalPeer
from jupyter_automerge.engine.notices import Notice, StoreRow
from jupyter_automerge.testing.simulated_disk import SimulatedDisk
from jupyter_automerge.testing.simulated_link import SimulatedLink
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import (
    ConnectionId,
    DocumentId,
    PeerId,
    SessionId,
    StorageId,
    document_id_from_bytes,
)
from jupyter_automerge.values.status import Access, DocumentState

if TYPE_CHECKING:
    from jupyter_automerge.testing.simulation import Simulation


class SimulatedRepo:
    """One running Repo. `crash` and `restart` keep its disk; everything in memory goes."""

    def __init__(
        self,
        sim: "Simulation",
        name: str,
        *,
        stores: bool = True,
        store: str = "",
        share: FixedShare | None = ALWAYS,
        disk: SimulatedDisk | None = None,
        plain: bool = False,
    ) -> None:
        self.sim = sim
        self.name = name
        self.share = share
        self.disk = disk or SimulatedDisk()
        self.notices: list[Notice] = []
        self.links: dict[ConnectionId, SimulatedLink] = {}
        self.allowed: Mapping[tuple[str, DocumentId], tuple[bool, bool]] = {}
        self.policy_questions = 0
        self.running = False
        self._stores = stores
        self._store = store or f"store-{name}"
        self._plain = plain
        self._lives = 0
        self.engine: Engine
        self.start()

    # Life

    def start(self) -> None:
        """Come up with an empty memory and whatever is on the disk."""
        self._lives += 1
        self.running = True
        peer_id = PeerId(f"{self.name}-{self._lives}")
        local = LocalPeer(
            peer_id,
            SessionId(f"session-{self.name}-{self._lives}"),
            StorageId(self._store) if self._stores else None,
            None if self._stores else StorageId(f"memory-{self.name}-{self._lives}"),
            self.name,
            "simulated",
        )
        self.engine = Engine(
            PlainPeer.of(local) if self._plain else local,
            share=self.share,
            jitter=self.sim.random.random,
            actor=lambda: self.sim.random.randbytes(16),
        )

    def crash(self, *, keeps_unfinished: bool = False) -> None:
        """Die at once: memory is gone, connections break, writes on their way are lost or not."""
        self.running = False
        self.sim.forget(self)
        self.disk.crash(keeps_unfinished=keeps_unfinished)
        for link in self.sim.links:
            if self in link.ends() and link.plugged:
                self.sim.hang_up(link, "the other machine died")

    def restart(self) -> None:
        """Crash, if need be, and start again; links that are plugged in come back."""
        if self.running:
            self.crash()
        self.start()
        for link in self.sim.links:
            if self in link.ends() and link.plugged:
                self.sim.open(link)

    # What its user does

    def create(self, value: Mapping[str, Any] | None = None) -> DocumentId:
        document = Document(actor=self.sim.random.randbytes(16))
        with document.change() as root:
            root.update(value or {"made by": self.name})
        document_id = document_id_from_bytes(self.sim.random.randbytes(16))
        self.feed(e.Create(document_id, document))
        return document_id

    def find(self, document_id: DocumentId) -> None:
        self.feed(e.Find(document_id))

    def change(self, document_id: DocumentId, **values: Any) -> None:
        """Set keys of the document's root."""
        document = self.document(document_id)
        before = document.heads
        with document.change() as root:
            root.update(values)
        self.told(document_id, Changed(before, document.heads))

    def told(self, document_id: DocumentId, changed: Changed) -> None:
        """Let the Engine know of a commit made straight on the document."""
        self.feed(e.LocalChange(document_id, changed.before, changed.after))

    def document(self, document_id: DocumentId) -> Document:
        document = self.engine.document(document_id)
        assert document is not None, f"{self.name} does not have {document_id} in memory\n{self.sim.story()}"
        return document

    def value(self, document_id: DocumentId) -> Any:
        return self.document(document_id).value()

    def state(self, document_id: DocumentId) -> DocumentState | None:
        return self.engine.state(document_id)

    def row(self, document_id: DocumentId, other: "SimulatedRepo") -> StoreRow:
        for row in self.engine.rows(document_id):
            if row.name == other.name:
                return row
        raise AssertionError(f"{self.name} has no row for {other.name}\n{self.sim.story()}")

    def heard(self, kind: type[Notice]) -> list[Any]:
        return [notice for notice in self.notices if isinstance(notice, kind)]

    # The Engine's world

    def feed(self, *events: e.Event) -> None:
        if not self.running:
            return
        self.sim.record(self, events)
        self._perform(self.engine.handle_all(events, self.sim.now))
        self.sim.arm(self)

    def _perform(self, effects: Iterable[f.Effect]) -> None:
        for effect in effects:
            self.sim.record(self, (effect,))
            match effect:
                case f.Send():
                    self.sim.carry(self, effect)
                case f.Close():
                    self.sim.close(self, effect)
                case f.Load() | f.Put() | f.Delete():
                    if not self.disk.hold(effect):
                        self.access_disk(effect)
                case f.AskPolicy():
                    self._answer_policy(effect)
                case f.Emit(notice):
                    self.notices.append(notice)
                case f.Dial():
                    raise AssertionError("links are made by the simulation, not dialed")

    def access_disk(self, effect: f.Load | f.Put | f.Delete) -> None:
        """Performed when its time has come, so that a crash before then loses it."""
        self.sim.after(self.disk.latency, self, lambda: self.feed(self.disk.perform(effect)))

    def _answer_policy(self, effect: f.AskPolicy) -> None:
        self.policy_questions += 1
        name = effect.metadata.name
        announce, access = self.allowed.get((name, effect.document_id), (True, True))
        self.sim.after(0.0, self, lambda: self.feed(e.PolicyAnswered(effect.token, announce, access)))


class PlainPeer(LocalPeer):
    """Claims no more than a JavaScript peer does: a storage id, and nothing of ours."""

    __slots__ = ()

    @classmethod
    def of(cls, local: LocalPeer) -> "PlainPeer":
        return cls(local.peer_id, local.session_id, local.storage_id, local.ephemeral_store_id)

    def metadata(self, access: Access | None = None) -> PeerMetadata:
        return PeerMetadata(storage_id=self.storage_id, is_ephemeral=not self.has_storage)
