"""A Repo in the simulation: a real Engine and real documents; its clock, disk and network are virtual."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_automerge.document import Changed, Document, MapProxy
from jupyter_automerge.engine import effects as f
from jupyter_automerge.engine import events as e
from jupyter_automerge.engine.engine import ALWAYS, Engine
from jupyter_automerge.engine.leases import Lease
from jupyter_automerge.engine.local import FixedShare, LocalPeer
from jupyter_automerge.engine.notices import Notice, StoreRow
from jupyter_automerge.testing.simulated_disk import DiskEffect, SimulatedDisk
from jupyter_automerge.testing.simulated_door import SimulatedDoor
from jupyter_automerge.testing.simulated_link import SimulatedLink
from jupyter_automerge.testing.simulated_policy import SimulatedPolicy
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import (
    ConnectionId,
    DialerId,
    DocumentId,
    PeerId,
    SessionId,
    StorageId,
    document_id_from_bytes,
)
from jupyter_automerge.values.keys import EPOCH_KEY
from jupyter_automerge.values.limits import STORE_KEPT_SECONDS
from jupyter_automerge.values.status import Access, DocumentState

if TYPE_CHECKING:
    from jupyter_automerge.testing.simulation import Simulation

N = TypeVar("N", bound=Notice)


class SimulatedRepo:
    """One running Repo. `crash` and `restart` keep its disk; everything in memory goes.

    `stores`: it has a store, named `store`. `share`: a fixed policy, or None to ask `policy`. `plain`: it
    claims no more than a JavaScript peer does. `peer_id` and `session` pin what is otherwise new in every life.
    """

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
        peer_id: str = "",
        session: str = "",
        ack_after_save: bool = False,
        put_rest: float = 0.0,
        unload_after: float | None = None,
    ) -> None:
        self.sim = sim
        self.name = name
        self.share = share
        self.stores = stores
        self.plain = plain
        self.ack_after_save = ack_after_save
        self.put_rest = put_rest
        self.unload_after = unload_after
        self.retain = STORE_KEPT_SECONDS
        """For the next life."""
        self.is_gone: Callable[[Lease], bool] = lambda lease: False
        """Whether it sees that the process of a lease is no more."""
        self.disk = disk or SimulatedDisk()
        self.policy = SimulatedPolicy()
        self.door = SimulatedDoor()
        self.notices: list[Notice] = []
        self.commits: list[Changed] = []
        self.links: dict[ConnectionId, SimulatedLink] = {}
        self.running = False
        self._events: list[e.Event] = []
        self._handling = False
        self.store = store or f"store-{name}"
        self._peer_id = peer_id
        self._session = session
        self._lives = 0
        self.engine: Engine
        self.start()

    # Life

    @property
    def peer_id(self) -> PeerId:
        return PeerId(self._peer_id or f"{self.name}-{self._lives}")

    def start(self) -> None:
        """Come up with an empty memory and whatever is on the disk."""
        self._lives += 1
        self.running = True
        kind = PlainPeer if self.plain else LocalPeer
        local = kind(
            self.peer_id,
            SessionId(self._session or f"session-{self.name}-{self._lives}"),
            StorageId(self.store) if self.stores else None,
            None if self.stores else StorageId(f"memory-{self.name}-{self._lives}"),
            "" if self.plain else self.name,
            "simulated",
            self._epoch() if self.stores else None,
        )
        self.engine = Engine(
            local,
            share=self.share,
            jitter=self.sim.random.random,
            actor=self.sim.actor,
            ack_after_save=self.ack_after_save,
            put_rest=self.put_rest,
            unload_after=self.unload_after,
            retain=self.retain,
            is_gone=lambda lease: self.is_gone(lease),
        )

    def _epoch(self) -> str:
        """Beside the store's id, so that one who empties the store takes it along."""
        fresh = f"epoch-{self.name}-{self._lives}"
        return self.disk.entries.setdefault(EPOCH_KEY, fresh.encode()).decode()

    def crash(self, *, keeps: int = 0, tears: bool = False) -> None:
        """Die at once: memory is gone, connections break; so many of the writes on their way are kept, and of
        the next one half, if it `tears`.
        """
        self.running = False
        self.sim.clock.forget(self)
        self.disk.crash(keeps, tears=tears)
        self.sim.died(self)

    def restart(self, *, keeps: int = 0) -> None:
        """Crash, if need be, and start again; cables that are plugged in come back."""
        if self.running:
            self.crash(keeps=keeps)
        self.start()
        self.sim.came_back(self)

    # What its user does

    def create(
        self, value: Mapping[str, Any] | None = None, *, document_id: DocumentId | None = None
    ) -> DocumentId:
        document = Document(actor=self.sim.actor())
        with document.change() as root:
            root.update(value if value is not None else {"made by": self.name})
        return self.take_in(document, document_id=document_id)

    def take_in(
        self, document: Document, *, document_id: DocumentId | None = None, fresh: bool = True
    ) -> DocumentId:
        """Create the document from one that exists: new, cloned or imported."""
        document_id = document_id or document_id_from_bytes(self.sim.random.randbytes(16))
        self.feed(e.Create(document_id, document, fresh))
        return document_id

    def find(self, document_id: DocumentId) -> None:
        self.feed(e.Find(document_id))

    def remove(self, document_id: DocumentId, *, force: bool = False) -> None:
        self.feed(e.Remove(document_id, force))

    def unload(self, document_id: DocumentId) -> None:
        self.feed(e.Unload(document_id))

    def hold(self, document_id: DocumentId) -> None:
        """Somebody here keeps a handle of the document."""
        self.feed(e.Hold(document_id))

    def release(self, document_id: DocumentId) -> None:
        """Nobody here keeps a handle of it any more."""
        self.feed(e.Release(document_id))

    def broadcast(self, document_id: DocumentId, data: bytes) -> None:
        self.feed(e.Broadcast(document_id, data))

    def change(self, document_id: DocumentId, **values: Any) -> None:
        """Set keys of the document's root."""
        with self.changing(document_id) as root:
            root.update(values)

    @contextmanager
    def changing(self, document_id: DocumentId) -> Iterator[MapProxy]:
        """A change that stays open for as long as the block lasts; the simulation may run meanwhile."""
        with self._committing(document_id) as document, document.change() as root:
            yield root

    @contextmanager
    def _committing(self, document_id: DocumentId) -> Iterator[Document]:
        """The Engine hears of what is committed on the document from here on."""
        document = self.document(document_id)

        def committed(changed: Changed) -> None:
            self.commits.append(changed)
            self.feed(e.LocalChange(document_id, changed.before, changed.after))

        document.on_free = lambda: self.feed(e.DocumentFreed(document_id))
        document.on_commit = committed
        yield document

    def merge(self, document_id: DocumentId, other: Document) -> None:
        """Take over the changes of another document."""
        with self._committing(document_id) as document:
            document.merge(other)

    def dial(self, listener: "SimulatedRepo") -> DialerId:
        """Want a connection to the other Repo for as long as the Dialer lives."""
        dialer = DialerId(self.sim.number())
        self.feed(e.DialerAdded(dialer, listener.name))
        return dialer

    # What one sees of it

    def document(self, document_id: DocumentId) -> Document:
        document = self.engine.document(document_id)
        assert document is not None, f"{self.name} does not have {document_id} in memory\n{self.sim.story()}"
        return document

    def value(self, document_id: DocumentId) -> Any:
        return self.document(document_id).value()

    def heads(self, document_id: DocumentId) -> Heads:
        return self.document(document_id).heads

    def state(self, document_id: DocumentId) -> DocumentState | None:
        return self.engine.state(document_id)

    def row(self, document_id: DocumentId, other: "SimulatedRepo") -> StoreRow:
        for row in self.engine.rows(document_id):
            if row.store_id == other.engine.local.store_id:
                return row
        raise AssertionError(f"{self.name} has no row for {other.name}\n{self.sim.story()}")

    def heard(self, kind: type[N]) -> list[N]:
        """The notices of one kind, oldest first."""
        return [notice for notice in self.notices if isinstance(notice, kind)]

    # The Engine's world

    def wake(self) -> None:
        self.feed(e.Tick())

    def feed(self, *events: e.Event) -> None:
        """These things happened. What a document tells while the Engine is at work comes after that."""
        self._events.extend(events)
        if self._handling:
            return
        self._handling = True
        try:
            while self._events and self.running:
                self._handle_what_came()
        finally:
            self._handling = False
            self._events.clear()

    def _handle_what_came(self) -> None:
        events, self._events = self._events, []
        self.sim.record(self, events)
        self._perform(self.engine.handle_all(events, self.sim.now))
        self.sim.clock.set_alarm(self, self.engine.next_wakeup())

    def resume_disk(self) -> None:
        """A paused disk goes on, with what waits."""
        self.disk.paused = False
        for number in self.disk.waiting:
            self._finish_later(number, self.disk.latency)

    def _perform(self, effects: Iterable[f.Effect]) -> None:
        for effect in effects:
            self.sim.record(self, (effect,))
            match effect:
                case f.Send():
                    self.sim.carry(self, effect)
                case f.Close():
                    self.sim.close(self, effect)
                case f.Load() | f.Read() | f.List() | f.Put() | f.Delete():
                    self._access_disk(effect)
                case f.AskPolicy():
                    self._ask_policy(effect)
                case f.Emit(notice):
                    self.notices.append(notice)
                case f.Dial():
                    self.sim.dial(self, effect)

    def _access_disk(self, effect: DiskEffect) -> None:
        number = self.disk.begin(effect)
        if not self.disk.paused:
            self._finish_later(number, self.disk.duration(effect))

    def _finish_later(self, number: int, seconds: float) -> None:
        def finish() -> None:
            event = None if self.disk.paused else self.disk.finish(number)
            if event is not None:
                self.feed(event)

        self.sim.clock.after(seconds, self, finish)

    def _ask_policy(self, effect: f.AskPolicy) -> None:
        self.policy.asked()
        self.sim.clock.after(self.policy.delay(), self, lambda: self.feed(self.policy.answer(effect)))


class PlainPeer(LocalPeer):
    """Claims no more than a JavaScript peer does: a storage id, and nothing of ours."""

    __slots__ = ()

    def metadata(self, access: Access | None = None) -> PeerMetadata:
        return PeerMetadata(storage_id=self.storage_id, is_ephemeral=not self.has_storage)
