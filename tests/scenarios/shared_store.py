"""Repos without a cable between them, on one store that tells each of what was written there."""

from collections.abc import Callable, Iterable
from functools import partial

from jupyter_automerge.document import ChunkState, Document
from jupyter_automerge.engine import effects as f
from jupyter_automerge.engine import events as e
from jupyter_automerge.engine.notices import DocumentSaved
from jupyter_automerge.testing.simulated_disk import DiskEffect, SimulatedDisk
from jupyter_automerge.testing.simulated_repo import SimulatedRepo
from jupyter_automerge.testing.simulation import Simulation
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import KeyKind, StorageKey, incremental_key, is_chunk, key_kind

STORE = "the-store"


class WatchedDisk(SimulatedDisk):
    """Tells of every write and removal when it is done."""

    def __init__(
        self, entries: dict[StorageKey, bytes], tell: Callable[[Iterable[StorageKey]], None]
    ) -> None:
        super().__init__(entries=entries)
        self._tell = tell

    def perform(self, effect: DiskEffect) -> e.Event:
        before = set(self.entries)
        answer = super().perform(effect)
        if isinstance(answer, e.PutDone) and isinstance(effect, f.Put):
            self._tell([effect.key])
        elif isinstance(answer, e.DeleteDone):
            self._tell(before - set(self.entries))
        return answer


class SharedStore:
    """The entries, the Repos on them, and how news travel: `delay` and `place` may be replaced."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.entries: dict[StorageKey, bytes] = {}
        self.repos: list[SimulatedRepo] = []
        self.delay: Callable[[], float] = lambda: 0.05
        self.place: Callable[[StorageKey], StorageKey | None] = lambda key: key

    def repo(self, name: str, **options: object) -> SimulatedRepo:
        """One more Repo on the store. All of them are told of everything, their own writes as well."""
        disk = WatchedDisk(self.entries, self.tell)
        repo = self.sim.repo(name, store=STORE, disk=disk, **options)
        self.repos.append(repo)
        return repo

    def tell(self, keys: Iterable[StorageKey]) -> None:
        """Something was written or removed."""
        for key in keys:
            place = self.place(key)
            if place is not None:
                self.tell_all(place)

    def tell_all(self, place: StorageKey) -> None:
        """Every running Repo hears of it, each in its own time."""
        for repo in self.repos:
            if repo.running:
                self.sim.clock.after(self.delay(), repo, partial(repo.feed, e.StorageChanged(place)))

    # What others than Repos do

    def write(self, key: StorageKey, data: bytes) -> None:
        """Somebody who is no Repo of ours writes."""
        self.entries[key] = data
        self.tell([key])

    def remove(self, *keys: StorageKey) -> None:
        for key in keys:
            del self.entries[key]
        self.tell(keys)

    # What one sees of it

    def chunks(self, document: DocumentId, kind: KeyKind | None = None) -> list[StorageKey]:
        return [
            key
            for key in self.entries
            if key[0] == document and is_chunk(key) and (kind is None or key_kind(key) is kind)
        ]

    def opened(self, document: DocumentId) -> Document:
        """What whoever opened the document now would have."""
        loaded, verdicts = Document.load([self.entries[key] for key in self.chunks(document)])
        assert all(one.state in (ChunkState.APPLIED, ChunkState.QUEUED, ChunkState.TORN) for one in verdicts)
        return loaded

    def said_to_be_saved(self, document: DocumentId) -> Heads:
        """All heads that any Repo ever called durable."""
        said = [
            notice.heads
            for repo in self.repos
            for notice in repo.heard(DocumentSaved)
            if notice.document_id == document
        ]
        return NO_HEADS.union(*said)


def large(sim: Simulation, repo: SimulatedRepo, size: int = 3_000) -> DocumentId:
    """A document whose snapshot is big enough for increments to be written beside it."""
    return sim.shared(repo, blob=sim.random.randbytes(size))


def torn_apart(sim: Simulation, document: Document) -> list[bytes]:
    """Three changes of the document, each an increment."""
    pieces = []
    for number in range(3):
        before = document.heads
        with document.change() as root:
            root[f"elsewhere-{number}"] = number
        pieces.append(document.save_since(before))
    return pieces


def increment(note: DocumentId, data: bytes) -> StorageKey:
    return incremental_key(note, data)
