"""What is read counts as stored, whoever wrote it (P71); so it is synced before it is shown.

A process may die between giving a file its name and syncing the folder; JavaScript syncs nothing. Whoever reads
such a file and tells peers that it is stored would break that word at the next loss of power.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from threading import Lock

from jupyter_automerge.storage.os_port import READ, OsPort, Status

YOUNG_SECONDS = 3600.0
"""What nobody touched for so long is on the disk: systems write back within half a minute. The rest is room for
clocks that differ; an fsync costs the same whether anything was left to do or not."""
FILES_REMEMBERED = 4_096
"""The least recently used leave; forgetting one costs a few fsyncs, nothing else."""

_GONE = (FileNotFoundError, NotADirectoryError)


class DurableReads:
    """Of files below one base. Thread-safe."""

    def __init__(self, os: OsPort, base: Path) -> None:
        self._os = os
        self._base = base
        self._durable: OrderedDict[Path, Status] = OrderedDict()
        self._lock = Lock()

    def are_durable(self, files: Iterable[Path]) -> None:
        """These were written here, and synced: reading them again need not wait for the disk."""
        for path in files:
            with suppress(OSError):
                self._remember(path, self._os.stat(path))

    def confirm(self, files: Iterable[Path]) -> None:
        """What was read from these survives the loss of power when this returns; what is gone by now is passed over.

        Raises OSError if that cannot be had of something that was touched of late.
        """
        unsure = {
            path: status
            for path in files
            if (status := self._young(path)) and not self._is_known(path, status)
        }
        folders = {
            folder: None for path in unsure for folder in path.parents if folder.is_relative_to(self._base)
        }
        for path in unsure:
            _unless_gone(self._sync_file, path)
        for folder in folders:
            if self._young(folder):
                _unless_gone(self._os.sync_directory, folder)
        for path, status in unsure.items():
            self._remember(path, status)

    def _young(self, path: Path) -> Status | None:
        with suppress(*_GONE):
            status = self._os.stat(path)
            return status if time.time() - status.changed < YOUNG_SECONDS else None
        return None

    def _sync_file(self, path: Path) -> None:
        descriptor = self._os.open(path, READ)
        try:
            self._os.sync(descriptor)
        finally:
            self._os.close(descriptor)

    def _is_known(self, path: Path, status: Status) -> bool:
        with self._lock:
            return self._durable.get(path) == status

    def _remember(self, path: Path, status: Status) -> None:
        with self._lock:
            self._durable[path] = status
            self._durable.move_to_end(path)
            while len(self._durable) > FILES_REMEMBERED:
                self._durable.popitem(last=False)


def _unless_gone(sync: Callable[[Path], None], path: Path) -> None:
    # Who may read something may not always open it for this: a folder that is closed, a file on Windows.
    with suppress(*_GONE, PermissionError):
        sync(path)
