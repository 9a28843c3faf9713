"""A disk under a real Repo: it can be held, fail, lose what was not durable yet, tear it, be wiped or put back."""

import asyncio
from collections.abc import Callable

from jupyter_automerge.document import Document
from jupyter_automerge.errors import StorageError
from jupyter_automerge.storage.contract import KeyInfo, StorageBase
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import EPOCH_KEY, STORAGE_ID_KEY, KeyKind, StorageKey, key_kind

WRITE_SECONDS = 0.001
CHUNKS = (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL)


class MortalDisk:
    """What is in `entries` survives the machine. `wall` tells the time of day, in seconds since 1970."""

    def __init__(self, store_id: str, wall: Callable[[], float]) -> None:
        self.store_id = store_id
        self._wall = wall
        self._epochs = 0
        self.entries: dict[StorageKey, bytes] = {}
        self.times: dict[StorageKey, float] = {}
        self.failing = ""
        self.writing = asyncio.Event()
        self.reading = asyncio.Event()
        self.waiting: list[tuple[StorageKey, bytes]] = []
        self.life = 0
        self.begin_anew()
        self.release()

    def mounted(self) -> "MortalStore":
        """The disk, for a new life of its machine."""
        self.life += 1
        return MortalStore(self, self.life)

    def put(self, key: StorageKey, data: bytes) -> None:
        self.entries[key] = bytes(data)
        self.times[key] = self._wall()

    def remove(self, key: StorageKey) -> None:
        self.entries.pop(key, None)
        self.times.pop(key, None)

    def below(self, prefix: StorageKey) -> list[StorageKey]:
        return [key for key in self.entries if key[: len(prefix)] == prefix]

    def documents(self) -> list[DocumentId]:
        """Those of which there is anything to load."""
        return list(dict.fromkeys(DocumentId(key[0]) for key in self.entries if key_kind(key) in CHUNKS))

    def history(self, document_id: DocumentId) -> frozenset[bytes]:
        """The changes that a new life would read."""
        chunks = [self.entries[key] for key in self.below((document_id,)) if key_kind(key) in CHUNKS]
        return frozenset(change.hash for change in Document.load(chunks)[0].history())

    @property
    def is_well(self) -> bool:
        """Whether it reads and writes."""
        return self.writing.is_set() and self.reading.is_set() and not self.failing

    # What happens to it

    def hold(self) -> None:
        """From now on what is written waits."""
        self.writing.clear()

    def release(self) -> None:
        """Read and write as ever."""
        self.failing = ""
        self.writing.set()
        self.reading.set()

    def crash(self, keeps: int, *, tears: bool) -> None:
        """The machine dies: so many of the writes that wait are done, and half of the next one if it `tears`."""
        self.life += 1
        writes, self.waiting = self.waiting, []
        for key, data in writes[:keeps]:
            self.put(key, data)
        for key, data in writes[keeps : keeps + 1]:
            if tears and key not in self.entries:
                self.put(key, data[: len(data) // 2])
        self.release()

    def wipe(self) -> None:
        """Everything is gone but the id, as where that is given by whoever set the store up."""
        self.entries.clear()
        self.times.clear()
        self.begin_anew()

    def begin_anew(self) -> None:
        """Another epoch of the same store."""
        self._epochs += 1
        self.put(STORAGE_ID_KEY, self.store_id.encode())
        self.put(EPOCH_KEY, f"{self.store_id}-{self._epochs}".encode())

    def roll_back(self, backup: dict[StorageKey, bytes]) -> None:
        """Somebody puts a backup back."""
        self.entries.clear()
        self.times.clear()
        for key, data in backup.items():
            self.put(key, data)


class MortalStore(StorageBase):
    """The disk as one life of a Repo sees it. After that life nothing it began is ever done."""

    def __init__(self, disk: MortalDisk, life: int) -> None:
        self._disk = disk
        self._life = life

    async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        await self._read()
        return [(key, self._disk.entries[key]) for key in self._disk.below(prefix)]

    async def keys(self, prefix: StorageKey) -> list[KeyInfo]:
        await self._read()
        disk = self._disk
        return [KeyInfo(key, len(disk.entries[key]), disk.times[key]) for key in disk.below(prefix)]

    async def save(self, key: StorageKey, data: bytes) -> None:
        write = (key, data)
        self._disk.waiting.append(write)
        try:
            await self._write()
        except StorageError:
            self._disk.waiting.remove(write)
            raise
        self._disk.waiting.remove(write)
        self._disk.put(key, data)

    async def remove(self, key: StorageKey) -> None:
        await self._write()
        self._disk.remove(key)

    async def remove_range(self, prefix: StorageKey) -> None:
        await self._write()
        for key in self._disk.below(prefix):
            self._disk.remove(key)

    async def _read(self) -> None:
        await self._disk.reading.wait()
        await self._alive()

    async def _write(self) -> None:
        await asyncio.sleep(WRITE_SECONDS)
        await self._disk.writing.wait()
        await self._alive()
        if self._disk.failing:
            raise StorageError(self._disk.failing)

    async def _alive(self) -> None:
        if self._life != self._disk.life:
            await asyncio.get_running_loop().create_future()
