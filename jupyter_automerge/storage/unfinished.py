"""Files that nobody can see yet: each is written and synced under `<base>/.tmp/` before it gets its name.

JavaScript would take a file of any name in a document's folder for a chunk; it never looks into `.tmp`.
"""

from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from jupyter_automerge.storage.os_port import WRITE_NEW, Kind, OsPort


class UnfinishedFiles:
    """Those below one base. Thread-safe."""

    def __init__(self, os: OsPort, temporary: Path) -> None:
        self.folder = temporary
        self._os = os

    def write(self, data: bytes) -> Path:
        """A new file with exactly these bytes, which survive the loss of power once the file has a name."""
        path = self.new_name()
        try:
            self._write_new(path, data)
        except BaseException:  # KeyboardInterrupt too must not leave half a file
            self.discard(path)
            raise
        return path

    def new_name(self) -> Path:
        """One that tells later whose it was. The folder is there; that it stays matters to nobody."""
        return self.folder / f"{self._os.process_id()}.{uuid4()}"

    def discard(self, path: Path) -> None:
        """Remove what has such a name; what cannot be removed is a leftover, for later."""
        with suppress(OSError):
            remove_tree(self._os, path)

    def _write_new(self, path: Path, data: bytes) -> None:
        descriptor = self._open(path)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[self._os.write(descriptor, rest) :]
            self._os.sync(descriptor)
        finally:
            self._os.close(descriptor)

    def _open(self, path: Path) -> int:
        try:
            return self._os.open(path, WRITE_NEW)
        except FileNotFoundError:
            self.make_folder()
            return self._os.open(path, WRITE_NEW)

    def make_folder(self) -> None:
        """The folder for them, in a base that is there."""
        with suppress(FileExistsError):
            self._os.mkdir(self.folder)


def remove_tree(os: OsPort, path: Path) -> None:
    """Remove a file, or a folder and all that is in it."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    except OSError:  # EISDIR on Linux, EPERM or EACCES elsewhere
        if os.stat(path).kind is not Kind.FOLDER:
            raise
        for name, _ in os.scan(path):
            remove_tree(os, path / name)
        os.rmdir(path)
