"""Creating and removing files so that a crash at any moment leaves the old state or the new one.

All of this blocks; FileStorage calls it in threads of its own.
"""

import errno
from contextlib import suppress
from os import strerror
from pathlib import Path

from jupyter_automerge.storage.directories import DurableDirectories
from jupyter_automerge.storage.os_port import READ, Kind, OsPort
from jupyter_automerge.storage.unfinished import UnfinishedFiles, remove_tree

ATTEMPTS = 4
"""Another process on the same store may remove a folder under our hands; it does not do so for ever."""
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


class DurableFiles:
    """The files below one base. Thread-safe as long as no two threads change the same path at once."""

    def __init__(self, os: OsPort, directories: DurableDirectories, unfinished: UnfinishedFiles) -> None:
        self._os = os
        self._directories = directories
        self._unfinished = unfinished

    def create(self, path: Path, data: bytes) -> bytes:
        """The path holds `data` for good when this returns; or what was there before, which is returned."""
        for _ in range(ATTEMPTS):
            with suppress(FileNotFoundError):
                return self._found(path)
            try:
                self._directories.ensure(path.parent)
                self._write_and_link(path, data)
                self._os.sync_directory(path.parent)
                return data
            except FileExistsError:
                continue
            except FileNotFoundError:
                self._directories.forget_all()
        raise FileNotFoundError(errno.ENOENT, "others remove it again and again", str(path))

    def remove(self, path: Path) -> None:
        """The file is gone for good when this returns. No such file, or a folder there, is no error."""
        with suppress(FileNotFoundError, NotADirectoryError):
            if self._os.stat(path).kind is not Kind.FOLDER:
                self._os.unlink(path)
                self._os.sync_directory(path.parent)

    def remove_tree(self, path: Path) -> None:
        """The file or folder is gone for good when this returns, and at no time only half of it."""
        unwanted = self._unfinished.new_name()
        try:
            self._os.stat(path)
            self._unfinished.make_folder()
            self._os.replace(path, unwanted)
        except (FileNotFoundError, NotADirectoryError):
            return
        self._directories.forget_below(path)
        self._os.sync_directory(path.parent)
        remove_tree(self._os, unwanted)

    def _write_and_link(self, path: Path, data: bytes) -> None:
        # A link is made only where nothing is, and what it shows is whole from the first moment.
        unfinished = self._unfinished.write(data)
        try:
            self._name_if_absent(unfinished, path)
        finally:
            self._unfinished.discard(unfinished)

    def _name_if_absent(self, unfinished: Path, path: Path) -> None:
        try:
            self._os.link(unfinished, path)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            # FAT and some network file systems: there two processes can both find nothing in the same instant.
            with suppress(FileNotFoundError):
                self._os.stat(path)
                code = errno.EEXIST
                raise FileExistsError(code, strerror(code), str(path)) from error
            self._os.replace(unfinished, path)

    def _found(self, path: Path) -> bytes:
        data = self._os.read(path)
        # Whoever wrote it may have died, or not have come to this yet.
        descriptor = self._os.open(path, READ)
        try:
            self._os.sync(descriptor)
        finally:
            self._os.close(descriptor)
        self._directories.ensure(path.parent)
        self._os.sync_directory(path.parent)
        return data
