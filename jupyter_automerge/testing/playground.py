"""A few laptops and a server in one process, to try out, teach and test what happens between them.

Real Repos with stores in memory, on a thread of their own: they go on while a cell or a test runs.
"""

import time
from collections.abc import Callable, Mapping
from threading import Event
from types import MappingProxyType, TracebackType
from typing import Self

from jupyter_automerge.errors import AutomergeError
from jupyter_automerge.repo import Repo
from jupyter_automerge.testing.cable import Cable
from jupyter_automerge.testing.playground_thread import PlaygroundThread
from jupyter_automerge.testing.slow_disk import SlowDisk

SERVER = "server"
UNTIL_SECONDS = 10.0


class Machine:
    """A simulated computer: a Repo, and the disk of its store."""

    def __init__(self, thread: PlaygroundThread, name: str, kind: str) -> None:
        self.name = name
        self.disk = SlowDisk(thread)
        self.repo = Repo(self.disk, name=name, kind=kind)

    def __repr__(self) -> str:
        return f"<{self.name}{', disk held' if self.disk.held else ''}>"


class Laptop(Machine):
    """One with a cable to the server."""

    cable: Cable

    def __repr__(self) -> str:
        cable = "plugged in" if self.cable.plugged else "cable pulled"
        return f"<{self.name}, {cable}{', disk held' if self.disk.held else ''}>"


class Playground:
    """`with Playground("alice", "bob") as play:`, or, in a notebook, `play = Playground()` and `play.close()`.

    Each laptop is connected to the server by a cable of its own, and to nobody else. Handles of the Repos
    may be used from any thread. Do not make one on an event loop that must not wait: opening takes a moment.
    """

    def __init__(self, *laptops: str) -> None:
        """Laptops of these names; "alice" and "bob" if none is given."""
        names = laptops or ("alice", "bob")
        if len({*names, SERVER}) != len(names) + 1:
            raise ValueError(f"each machine needs a name of its own, and not {SERVER!r}: {', '.join(names)}")
        self._thread = PlaygroundThread()
        self.server = Machine(self._thread, SERVER, "server")
        self._laptops = {name: Laptop(self._thread, name, "laptop") for name in names}
        self._closed = False
        self._thread.run(self._open())

    def __repr__(self) -> str:
        return f"Playground({', '.join(map(repr, self._machines))})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def laptops(self) -> Mapping[str, Laptop]:
        """The laptops by name."""
        return MappingProxyType(self._laptops)

    def laptop(self, name: str) -> Laptop:
        """One of them. Raises KeyError for a name that none has."""
        return self._laptops[name]

    def cable(self, name: str) -> Cable:
        """The cable between this laptop and the server. Raises KeyError for a name that no laptop has."""
        return self._laptops[name].cable

    def until(self, condition: Callable[[], object], timeout: float = UNTIL_SECONDS) -> None:
        """Wait until the condition holds, looking again whenever anything happened in one of the Repos.

        Raises TimeoutError after `timeout` seconds, and says how things stand.
        """
        moved, deadline = Event(), time.monotonic() + timeout
        endings = [machine.repo.on_event(lambda _: moved.set()) for machine in self._machines]
        try:
            while not condition():
                if not moved.wait(deadline - time.monotonic()):
                    raise TimeoutError(f"not within {timeout} s\n{self.story()}")
                moved.clear()
        finally:
            for end in endings:
                end()

    def story(self) -> str:
        """Who knows what, a line for each machine, document and store; for failures and for the curious."""
        return "\n".join(line for machine in self._machines for line in _lines(machine))

    def close(self) -> None:
        """Close the Repos, laptops first, and end the thread. A held disk is released before. Again: no effect."""
        if self._closed:
            return
        self._closed = True
        self.server.disk.release()
        for machine in reversed(self._machines):
            machine.disk.release()
            machine.repo.close().result()
        self._thread.stop()

    @property
    def _machines(self) -> list[Machine]:
        return [self.server, *self._laptops.values()]

    async def _open(self) -> None:
        await self.server.repo.open()
        for laptop in self._laptops.values():
            await laptop.repo.open()
            laptop.cable = Cable(self._thread, laptop.repo, self.server.repo)


def _lines(machine: Machine) -> list[str]:
    lines = [repr(machine)]
    try:
        for handle in machine.repo.handles.values():
            lines.append(f"  {handle!r}")
            lines.extend(f"    {row!r}" for row in handle.peers)
    except AutomergeError as error:
        lines.append(f"  {error}")
    return lines
