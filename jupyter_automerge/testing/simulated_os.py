"""The operating system as one process on a simulated machine sees it: file stores run on it unmodified.

machine = SimulatedMachine()
store = FileStorage("/store", os=SimulatedOs(machine))
machine.cut_power_at(17)
...
machine = machine.started_again(Random(1))
"""

import errno
from pathlib import Path

from jupyter_automerge.storage.os_port import WRITE_NEW, Kind, Status
from jupyter_automerge.testing.simulated_inodes import SimulatedFile, SimulatedFolder, SimulatedNode
from jupyter_automerge.testing.simulated_machine import SimulatedMachine, os_error

MOST_WRITTEN_AT_ONCE = 1_000
"""Bytes that one call of `write` takes: programs must be ready for fewer than they offered."""


class SimulatedOs:
    """An `OsPort`: one process on a SimulatedMachine."""

    def __init__(self, machine: SimulatedMachine) -> None:
        self.machine = machine
        self._process_id = machine.start_process()
        self._open: dict[int, tuple[Path, SimulatedFile]] = {}
        self._next_descriptor = 3

    def kill(self) -> None:
        """As SIGKILL does."""
        self.machine.kill(self._process_id)

    def open(self, path: Path, flags: int) -> int:
        """As the port says."""
        with self.machine.lock:
            self._begin("open", path)
            if flags == WRITE_NEW:
                self._add(path, SimulatedFile())
            file = self._file(path)
            self._next_descriptor += 1
            self._open[self._next_descriptor] = (path, file)
            return self._next_descriptor

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """As the port says, and in small portions. On a full disk half of what was offered still finds room."""
        with self.machine.lock:
            path, file = self._open[descriptor]
            number = self.machine.begin(self._process_id, "write", path)
            taken = bytes(data[:MOST_WRITTEN_AT_ONCE])
            file.append(taken[: len(taken) // 2] if number else taken)
            _raise_if(number, path)
            return len(taken)

    def sync(self, descriptor: int) -> None:
        """As the port says; when it fails, what was not durable never will be."""
        with self.machine.lock:
            path, file = self._open[descriptor]
            if number := self.machine.begin(self._process_id, "sync", path):
                file.fail_to_sync()
            _raise_if(number, path)
            file.sync()

    def close(self, descriptor: int) -> None:
        """As the port says; of a dead process nobody asks."""
        with self.machine.lock:
            del self._open[descriptor]

    def sync_directory(self, directory: Path) -> None:
        """As the port says. One that failed may be tried again: file systems that cannot write names go read-only
        rather than forget them.
        """
        with self.machine.lock:
            self._begin("sync_directory", directory)
            self.machine.folder(directory).sync()

    def read(self, path: Path) -> bytes:
        """As the port says."""
        with self.machine.lock:
            self._begin("read", path)
            return self._file(path).content

    def mkdir(self, path: Path) -> None:
        """As the port says."""
        with self.machine.lock:
            self._begin("mkdir", path)
            self._add(path, SimulatedFolder())

    def rmdir(self, path: Path) -> None:
        """As the port says."""
        with self.machine.lock:
            self._begin("rmdir", path)
            if self.machine.folder(path).names:
                raise os_error(errno.ENOTEMPTY, path)
            self.machine.folder(path.parent).set(path.name, None)

    def link(self, source: Path, target: Path) -> None:
        """As the port says."""
        with self.machine.lock:
            self._begin("link", target)
            self._add(target, self._file(source))

    def replace(self, source: Path, target: Path) -> None:
        """As the port says. The two folders are synced each by itself."""
        with self.machine.lock:
            self._begin("replace", target)
            node, folder = self.machine.node(source), self.machine.folder(target.parent)
            there = folder.names.get(target.name)
            if isinstance(there, SimulatedFolder):
                raise os_error(errno.EISDIR if isinstance(node, SimulatedFile) else errno.ENOTEMPTY, target)
            folder.set(target.name, node)
            self.machine.folder(source.parent).set(source.name, None)

    def unlink(self, path: Path) -> None:
        """As the port says."""
        with self.machine.lock:
            self._begin("unlink", path)
            self._file(path)
            self.machine.folder(path.parent).set(path.name, None)

    def scan(self, directory: Path) -> list[tuple[str, Kind]]:
        """As the port says."""
        with self.machine.lock:
            self._begin("scan", directory)
            names = self.machine.folder(directory).names
            return [(name, _kind(node)) for name, node in names.items()]

    def stat(self, path: Path) -> Status:
        """As the port says."""
        with self.machine.lock:
            self._begin("stat", path)
            node = self.machine.node(path)
            size = len(node.content) if isinstance(node, SimulatedFile) else 0
            return Status(_kind(node), size, node.time, node.time)

    def process_id(self) -> int:
        """As the port says."""
        return self._process_id

    def is_running(self, process_id: int) -> bool:
        """As the port says."""
        return process_id in self.machine.running

    def _begin(self, call: str, path: Path) -> None:
        _raise_if(self.machine.begin(self._process_id, call, path), path)

    def _file(self, path: Path) -> SimulatedFile:
        if isinstance(node := self.machine.node(path), SimulatedFile):
            return node
        raise os_error(errno.EISDIR, path)

    def _add(self, path: Path, node: SimulatedNode) -> None:
        folder = self.machine.folder(path.parent)
        if path.name in folder.names:
            raise os_error(errno.EEXIST, path)
        folder.set(path.name, node)


def _kind(node: SimulatedNode) -> Kind:
    return Kind.FILE if isinstance(node, SimulatedFile) else Kind.FOLDER


def _raise_if(number: int, path: Path) -> None:
    if number:
        raise os_error(number, path)
