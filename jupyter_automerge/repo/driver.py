"""Feeds the Engine what happens and does what it asks. The only place where the Engine is called."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from jupyter_automerge.engine.effects import Effect, Emit
from jupyter_automerge.engine.events import Event, LocalChange, Tick
from jupyter_automerge.engine.notices import DocumentChanged, Notice
from jupyter_automerge.repo.home import HomeLoop
from jupyter_automerge.repo.trace import Trace
from jupyter_automerge.values.limits import ROUNDS_PER_TURN
from jupyter_automerge.values.status import Origin

_logger = logging.getLogger(__name__)


class Protocolist(Protocol):
    """The part of the Engine that the driver uses."""

    def handle_all(self, events: Iterable[Event], now: float) -> Iterable[Effect]: ...

    def next_wakeup(self) -> float | None: ...


class Driver:
    """One queue, one Engine, one timer, on one event loop.

    Events that arrive within one turn of the loop are handled together. Each effect is performed before the
    Engine makes the next; what it has to tell is passed on after all of them, so that no callback of a user
    delays a frame.
    """

    def __init__(
        self,
        engine: Protocolist,
        home: HomeLoop,
        perform: Callable[[Effect], None],
        tell: Callable[[Notice], None],
        broken: Callable[[], None],
    ) -> None:
        """`broken` is called after the Engine raised: effects may be lost, no connection can be trusted."""
        self._engine = engine
        self._home = home
        self._perform = perform
        self._tell = tell
        self._broken = broken
        self._queue: deque[Event] = deque()
        self._scheduled = False
        self._settled: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._trace = Trace()
        self._stopped = False
        self.defects = 0

    def post(self, event: Event) -> None:
        """Queue the event, from any thread. It is handled in the next turn of the loop."""
        self._queue.append(event)
        if self._home.is_here():
            self._schedule()
        else:
            self._home.soon(self._schedule)

    def follow_up(self, event: Event) -> None:
        """Queue the event while an effect is performed: it is handled before the loop's next turn."""
        self._queue.append(event)

    def settled(self) -> asyncio.Future[None]:
        """Done when everything posted until now has been handled and told. For the loop's thread."""
        if self._settled is None:
            self._settled = self._home.loop.create_future()
        self._schedule()
        # Each waiter gets a future of its own: one that is cancelled must not cancel it for all.
        return asyncio.shield(self._settled)

    def stop(self) -> None:
        """Handle nothing more and forget the timer."""
        self._stopped = True
        self._queue.clear()
        if self._timer is not None:
            self._timer.cancel()
        # A turn may be on its way: it must not answer a second time.
        settled, self._settled = self._settled, None
        if settled is not None:
            settled.set_result(None)

    @property
    def waiting(self) -> int:
        """Events in the queue."""
        return len(self._queue)

    def _schedule(self) -> None:
        if not self._scheduled and not self._stopped:
            self._scheduled = True
            self._home.loop.call_soon(self._turn)

    def _turn(self) -> None:
        self._scheduled = False
        notices: list[Notice] = []
        for _ in range(ROUNDS_PER_TURN):
            if not self._queue or self._stopped:
                break
            self._round(notices)
        self._arm()
        for notice in notices:
            self._tell(notice)
        if self._queue:
            self._schedule()
        elif self._settled is not None:
            settled, self._settled = self._settled, None
            settled.set_result(None)

    def _round(self, notices: list[Notice]) -> None:
        events = [self._queue.popleft() for _ in range(len(self._queue))]
        # A local change happened before anything the Engine makes of this batch.
        notices.extend(_local_changes(events))
        for effect in self._effects(events):
            if isinstance(effect, Emit):
                notices.append(effect.notice)
            else:
                self._perform(effect)

    def _effects(self, events: list[Event]) -> Iterator[Effect]:
        now = self._home.loop.time()
        self._trace.note(events, now)
        rest = deque(events)
        while rest:
            number = len(rest)
            try:
                yield from self._engine.handle_all(_taken(rest), now)
            except Exception as error:  # noqa: BLE001 - logged in full, and the Repo goes on
                self._stumbled(error)
            # What the Engine had not taken yet, a write that is done for one, must not be lost with the rest.
            if len(rest) == number:
                rest.popleft()

    def _stumbled(self, error: Exception) -> None:
        self.defects += 1
        _logger.error(
            "a defect in jupyter_automerge, please report it: all connections start over. Events:\n%s",
            self._trace,
            exc_info=error,
        )
        self._broken()

    def _arm(self) -> None:
        wakeup = None if self._stopped else self._engine.next_wakeup()
        if self._timer is not None:
            # A timer that is early costs one look at the clock; making a new one at each event costs more.
            if wakeup is not None and self._timer.when() <= wakeup:
                return
            self._timer.cancel()
            self._timer = None
        if wakeup is not None:
            self._timer = self._home.loop.call_at(wakeup, self._ring)

    def _ring(self) -> None:
        self._timer = None
        wakeup = self._engine.next_wakeup()
        if wakeup is not None and wakeup <= self._home.loop.time():
            self._queue.append(Tick())
            self._schedule()
        else:
            self._arm()


def _taken(events: deque[Event]) -> Iterator[Event]:
    """Each leaves the queue when it is asked for."""
    while events:
        yield events.popleft()


def _local_changes(events: Iterable[Event]) -> Iterable[Notice]:
    return (
        DocumentChanged(event.document_id, event.before, event.after, Origin.LOCAL)
        for event in events
        if isinstance(event, LocalChange)
    )
