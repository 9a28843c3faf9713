"""What a storage adapter must do. `testing.storage_contract` is the same in executable form.

A store maps keys to bytes. Ranges match whole leading components of a key, and their order means nothing.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from jupyter_automerge.values.keys import StorageKey


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """An entry without its data: size in bytes, time of the last write in seconds since 1970, where known."""

    key: StorageKey
    size: int
    time: float | None = None


@dataclass(frozen=True, slots=True)
class Weakness:
    """Why what a store confirmed may be lost with the power of its machine: `reason`, for people.

    `fleeting`: it is the memory of this process, and ends with it.
    """

    reason: str
    fleeting: bool = False


class Storage(Protocol):
    """A store. Each call may raise StorageError (the store failed) or InvalidId (a key no store takes).

    Writes and removals of overlapping keys take effect in the order of the calls, also when several are begun
    before the first is awaited.
    """

    async def load(self, key: StorageKey) -> bytes | None:
        """The bytes under exactly this key; None when there are none. An error is not a None.

        Whoever reads something takes it for stored: what others wrote a moment ago is to be as durable as what
        was saved here (P71), or `weakness` says why it may not be.
        """
        ...

    async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        """All entries at or below the prefix, as `load` would; the empty prefix means all there are."""
        ...

    async def save(self, key: StorageKey, data: bytes) -> None:
        """Replace what is under the key. When this returns the bytes survive the loss of power.

        Where they may not, `weakness` says why.
        """
        ...

    async def create(self, key: StorageKey, data: bytes) -> bytes:
        """Write unless there is something under the key, and return what is there then.

        Of several processes that do so at once all get the same bytes. As durable as `save`.
        """
        ...

    async def remove(self, key: StorageKey) -> None:
        """Forget the key, for good once this returns. A missing key is no error."""
        ...

    async def remove_range(self, prefix: StorageKey) -> None:
        """Forget all entries at or below a prefix that is not empty, for good once this returns."""
        ...

    async def keys(self, prefix: StorageKey) -> list[KeyInfo]:
        """What `load_range` would find, without reading it."""
        ...

    def watch(self) -> AsyncIterator[StorageKey] | None:
        """What others write from now on; None from a store that cannot tell.

        Each item is a key, or a prefix below which something changed; the empty one means that anything
        may have. Own writes may be among them. The iterator ends when the store is closed.
        """
        ...

    @property
    def place(self) -> str:
        """Where this store is, for people: a path or URL, never with a secret in it."""
        ...

    @property
    def weakness(self) -> Weakness | None:
        """Why what `save` confirmed may not survive the loss of power, as far as the store can tell; None if it does.

        Asked after each call: a store that comes to know of a weakness says so before the call returns whose
        outcome is worth less. It may not be taken back before the store is opened again. What is weak is not
        reported to peers as stored (E43).
        """
        ...

    async def close(self) -> None:
        """Finish what was begun and let go. Later calls raise StorageError; closing again is no error."""
        ...


class StorageBase:
    """The parts of an adapter that have a slow but true answer for every store."""

    async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        """The one thing that the slow answers need."""
        raise NotImplementedError(f"{type(self).__name__} must define load_range")

    async def load(self, key: StorageKey) -> bytes | None:
        """As `load_range` of exactly this key."""
        return dict(await self.load_range(key)).get(key)

    async def save(self, key: StorageKey, data: bytes) -> None:
        """The other thing."""
        raise NotImplementedError(f"{type(self).__name__} must define save")

    async def create(self, key: StorageKey, data: bytes) -> bytes:
        """The best that can be done with loads and saves: whoever reads last before another writes, differs.

        An adapter that several processes share should do better.
        """
        if (found := await self.load(key)) is None:
            await self.save(key, data)
            found = await self.load(key)
        return data if found is None else found

    async def keys(self, prefix: StorageKey) -> list[KeyInfo]:
        """Reads all data to learn its size; an adapter that can list should say it faster."""
        return [KeyInfo(key, len(data)) for key, data in await self.load_range(prefix)]

    def watch(self) -> AsyncIterator[StorageKey] | None:
        """A passive store: what others write is seen at the next load."""
        return None

    @property
    def place(self) -> str:
        """The adapter's name, for want of a better word."""
        return type(self).__name__

    @property
    def weakness(self) -> Weakness | None:
        """None: what is said to be stored is."""
        return None

    async def close(self) -> None:
        """Nothing is held."""
