"""Stores that watch what is done to them, that fail, and that wait for a gate."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from jupyter_automerge.repo import MemoryStorage
from jupyter_automerge.values.keys import KeyKind, StorageKey, key_kind

ON_FIRE = "the disk is on fire"


class ObservedStorage(MemoryStorage):
    """Counts what it does, and how many writes of one (document, kind) were under way at once.

    `failing`: everything raises. `broken`: writes of these documents raise. `gates`: operations on keys that
    begin with such a component wait until the event is set.
    """

    def __init__(self) -> None:
        super().__init__()
        self.failing = False
        self.broken: set[str] = set()
        self.gates: dict[str, asyncio.Event] = {}
        self.saves: list[StorageKey] = []
        self.loads: Counter[StorageKey] = Counter()
        self.times_closed = 0
        self.most_at_once: dict[StorageKey, int] = defaultdict(int)
        self._under_way: Counter[StorageKey] = Counter()

    def reborn(self) -> "ObservedStorage":
        """The same entries, as another process finds them."""
        other = ObservedStorage()
        other._entries = self._entries
        return other

    def chunks(self, document_id: str) -> dict[KeyKind, list[StorageKey]]:
        """The keys of a document, by kind."""
        found: dict[KeyKind, list[StorageKey]] = defaultdict(list)
        for key in self._entries:
            if key[0] == document_id:
                found[key_kind(key)].append(key)
        return found

    @property
    def contents(self) -> dict[StorageKey, bytes]:
        return dict(self._entries)

    def writes_of(self, document_id: str) -> int:
        """How many chunks of the document were written so far."""
        chunks = (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL)
        return sum(key[0] == document_id and key_kind(key) in chunks for key in self.saves)

    async def begins_to_write(self, document_id: str) -> None:
        """Wait until a chunk of the document is under way."""
        while not self._under_way[(document_id,)]:
            await asyncio.sleep(0)

    async def begins_to_read(self, before: Counter[StorageKey], *documents: str) -> str:
        """Wait until one of the documents is asked for that was not before, and say which."""
        while True:
            for name in documents:
                if self.loads[(name,)] > before[(name,)]:
                    return name
            await asyncio.sleep(0)

    async def load(self, key: StorageKey) -> bytes | None:
        self._fail()
        return await super().load(key)

    async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        self.loads[prefix] += 1
        self._fail()
        await self._pass(prefix)
        return await super().load_range(prefix)

    async def save(self, key: StorageKey, data: bytes) -> None:
        async with self._counted(key):
            self._fail(key)
            await self._pass(key)
            await super().save(key, data)
            self.saves.append(key)

    async def close(self) -> None:
        self.times_closed += 1
        self._fail()
        await super().close()

    @asynccontextmanager
    async def _counted(self, key: StorageKey) -> AsyncIterator[None]:
        # Chunks of a document are one thing, each store's sync state another.
        subject = key if key_kind(key) is KeyKind.SYNC_STATE else key[:1]
        self._under_way[subject] += 1
        self.most_at_once[subject] = max(self.most_at_once[subject], self._under_way[subject])
        try:
            # Lets another that was begun meanwhile be seen.
            await asyncio.sleep(0)
            yield
        finally:
            self._under_way[subject] -= 1

    async def _pass(self, key: StorageKey) -> None:
        for component in key:
            if (gate := self.gates.get(component)) is not None:
                await gate.wait()

    def _fail(self, key: StorageKey = ()) -> None:
        if self.failing or (key and key[0] in self.broken):
            raise OSError(ON_FIRE)
