"""A store in memory whose disk is as slow as you want: while it is held, nothing that is written gets done."""

import asyncio
from collections.abc import AsyncIterator

from jupyter_automerge.storage.contract import KeyInfo, Weakness
from jupyter_automerge.storage.memory import MemoryStorage
from jupyter_automerge.testing.playground_thread import PlaygroundThread
from jupyter_automerge.values.keys import StorageKey


class SlowDisk:
    """A Storage for a Repo that lives on this thread. `hold` and `release` may be called from any other."""

    def __init__(self, thread: PlaygroundThread, store: MemoryStorage | None = None) -> None:
        self._thread = thread
        self._store = store or MemoryStorage()
        self._turning = asyncio.Event()
        self._turning.set()

    @property
    def held(self) -> bool:
        """Whether writes wait."""
        return not self._turning.is_set()

    def hold(self) -> None:
        """Do no write from now on; what is to be written waits. Reading goes on."""
        self._thread.call(self._turning.clear)

    def release(self) -> None:
        """Do what waits, and go on."""
        self._thread.call(self._turning.set)

    async def load(self, key: StorageKey) -> bytes | None:
        """As the contract says."""
        return await self._store.load(key)

    async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        """As the contract says."""
        return await self._store.load_range(prefix)

    async def save(self, key: StorageKey, data: bytes) -> None:
        """As the contract says, once the disk turns."""
        await self._turning.wait()
        await self._store.save(key, data)

    async def create(self, key: StorageKey, data: bytes) -> bytes:
        """As the contract says, once the disk turns."""
        await self._turning.wait()
        return await self._store.create(key, data)

    async def remove(self, key: StorageKey) -> None:
        """As the contract says, once the disk turns."""
        await self._turning.wait()
        await self._store.remove(key)

    async def remove_range(self, prefix: StorageKey) -> None:
        """As the contract says, once the disk turns."""
        await self._turning.wait()
        await self._store.remove_range(prefix)

    async def keys(self, prefix: StorageKey) -> list[KeyInfo]:
        """As the contract says."""
        return await self._store.keys(prefix)

    def watch(self) -> AsyncIterator[StorageKey] | None:
        """Nobody else writes here."""
        return self._store.watch()

    @property
    def place(self) -> str:
        """Where it pretends to be."""
        return self._store.place

    @property
    def weakness(self) -> Weakness | None:
        """That of the store behind it."""
        return self._store.weakness

    async def close(self) -> None:
        """As the contract says."""
        await self._store.close()
