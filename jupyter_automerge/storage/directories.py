"""Folders whose names are known to be durable, so that each is made so once and not at every write."""

from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from threading import Lock

from jupyter_automerge.storage.os_port import Kind, OsPort

DIRECTORIES_REMEMBERED = 16_384
"""The least recently used leave; forgetting one costs an fsync, nothing else."""


class DurableDirectories:
    """Makes folders below a base. Thread-safe.

    A folder that merely exists may have been made by a process that died before its name was durable; so a
    folder is trusted only after this object has synced the folder around it.
    """

    def __init__(self, os: OsPort, base: Path) -> None:
        self._os = os
        self._base = base
        self._durable: OrderedDict[Path, None] = OrderedDict()
        self._lock = Lock()

    def ensure(self, directory: Path) -> None:
        """The folder exists, and it and all folders up to the base stay after the loss of power."""
        for around in self.make(directory):
            self._os.sync_directory(around)
        self.are_durable(directory)

    def make(self, directory: Path) -> list[Path]:
        """The folder exists; returned are those that have to be synced for it to stay."""
        if self._is_known(directory):
            return []
        if directory == self._base:
            self._make_base(directory)
            self._remember(directory)
            return []
        to_sync = self.make(directory.parent)
        self._make_one(directory)
        return [*to_sync, directory.parent]

    def are_durable(self, directory: Path) -> None:
        """What `make` returned for this folder has been synced."""
        while directory != self._base and not self._is_known(directory):
            self._remember(directory)
            directory = directory.parent

    def forget_below(self, directory: Path) -> None:
        """The folder was removed: what is below it has to be made anew."""
        with self._lock:
            for known in [known for known in self._durable if known.is_relative_to(directory)]:
                del self._durable[known]

    def forget_all(self) -> None:
        """Somebody else removed a folder: trust nothing."""
        with self._lock:
            self._durable.clear()

    def _make_base(self, directory: Path) -> None:
        if self._is_folder(directory):
            # Who made it may have died before its name was durable; what is above may be closed to us.
            with suppress(PermissionError):
                self._os.sync_directory(directory.parent)
            return
        self._make_base(directory.parent)
        self._make_one(directory)
        self._os.sync_directory(directory.parent)

    def _make_one(self, directory: Path) -> None:
        try:
            self._os.mkdir(directory)
        except FileExistsError:
            if not self._is_folder(directory):
                raise

    def _is_folder(self, path: Path) -> bool:
        try:
            return self._os.stat(path).kind is Kind.FOLDER
        except FileNotFoundError:
            return False

    def _is_known(self, directory: Path) -> bool:
        with self._lock:
            if directory not in self._durable:
                return False
            self._durable.move_to_end(directory)
            return True

    def _remember(self, directory: Path) -> None:
        with self._lock:
            self._durable[directory] = None
            while len(self._durable) > DIRECTORIES_REMEMBERED:
                self._durable.popitem(last=False)
