"""When to call a remote Repo again. The driver dials; this only decides."""

from collections.abc import Callable
from enum import Enum, auto

from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.effects import Dial
from jupyter_automerge.engine.notices import DialerChanged
from jupyter_automerge.errors import ImpossibleEvent
from jupyter_automerge.values.ids import DialerId, PeerId
from jupyter_automerge.values.limits import (
    CONNECTION_SETTLED_SECONDS,
    DIAL_BACKOFF_FACTOR,
    DIAL_BACKOFF_FIRST_SECONDS,
    DIAL_BACKOFF_MOST_SECONDS,
)
from jupyter_automerge.values.status import DialerState as State


class Turn(Enum):
    """What can happen to a Dialer."""

    STARTED = auto()  # the user asked for the connection
    GREETED = auto()  # the handshake over the new transport is complete
    LOST = auto()  # no transport came of the attempt, or it is gone
    REFUSED = auto()  # another attempt cannot succeed
    REPLACED = auto()  # its peer came by another connection and can hold only one
    PARTED = auto()  # that one is gone
    DUE = auto()  # the time to try again has come
    REMOVED = auto()  # the user no longer wants it


TRANSITIONS: dict[tuple[State, Turn], State] = {
    (State.IDLE, Turn.STARTED): State.DIALING,
    (State.DIALING, Turn.GREETED): State.CONNECTED,
    (State.DIALING, Turn.LOST): State.WAITING,
    (State.DIALING, Turn.REFUSED): State.FAILED,
    (State.DIALING, Turn.REPLACED): State.STANDBY,
    (State.CONNECTED, Turn.LOST): State.WAITING,
    (State.CONNECTED, Turn.REFUSED): State.FAILED,
    (State.CONNECTED, Turn.REPLACED): State.STANDBY,
    (State.WAITING, Turn.DUE): State.DIALING,
    (State.WAITING, Turn.REPLACED): State.STANDBY,
    # Not at once: the peer may just have preferred another of our connections, whose greeting is on its way.
    (State.STANDBY, Turn.PARTED): State.WAITING,
    **{(state, Turn.REMOVED): State.CLOSED for state in State if state is not State.CLOSED},
}


class Dialer:
    """One outgoing connection that the user wants, whatever happens to it in between."""

    def __init__(
        self,
        dialer_id: DialerId,
        endpoint: str,
        desk: Desk,
        jitter: Callable[[], float],
        on_turn: Callable[[str], None],
    ) -> None:
        self.id = dialer_id
        self.endpoint = endpoint
        self.led_to: PeerId | None = None
        self.state = State.IDLE
        self.attempt = 0
        self.error = ""
        self.retry_at: float | None = None
        self._greeted_at: float | None = None
        self._desk = desk
        self._jitter = jitter
        self._on_turn = on_turn

    @property
    def trying(self) -> bool:
        """Whether a peer may still come of it: a search does not give up before."""
        return self.state in (State.DIALING, State.WAITING)

    def turn(self, turn: Turn, error: str = "") -> None:
        """Move by the table. Raises ImpossibleEvent for a pair that cannot happen."""
        try:
            self.state = TRANSITIONS[self.state, turn]
        except KeyError:
            raise ImpossibleEvent(
                f"dialer of {self.endpoint} got {turn.name} while {self.state.name}"
            ) from None
        self.error = "" if turn is Turn.GREETED else error or self.error
        if turn is Turn.GREETED:
            self._greeted_at = self._desk.now
        self.retry_at = self._schedule() if self.state is State.WAITING else None
        if self.state is State.DIALING:
            self.attempt += 1
            self._desk.effect(Dial(self.id, self.endpoint))
        self._tell()
        self._on_turn(self.endpoint)

    def _tell(self) -> None:
        self._desk.emit(
            DialerChanged(self.id, self.endpoint, self.state, self.attempt, self.retry_at, self.error)
        )

    def _schedule(self) -> float:
        # A handshake alone does not restart the backoff: a server that greets and drops at once must not be
        # hammered.
        settled = (
            self._greeted_at is not None and self._desk.now - self._greeted_at >= CONNECTION_SETTLED_SECONDS
        )
        self._greeted_at = None
        self.attempt = 0 if settled else self.attempt
        doublings = min(max(self.attempt - 1, 0), 32)
        step = min(DIAL_BACKOFF_FIRST_SECONDS * DIAL_BACKOFF_FACTOR**doublings, DIAL_BACKOFF_MOST_SECONDS)
        when = self._desk.now + step * (0.5 + 0.5 * self._jitter())
        self._desk.at(when, lambda: self._due(when))
        return when

    def _due(self, when: float) -> None:
        if self.state is State.WAITING and self.retry_at == when:
            self.turn(Turn.DUE)
