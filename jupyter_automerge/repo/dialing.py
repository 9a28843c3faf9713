"""Opens the transports that Dialers ask for. When to try again is the Engine's decision."""

import asyncio
import itertools
import logging
from collections.abc import Callable

from jupyter_automerge.engine.effects import Dial
from jupyter_automerge.engine.events import DialFailed, Event
from jupyter_automerge.errors import DialError
from jupyter_automerge.network.contract import Connector, Transport, TransportSink
from jupyter_automerge.repo.links import Links
from jupyter_automerge.repo.tasks import Tasks
from jupyter_automerge.values.ids import ConnectionId, DialerId
from jupyter_automerge.values.status import Direction

_logger = logging.getLogger(__name__)


class Dialing:
    """The Connector of each Dialer, and its try under way."""

    def __init__(
        self,
        links: Links,
        tasks: Tasks,
        post: Callable[[Event], None],
        opened: Callable[[DialerId, ConnectionId], None],
    ) -> None:
        """`opened` is told which connection came of which Dialer."""
        self._links = links
        self._opened = opened
        self._tasks = tasks
        self._post = post
        self._ids = itertools.count(1)
        self._connectors: dict[DialerId, Connector] = {}
        self._tries: dict[DialerId, asyncio.Task[None]] = {}

    def add(self, connector: Connector) -> DialerId:
        """A new Dialer, with this Connector. Any thread may add one."""
        dialer = DialerId(next(self._ids))
        self._connectors[dialer] = connector
        return dialer

    def remove(self, dialer: DialerId) -> None:
        """Forget the Dialer; a try under way is given up."""
        self._connectors.pop(dialer, None)
        if (task := self._tries.pop(dialer, None)) is not None:
            task.cancel()

    def dial(self, effect: Dial) -> None:
        connector = self._connectors.get(effect.dialer)
        if connector is None:
            return  # Removed a moment ago, and the Engine is about to hear of it.
        self._tries[effect.dialer] = self._tasks.start(self._try(effect, connector))

    async def _try(self, effect: Dial, connector: Connector) -> None:
        opened = False

        def on_open(transport: Transport) -> TransportSink:
            nonlocal opened
            opened = True
            sink = self._links.open(transport, Direction.OUTGOING, effect.endpoint, dialer=effect.dialer)
            self._opened(effect.dialer, sink.connection)
            return sink

        try:
            await connector.connect(on_open)
        except DialError as error:
            self._failed(effect, error.reason, error.fatal, opened)
        except Exception as error:  # connectors are written by others; ours tries again
            _logger.exception("dialing %s failed unexpectedly", effect.endpoint)
            self._failed(effect, f"{type(error).__name__}: {error}", False, opened)
        else:
            if not opened:
                self._failed(effect, "the connector returned without a transport", False, opened)

    def _failed(self, effect: Dial, reason: str, fatal: bool, opened: bool) -> None:
        # Once a transport was open, its own closing is what the Engine hears of.
        if not opened:
            self._post(DialFailed(effect.dialer, reason, fatal))
