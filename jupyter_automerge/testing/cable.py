"""The cable between a simulated machine and its server: it can be pulled, and plugged in again."""

import asyncio

from jupyter_automerge.network import MemoryTransport, memory_pair
from jupyter_automerge.network.contract import OnOpen
from jupyter_automerge.repo import Dialer, Repo
from jupyter_automerge.testing.playground_thread import PlaygroundThread
from jupyter_automerge.values.status import DialerState


class Cable:
    """Plugged in at first. Both Repos live on the thread; the methods may be called from any other."""

    def __init__(self, thread: PlaygroundThread, machine: Repo, server: Repo) -> None:
        self._thread = thread
        self._connector = _Connector(server)
        self._machine = machine
        self._server = server
        self._dialer = machine.dial(self._connector)

    @property
    def plugged(self) -> bool:
        """Whether anything can pass."""
        return self._connector.plugged.is_set()

    @property
    def dialer(self) -> Dialer:
        """The machine's wish for the connection, to be waited for or looked at."""
        return self._dialer

    def pull(self) -> None:
        """Cut the connection, without a word to either side, and return when both have noticed.

        What is on the way is lost.
        """
        self._thread.run(self._pull())

    def plug(self) -> None:
        """Let connections pass again, beginning at once."""
        self._thread.call(self._plug)

    async def _pull(self) -> None:
        heard = asyncio.Event()
        endings = [repo.on_event(lambda _: heard.set()) for repo in (self._machine, self._server)]
        try:
            self._connector.cut()
            while self._is_held_for_connected:
                heard.clear()
                await heard.wait()
        finally:
            for end in endings:
                end()

    @property
    def _is_held_for_connected(self) -> bool:
        theirs = any(one.peer_id == self._machine.peer_id for one in self._server.connections)
        return theirs or self._dialer.state is DialerState.CONNECTED

    def _plug(self) -> None:
        self._connector.plugged.set()
        if self._dialer.state is DialerState.WAITING:
            # Its next try may be due only in a while, and whoever plugs a cable in looks now.
            self._dialer.close()
            self._dialer = self._machine.dial(self._connector)


class _Connector:
    """Opens memory transports to the server; while the cable is pulled a try waits."""

    def __init__(self, server: Repo) -> None:
        self.plugged = asyncio.Event()
        self.plugged.set()
        self._server = server
        self._transport: MemoryTransport | None = None

    @property
    def endpoint(self) -> str:
        return f"playground:{self._server.name}"

    async def connect(self, on_open: OnOpen) -> None:
        await self.plugged.wait()
        mine, theirs = memory_pair()
        self._transport = mine
        theirs.start(self._server.accept(theirs, endpoint="playground:visitor"))
        mine.start(on_open(mine))

    def cut(self) -> None:
        self.plugged.clear()
        if self._transport is not None:
            self._transport.cut()
            self._transport = None
