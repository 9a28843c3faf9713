"""A store in a folder, byte for byte the layout of automerge-repo's nodefs adapter, in both directions."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from jupyter_automerge.errors import StorageError
from jupyter_automerge.storage.contract import KeyInfo, StorageBase
from jupyter_automerge.storage.directories import DurableDirectories
from jupyter_automerge.storage.durable import DurableFiles
from jupyter_automerge.storage.durable_reads import DurableReads
from jupyter_automerge.storage.key_rules import TEMPORARY_COMPONENT, check_key, check_prefix
from jupyter_automerge.storage.layout import path_of
from jupyter_automerge.storage.leftovers import Tidying
from jupyter_automerge.storage.listing import infos, read, read_range
from jupyter_automerge.storage.news import News, Watchers
from jupyter_automerge.storage.os_faults import told
from jupyter_automerge.storage.os_port import OsPort, RealOs
from jupyter_automerge.storage.rounds import Rounds
from jupyter_automerge.storage.turns import Turns
from jupyter_automerge.storage.unfinished import UnfinishedFiles
from jupyter_automerge.storage.watching_files import hear_folder
from jupyter_automerge.storage.write_round import Write, WriteRound
from jupyter_automerge.values.keys import StorageKey

Result = TypeVar("Result")

# Writing is mostly waiting for fsync: 500 documents at once take 0.3 s with 32 threads and 0.75 s with 8 on a disk
# that needs 5 ms for each, 0.1 and 0.15 s at half a millisecond. Who types needs one, and no more is started.
_WRITERS = 32
_READERS = 2


class FileStorage(StorageBase):
    """Documents under `path`, which is made at the first write. Used from one event loop; never blocks it.

    Several processes may share the folder: files are replaced whole, and readers tolerate those that vanish. What
    was read is as durable as what was saved (P71).
    What a process that died left unfinished is removed at the first use.
    """

    def __init__(self, path: str | Path, *, os: OsPort | None = None) -> None:
        self.path = Path(path).absolute()
        self._os = os or RealOs()
        # Apart, so that a find does not wait behind the disk's fsyncs, nor a put behind a thousand loads.
        self._writers = ThreadPoolExecutor(_WRITERS, "automerge-store-write")
        self._readers = ThreadPoolExecutor(_READERS, "automerge-store-read")
        unfinished = UnfinishedFiles(self._os, self.path / TEMPORARY_COMPONENT)
        directories = DurableDirectories(self._os, self.path)
        self._files = DurableFiles(self._os, directories, unfinished)
        self._round = WriteRound(self._os, directories, unfinished, self._writers, _WRITERS)
        self._reads = DurableReads(self._os, self.path)
        self._tidying = Tidying(self._os, unfinished.folder)
        self._turns = Turns()
        self._rounds = Rounds(self._writers, self._write_round)
        self._watchers = Watchers()
        self._closed = False

    async def load(self, key: StorageKey) -> bytes | None:
        """As the contract says."""
        check_key(key)
        path = path_of(self.path, key)
        return await self._read("read", path, partial(self._load, path))

    async def load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        """As the contract says. Files that vanish meanwhile are looked for under their new names."""
        check_prefix(prefix)
        work = partial(self._load_range, prefix)
        return await self._read("read", path_of(self.path, prefix), work)

    async def keys(self, prefix: StorageKey) -> list[KeyInfo]:
        """As the contract says, from the directory entries alone."""
        check_prefix(prefix)
        work = partial(infos, self._os, self.path, prefix)
        return await self._read("list", path_of(self.path, prefix), work)

    async def save(self, key: StorageKey, data: bytes) -> None:
        """As the contract says: file and directories are synced when this returns."""
        check_key(key)
        path = path_of(self.path, key)
        content = bytes(data)
        self._require_open()
        with told("write", path):
            await self._turns.run(key, lambda: self._rounds.join(path, content))

    async def create(self, key: StorageKey, data: bytes) -> bytes:
        """As the contract says, also between processes; the file system must have hard links for that."""
        check_key(key)
        path = path_of(self.path, key)
        content = bytes(data)
        return await self._write("write", key, path, partial(self._files.create, path, content))

    async def remove(self, key: StorageKey) -> None:
        """As the contract says."""
        check_key(key)
        path = path_of(self.path, key)
        await self._write("remove", key, path, partial(self._files.remove, path))

    async def remove_range(self, prefix: StorageKey) -> None:
        """As the contract says: all of it vanishes at once, also when the process dies in between."""
        check_key(prefix)
        path = path_of(self.path, prefix)
        await self._write("remove", prefix, path, partial(self._files.remove_tree, path))

    def watch(self) -> AsyncIterator[StorageKey] | None:
        """As the contract says. What this object writes is told as well. None on a simulated machine."""
        self._require_open()
        if not isinstance(self._os, RealOs):
            return None
        return self._watchers.add(News(partial(hear_folder, self.path)))

    @property
    def place(self) -> str:
        """The folder."""
        return str(self.path)

    async def close(self) -> None:
        """Wait for the writes that were begun, then end the threads."""
        self._closed = True
        await self._watchers.end()
        await self._turns.all_over()
        self._writers.shutdown(wait=False)
        self._readers.shutdown(wait=False)

    def _load(self, path: Path) -> bytes | None:
        data = read(self._os, path)
        if data is not None:
            self._reads.confirm([path])
        return data

    def _load_range(self, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
        found = read_range(self._os, self.path, prefix)
        self._reads.confirm(path_of(self.path, key) for key, _ in found)
        return found

    def _require_open(self) -> None:
        if self._closed:
            raise StorageError(f"{self.path} is closed: open the store again")

    async def _read(self, doing: str, path: Path, work: Callable[[], Result]) -> Result:
        self._require_open()
        loop = asyncio.get_running_loop()
        with told(doing, path):
            return await loop.run_in_executor(self._readers, self._after_tidying(work))

    async def _write(self, doing: str, key: StorageKey, path: Path, work: Callable[[], Result]) -> Result:
        self._require_open()
        loop = asyncio.get_running_loop()
        with told(doing, path):
            return await self._turns.run(
                key, lambda: loop.run_in_executor(self._writers, self._after_tidying(work))
            )

    def _write_round(self, writes: Sequence[Write]) -> None:
        self._tidying.once()
        self._round.run(writes)
        self._reads.are_durable(write.path for write in writes if write.error is None)
        if not any(write.error for write in writes):
            self._tidying.tell()

    def _after_tidying(self, work: Callable[[], Result]) -> Callable[[], Result]:
        def tidy_and_work() -> Result:
            self._tidying.once()
            done = work()
            self._tidying.tell()
            return done

        return tidy_and_work
