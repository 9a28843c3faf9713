"""A machine whose disk forgets, tears and fails. `testing.simulated_os` is one process on it.

`testing.simulated_inodes` says what a loss of power leaves.
"""

import errno
from collections.abc import Callable
from dataclasses import dataclass
from os import strerror
from pathlib import PurePath
from random import Random
from threading import RLock

from jupyter_automerge.testing.simulated_inodes import SimulatedFile, SimulatedFolder, SimulatedNode


@dataclass(slots=True)
class Fault:
    """The next `times` calls of this name whose path contains `where` fail with this error number."""

    call: str
    number: int
    where: str = ""
    times: int = 1


class SimulatedMachine:
    """A disk, what the cache shows of it, and the processes that use it."""

    def __init__(self, root: SimulatedFolder | None = None, first_process: int = 100) -> None:
        self.root = root or SimulatedFolder()
        self.calls: list[str] = []
        self.faults: list[Fault] = []
        self.lock = RLock()
        self.is_off = False
        self.on_power_cut: Callable[[], None] = _nothing
        self.running: set[int] = set()
        self._next_process = first_process
        self.plans: dict[int, Callable[[], None]] = {}

    def start_process(self) -> int:
        """Its id, which no other process has, not even after the machine was started again."""
        self._next_process += 1
        self.running.add(self._next_process)
        return self._next_process

    def kill(self, process: int) -> None:
        """As SIGKILL does: the process makes no further call; what it wrote is in the cache."""
        with self.lock:
            self.running.discard(process)

    def before_call(self, number: int, action: Callable[[], None]) -> None:
        """Do this before the call of this number, counted from 0, over all processes."""
        self.plans[number] = action

    def cut_power(self) -> None:
        """From now on every call fails and changes nothing."""
        if not self.is_off:
            self.is_off = True
            self.running.clear()
            self.on_power_cut()

    def started_again(self, chance: Random) -> "SimulatedMachine":
        """The machine with what the loss of power left, as chance will have it."""
        self.cut_power()
        return SimulatedMachine(self.root.left(chance, {}), self._next_process + 1)

    def begin(self, process: int, call: str, path: PurePath) -> int:
        """A process makes a call; returned is the number of the error that it must end with, or 0."""
        self.plans.pop(len(self.calls), _nothing)()
        if self.is_off or process not in self.running:
            raise OSError(errno.EIO, "the power is off" if self.is_off else "the process is dead", str(path))
        self.calls.append(f"{call} {path}")
        for fault in self.faults:
            if fault.times and fault.call == call and fault.where in str(path):
                fault.times -= 1
                return fault.number
        return 0

    def node(self, path: PurePath) -> SimulatedNode:
        """What is there; raises as the system does."""
        node: SimulatedNode = self.root
        for name in path.parts[1:]:
            if isinstance(node, SimulatedFile):
                raise os_error(errno.ENOTDIR, path)
            if name not in node.names:
                raise os_error(errno.ENOENT, path)
            node = node.names[name]
        return node

    def folder(self, path: PurePath) -> SimulatedFolder:
        """The folder that is there."""
        if isinstance(node := self.node(path), SimulatedFolder):
            return node
        raise os_error(errno.ENOTDIR, path)


def _nothing() -> None:
    """Go on."""


def os_error(number: int, path: PurePath) -> OSError:
    """As the system words it."""
    return OSError(number, strerror(number), str(path))
