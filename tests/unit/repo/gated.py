"""A connector that reaches another Repo of the process once its gate is open."""

import asyncio

from jupyter_automerge.errors import DialError
from jupyter_automerge.network import MemoryTransport, memory_pair
from jupyter_automerge.network.contract import OnOpen
from jupyter_automerge.repo import Repo
from jupyter_automerge.values.status import Access


class GatedConnector:
    """Each try waits for the gate; `fault` makes it fail then. `access`: what the visitor may do there."""

    def __init__(self, other: Repo, endpoint: str = "memory:gated", *, access: Access = Access.WRITE) -> None:
        self.other = other
        self.endpoint = endpoint
        self.access = access
        self.gate = asyncio.Event()
        self.fault: Exception | None = None
        self.tries = 0
        self.transports: list[MemoryTransport] = []

    async def connect(self, on_open: OnOpen) -> None:
        self.tries += 1
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        mine, theirs = memory_pair()
        theirs.start(self.other.accept(theirs, endpoint="memory:visitor", access=self.access))
        mine.start(on_open(mine))
        self.transports.append(mine)


REFUSED = DialError("nobody answers there")
