"""Taking connections of others over WebSockets."""

import asyncio
import logging
from collections.abc import Collection
from ssl import SSLContext
from typing import TYPE_CHECKING

from jupyter_automerge.network import listen as listen_on
from jupyter_automerge.network.contract import Transport, TransportSink
from jupyter_automerge.network.websocket_listener import WebSocketListener
from jupyter_automerge.repo.pending import Pending
from jupyter_automerge.values.status import Access, Direction

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running

GOING_AWAY = 1001
_logger = logging.getLogger(__name__)


class Listener:
    """A running server of one Repo: `port` and `url` are the real ones. It ends with the Repo."""

    def __init__(self, server: WebSocketListener, running: "Running") -> None:
        self._server = server
        self._running = running
        self.port = server.port
        self.url = server.url

    def __repr__(self) -> str:
        return f"Listener({self.url!r})"

    def close(self) -> Pending[None]:
        """Take no more connections, and close those that came by it. Again is no error."""
        return self._running.tasks.answer(self.ended, abandon=False)

    async def ended(self, seconds: float = 2.0) -> None:
        """Close, and wait for peers to say goodbye; not for ever."""
        try:
            async with asyncio.timeout(seconds):
                await self._server.close()
        except TimeoutError:
            _logger.warning("%s: %d peers did not say goodbye", self.url, self._server.connections)


class _Deaf:
    """The sink of a connection that came too late."""

    def frame(self, data: bytes | str) -> None: ...

    def writable(self) -> None: ...

    def moved(self) -> None: ...

    def round_trip(self, seconds: float) -> None: ...

    def closed(self, code: int | None, reason: str) -> None: ...


async def listen(
    running: "Running",
    port: int,
    host: str,
    token: str | None,
    origins: Collection[str],
    ssl: SSLContext | None,
) -> Listener:
    """See Repo.listen."""

    def accept(transport: Transport, endpoint: str) -> TransportSink:
        if running.closed:
            transport.close(GOING_AWAY, "the Repo closes")
            return _Deaf()
        return running.links.open(transport, Direction.INCOMING, endpoint, access=Access.WRITE)

    server = await listen_on(accept, host, port, token=token, origins=origins, ssl=ssl)
    running.directory.is_reachable = True
    return Listener(server, running)
