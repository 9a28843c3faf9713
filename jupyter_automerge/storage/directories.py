"""Folders whose names are known to be durable, so that each is made so once and not at every write."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock

from jupyter_automerge.storage import fsync

DIRECTORIES_REMEMBERED = 16_384
"""The least recently used leave; forgetting one costs an fsync, nothing else."""


class DurableDirectories:
    """Makes folders below a base. Thread-safe.

    A folder that merely exists may have been made by a process that died before its name was durable; so a
    folder is trusted only after this object has synced the folder around it.
    """

    def __init__(self, base: Path) -> None:
        self._base = base
        self._durable: OrderedDict[Path, None] = OrderedDict()
        self._lock = Lock()

    def ensure(self, directory: Path) -> None:
        """The folder exists, and it and all folders up to the base stay after the loss of power."""
        if self._is_known(directory):
            return
        if directory == self._base:
            _make_with_parents(directory)
        else:
            self.ensure(directory.parent)
            directory.mkdir(exist_ok=True)
            fsync.sync_directory(directory.parent)
        self._remember(directory)

    def forget_below(self, directory: Path) -> None:
        """The folder was removed: what is below it has to be made anew."""
        with self._lock:
            for known in [known for known in self._durable if known.is_relative_to(directory)]:
                del self._durable[known]

    def forget_all(self) -> None:
        """Somebody else removed a folder: trust nothing."""
        with self._lock:
            self._durable.clear()

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


def _make_with_parents(directory: Path) -> None:
    # The parents of an existing base are the owner's affair, and may not even be readable.
    if directory.is_dir():
        return
    _make_with_parents(directory.parent)
    directory.mkdir(exist_ok=True)
    fsync.sync_directory(directory.parent)
