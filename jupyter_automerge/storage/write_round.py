"""Writing several files at once, for the price of fewer fsyncs than one after the other.

Each is written under a temporary name, synced, and renamed to its place; then every folder that got a name is
synced, once. A crash at any moment leaves of each file the old content or the new one.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from jupyter_automerge.storage.directories import DurableDirectories
from jupyter_automerge.storage.durable import ATTEMPTS
from jupyter_automerge.storage.os_port import OsPort
from jupyter_automerge.storage.unfinished import UnfinishedFiles

Item = TypeVar("Item")


@dataclass(slots=True, eq=False)
class Write:
    """One file on its way. Without an `error` after the round it is durable."""

    path: Path
    data: bytes
    error: OSError | None = None
    to_sync: list[Path] = field(default_factory=list)


class WriteRound:
    """Writes into one store. Blocks; never runs twice at once. No two writes of a round have the same path."""

    def __init__(
        self,
        os: OsPort,
        directories: DurableDirectories,
        unfinished: UnfinishedFiles,
        pool: Executor,
        threads: int,
    ) -> None:
        self._os = os
        self._directories = directories
        self._unfinished = unfinished
        self._pool = pool
        self._threads = threads

    def run(self, writes: Sequence[Write]) -> None:
        """Each write is durable afterwards, or has its error; whatever fails keeps what it had before, unless
        only the folder around it could not be synced.
        """
        for _ in range(ATTEMPTS):
            self._run_once(writes)
            writes = [write for write in writes if isinstance(write.error, FileNotFoundError)]
            if not writes:
                return
            self._directories.forget_all()

    def _run_once(self, writes: Sequence[Write]) -> None:
        self._each(self._write_aside_and_rename, writes)
        self._sync_folders([write for write in writes if write.error is None])

    def _write_aside_and_rename(self, write: Write) -> None:
        folder = write.path.parent
        write.error = None
        try:
            write.to_sync = [*self._directories.make(folder), folder]
            unfinished = self._unfinished.write(write.data)
            try:
                self._os.replace(unfinished, write.path)
            except BaseException:
                self._unfinished.discard(unfinished)
                raise
        except OSError as error:
            write.error = error

    def _sync_folders(self, writes: Sequence[Write]) -> None:
        failures: dict[Path, OSError] = {}

        def sync(folder: Path) -> None:
            try:
                self._os.sync_directory(folder)
            except OSError as error:
                failures[folder] = error

        self._each(sync, {folder: None for write in writes for folder in write.to_sync})
        for write in writes:
            write.error = next((failures[folder] for folder in write.to_sync if folder in failures), None)
            if write.error is None:
                self._directories.are_durable(write.path.parent)

    def _each(self, work: Callable[[Item], None], items: Iterable[Item]) -> None:
        """Here and in such threads of the pool as are idle: a disk syncs many files in the time of a few."""
        waiting = deque(items)
        helping = [
            self._pool.submit(_drain, waiting, work) for _ in range(min(self._threads, len(waiting)) - 1)
        ]
        _drain(waiting, work)
        for helper in helping:
            # One that never began is waited for by nobody: it may stand behind us in the pool.
            if not helper.cancel():
                helper.result()


def _drain(waiting: deque[Item], work: Callable[[Item], None]) -> None:
    while True:
        try:
            item = waiting.popleft()
        except IndexError:
            return
        work(item)
