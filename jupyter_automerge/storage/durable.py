"""Writing and removing files so that a crash at any moment leaves the old state or the new one.

A file is written under `<base>/.tmp/`, synced and renamed to its place; then its directory is synced.
All of this blocks; FileStorage calls it in threads of its own.
"""

import errno
import os
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from uuid import uuid4

from jupyter_automerge.storage import fsync
from jupyter_automerge.storage.directories import DurableDirectories
from jupyter_automerge.storage.key_rules import TEMPORARY_COMPONENT

_ATTEMPTS = 4
"""Another process on the same store may remove a folder under our hands; it does not do so for ever."""
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


class DurableFiles:
    """The files below one base. Thread-safe as long as no two threads write the same path at once."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._temporary = base / TEMPORARY_COMPONENT
        self._directories = DurableDirectories(base)

    def write(self, path: Path, data: bytes) -> None:
        """The path holds `data` for good when this returns; whatever fails, it holds what it held before."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._directories.ensure(path.parent)
                self._directories.ensure(self._temporary)
                self._write_and_rename(path, data)
                fsync.sync_directory(path.parent)
                return
            except FileNotFoundError:
                self._directories.forget_all()
                if attempt == _ATTEMPTS:
                    raise

    def create(self, path: Path, data: bytes) -> bytes:
        """As `write`, unless there is something: that stays, and is returned, durable too."""
        for _ in range(_ATTEMPTS):
            with suppress(FileNotFoundError):
                return self._found(path)
            try:
                self._directories.ensure(path.parent)
                self._directories.ensure(self._temporary)
                self._write_and_link(path, data)
                fsync.sync_directory(path.parent)
                return data
            except FileExistsError:
                continue
            except FileNotFoundError:
                self._directories.forget_all()
        raise FileNotFoundError(errno.ENOENT, "others remove it again and again", str(path))

    def remove(self, path: Path) -> None:
        """The file is gone for good when this returns. No such file, or a folder there, is no error."""
        with suppress(FileNotFoundError, NotADirectoryError):
            if not path.is_dir():
                path.unlink()
                fsync.sync_directory(path.parent)

    def remove_tree(self, path: Path) -> None:
        """The file or folder is gone for good when this returns, and at no time only half of it."""
        if not path.exists():
            return
        unwanted = self._unfinished_name()
        try:
            self._directories.ensure(self._temporary)
            path.rename(unwanted)
        except (FileNotFoundError, NotADirectoryError):
            return
        self._directories.forget_below(path)
        fsync.sync_directory(path.parent)
        remove_unfinished(unwanted)

    def _write_and_rename(self, path: Path, data: bytes) -> None:
        unfinished = self._unfinished_name()
        try:
            _write_new(unfinished, data)
            unfinished.replace(path)
        except BaseException:  # KeyboardInterrupt too must not leave half a file
            unfinished.unlink(missing_ok=True)
            raise

    def _write_and_link(self, path: Path, data: bytes) -> None:
        # A link is made only where nothing is, and what it shows is whole from the first moment.
        unfinished = self._unfinished_name()
        try:
            _write_new(unfinished, data)
            _name_if_absent(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)

    def _found(self, path: Path) -> bytes:
        with path.open("rb") as file:
            data = file.read()
            # Whoever wrote it may have died, or not have come to this yet.
            fsync.sync_file(file.fileno())
        self._directories.ensure(path.parent)
        fsync.sync_directory(path.parent)
        return data

    def _unfinished_name(self) -> Path:
        return self._temporary / f"{os.getpid()}.{uuid4()}"


def remove_unfinished(path: Path) -> None:
    """Remove what a write or a removal left under its temporary name."""
    if path.is_dir():
        rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _name_if_absent(unfinished: Path, path: Path) -> None:
    try:
        path.hardlink_to(unfinished)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # FAT and some network file systems: there two processes can both find nothing in the same instant.
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        unfinished.replace(path)


def _write_new(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        fsync.sync_file(descriptor)
    finally:
        os.close(descriptor)
