"""The Dialers of a Repo, and what becomes of each when a peer comes by another connection, or goes (P12)."""

from collections.abc import Callable, Iterator

from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.dialer import Dialer, Turn
from jupyter_automerge.engine.events import DialerAdded, DialFailed
from jupyter_automerge.values.ids import DialerId, PeerId
from jupyter_automerge.values.status import DialerState


class Dialers:
    """By id, for as long as our user wants them. `on_turn` is told the endpoint of one that moved."""

    def __init__(self, desk: Desk, jitter: Callable[[], float], on_turn: Callable[[str], None]) -> None:
        self._desk = desk
        self._jitter = jitter
        self._on_turn = on_turn
        self._table: dict[DialerId, Dialer] = {}

    def __len__(self) -> int:
        return len(self._table)

    def __iter__(self) -> Iterator[Dialer]:
        return iter(self._table.values())

    def __contains__(self, dialer: DialerId) -> bool:
        return dialer in self._table

    def is_dialing(self, endpoint: str) -> bool:
        """Whether one of them may still come through to this endpoint."""
        return any(dialer.trying and dialer.endpoint == endpoint for dialer in self)

    # What our user wants

    def added(self, event: DialerAdded) -> None:
        dialer = Dialer(event.dialer, event.endpoint, self._desk, self._jitter, self._on_turn)
        self._table[event.dialer] = dialer
        dialer.turn(Turn.STARTED)

    def removed(self, dialer_id: DialerId) -> None:
        dialer = self._table.pop(dialer_id, None)
        if dialer is not None:
            dialer.turn(Turn.REMOVED)

    def retire(self) -> None:
        """Nothing is dialed any more; connections that exist go on."""
        for dialer in self:
            dialer.turn(Turn.REMOVED)
        self._table.clear()

    # What happens to them

    def failed(self, event: DialFailed) -> None:
        dialer = self._table.get(event.dialer)
        if dialer is not None and dialer.state is DialerState.DIALING:
            dialer.turn(Turn.REFUSED if event.fatal else Turn.LOST, event.reason)

    def greeted(self, connection: Connection) -> None:
        """The peer completed the handshake on a connection that one of them made, if it did."""
        if connection.dialer is not None:
            dialer = self._table[connection.dialer]
            dialer.led_to = connection.peer
            dialer.turn(Turn.GREETED)

    def lost(self, connection: Connection, turn: Turn, reason: str) -> None:
        """A connection that one of them made, if it did, is gone."""
        dialer = self._table.get(connection.dialer) if connection.dialer is not None else None
        if dialer is not None and dialer.state in (DialerState.DIALING, DialerState.CONNECTED):
            dialer.turn(turn, reason)

    def let_others_stand_by(self, peer_id: PeerId) -> None:
        """The peer bears one connection, which it has now. It may have closed an older one before it answered
        on this: that one's Dialer would take the peer away again, and so on in turns.
        """
        for dialer in self:
            if dialer.state is DialerState.WAITING and dialer.led_to == peer_id:
                dialer.turn(Turn.REPLACED)

    def wake_standbys(self, peer_id: PeerId) -> None:
        """The peer has no connection any more."""
        for dialer in self:
            if dialer.state is DialerState.STANDBY and dialer.led_to == peer_id:
                dialer.turn(Turn.PARTED)
