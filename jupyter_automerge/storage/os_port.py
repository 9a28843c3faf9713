"""The calls of the operating system on which a store of files rests. It makes no others.

So the same store runs, unmodified, on a disk that forgets, tears and fails: `testing.simulated_os`.
"""

import os
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Protocol

from jupyter_automerge.storage import fsync

WRITE_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
"""Flags of `open`: make the file, or raise FileExistsError."""
READ = os.O_RDWR if sys.platform == "win32" else os.O_RDONLY
"""The same, of a file that is there, for syncing it: Windows syncs only what may be written."""


class Kind(Enum):
    """What a name stands for."""

    FILE = "file"
    FOLDER = "folder"
    OTHER = "other"
    """A symbolic link, a socket, ...: nothing that a store makes."""


@dataclass(frozen=True, slots=True)
class Status:
    """Of what is under a path: size in bytes, time of the last write in seconds since 1970.

    `changed`: when anything of it last was, its name included.
    """

    kind: Kind
    size: int
    time: float
    changed: float


class OsPort(Protocol):
    """Blocking, and callable from any thread. Every call may raise OSError, the same as `os` would."""

    def open(self, path: Path, flags: int) -> int:
        """A descriptor: `READ` or `WRITE_NEW`."""
        ...

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """How many of the bytes were taken; it may be less than all."""
        ...

    def sync(self, descriptor: int) -> None:
        """When this returns, the content of the open file survives the loss of power."""
        ...

    def close(self, descriptor: int) -> None:
        """Let go of the descriptor."""
        ...

    def sync_directory(self, directory: Path) -> None:
        """When this returns, names made, moved and removed in the directory stay so after the loss of power."""
        ...

    def read(self, path: Path) -> bytes:
        """The whole file."""
        ...

    def mkdir(self, path: Path) -> None:
        """Make one folder in one that is there."""
        ...

    def rmdir(self, path: Path) -> None:
        """Remove an empty folder."""
        ...

    def link(self, source: Path, target: Path) -> None:
        """Another name for a file; FileExistsError if it is taken."""
        ...

    def replace(self, source: Path, target: Path) -> None:
        """Give a file or folder another name, in one step; a file there makes way."""
        ...

    def unlink(self, path: Path) -> None:
        """Take the name from a file."""
        ...

    def scan(self, directory: Path) -> list[tuple[str, Kind]]:
        """The names in a folder, in any order; links are not followed."""
        ...

    def stat(self, path: Path) -> Status:
        """What is there; links are followed."""
        ...

    def process_id(self) -> int:
        """Our own."""
        ...

    def is_running(self, process_id: int) -> bool:
        """Whether there is such a process, as far as can be told."""
        ...


class RealOs:
    """The machine we run on."""

    def open(self, path: Path, flags: int) -> int:
        """As the port says."""
        return os.open(path, flags | getattr(os, "O_BINARY", 0), 0o666)

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """As the port says."""
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """As the port says."""
        fsync.sync_file(descriptor)

    def close(self, descriptor: int) -> None:
        """As the port says."""
        os.close(descriptor)

    def sync_directory(self, directory: Path) -> None:
        """As the port says, where the file system can."""
        fsync.sync_directory(directory)

    def read(self, path: Path) -> bytes:
        """As the port says."""
        return path.read_bytes()

    def mkdir(self, path: Path) -> None:
        """As the port says."""
        path.mkdir()

    def rmdir(self, path: Path) -> None:
        """As the port says."""
        path.rmdir()

    def link(self, source: Path, target: Path) -> None:
        """As the port says."""
        target.hardlink_to(source)

    def replace(self, source: Path, target: Path) -> None:
        """As the port says."""
        source.replace(target)

    def unlink(self, path: Path) -> None:
        """As the port says."""
        path.unlink()

    def scan(self, directory: Path) -> list[tuple[str, Kind]]:
        """As the port says."""
        with os.scandir(directory) as listing:
            return [(entry.name, _kind_of(entry)) for entry in listing]

    def stat(self, path: Path) -> Status:
        """As the port says."""
        found = path.stat()
        kind = Kind.FOLDER if S_ISDIR(found.st_mode) else Kind.FILE if S_ISREG(found.st_mode) else Kind.OTHER
        # st_ctime is when it was made on Windows, and when anything of it changed elsewhere.
        return Status(kind, found.st_size, found.st_mtime, max(found.st_mtime, found.st_ctime))

    def process_id(self) -> int:
        """As the port says."""
        return os.getpid()

    def is_running(self, process_id: int) -> bool:
        """As the port says. On Windows os.kill() has no harmless signal, so that all seem to run."""
        if process_id == os.getpid() or sys.platform == "win32":
            return True
        try:
            os.kill(process_id, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except PermissionError:
            return True
        return True


def _kind_of(entry: os.DirEntry[str]) -> Kind:
    if entry.is_dir(follow_symlinks=False):
        return Kind.FOLDER
    return Kind.FILE if entry.is_file(follow_symlinks=False) else Kind.OTHER
