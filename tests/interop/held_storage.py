"""A store whose writes of documents a test holds up, or lets fail."""

import asyncio

from jupyter_automerge.errors import StorageError
from jupyter_automerge.repo import MemoryStorage
from jupyter_automerge.values.keys import KeyKind, StorageKey, key_kind


class HeldStorage(MemoryStorage):
    """Writes go through until `hold`; then they wait until `let_go`. While `failing` says why, they fail."""

    def __init__(self) -> None:
        super().__init__()
        self.failing = ""
        self._open = asyncio.Event()
        self._open.set()

    def hold(self) -> None:
        self._open.clear()

    def let_go(self) -> None:
        self._open.set()

    async def save(self, key: StorageKey, data: bytes) -> None:
        if key_kind(key) in (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL):
            await self._open.wait()
            if self.failing:
                raise StorageError(self.failing)
        await super().save(key, data)
