"""A store whose writes, and reads of one document, wait for as long as a test says."""

import asyncio
from collections.abc import AsyncIterator

from jupyter_automerge.storage.contract import KeyInfo, Storage, Weakness
from jupyter_automerge.values.keys import StorageKey


class HeldStorage:
    """Passes everything on to another store; while held, what is to be saved waits."""

    def __init__(self, store: Storage) -> None:
        self._store = store
        self._open = asyncio.Event()
        self._open.set()
        self.unreadable = ""  # a document whose chunks are not read until the store is released

    def hold(self) -> None:
        """From now on no write is done."""
        self._open.clear()

    def release(self) -> None:
        """Do what waits, and go on."""
        self._open.set()

    async def load(self, key: StorageKey) -> bytes | None:
        return await self._store.load(key)

    async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        if self.unreadable in prefix:
            await self._open.wait()
        return await self._store.load_range(prefix)

    async def save(self, key: StorageKey, data: bytes) -> None:
        await self._open.wait()
        await self._store.save(key, data)

    async def create(self, key: StorageKey, data: bytes) -> bytes:
        await self._open.wait()
        return await self._store.create(key, data)

    async def remove(self, key: StorageKey) -> None:
        await self._store.remove(key)

    async def remove_range(self, prefix: StorageKey) -> None:
        await self._store.remove_range(prefix)

    async def keys(self, prefix: StorageKey) -> list[KeyInfo]:
        return await self._store.keys(prefix)

    def watch(self) -> AsyncIterator[StorageKey] | None:
        return self._store.watch()

    @property
    def place(self) -> str:
        return self._store.place

    @property
    def weakness(self) -> Weakness | None:
        return self._store.weakness

    async def close(self) -> None:
        await self._store.close()
