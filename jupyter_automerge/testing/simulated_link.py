"""A cable between two ends of the simulation: it can be cut, healed, slow, narrow, clogged or noisy."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from jupyter_automerge.engine.events import Event
from jupyter_automerge.testing.simulated_clock import Owner
from jupyter_automerge.values.identity import User
from jupyter_automerge.values.ids import ConnectionId, DialerId, DocumentId
from jupyter_automerge.values.status import Access

CLEAR_AFTER = 0.0005
"""Seconds until a cable that is not narrow takes the next frame."""


class LinkEnd(Owner, Protocol):
    """Whatever a cable can be plugged into."""

    running: bool
    links: "dict[ConnectionId, SimulatedLink]"

    def feed(self, *events: Event) -> None:
        """These things happened to this end."""


Tamper = Callable[[LinkEnd, bytes], bytes]


@dataclass(slots=True, eq=False)
class SimulatedLink:
    """`caller` opened it towards `listener`; `access` and `user` are what the listener takes the caller for.

    `latency` in seconds; `bytes_per_second` makes it narrow; while `clogged` the sender is not told that it
    may go on; `tamper` replaces frames on their way.
    """

    caller: LinkEnd
    listener: LinkEnd
    access: Access = Access.WRITE
    user: User | None = None
    latency: float = 0.005
    bytes_per_second: float | None = None
    clogged: bool = False
    tamper: Tamper | None = None
    plugged: bool = True
    dialer: DialerId | None = None
    connection: ConnectionId | None = None
    closings: list[str] = field(default_factory=list)
    sync_messages: dict[DocumentId, int] = field(default_factory=dict)
    sync_bytes: dict[DocumentId, int] = field(default_factory=dict)
    frames: int = 0
    _clear_at: dict[str, float] = field(default_factory=dict)
    _waiting: list[Callable[[], None]] = field(default_factory=list)

    def ends(self) -> tuple[LinkEnd, LinkEnd]:
        return self.caller, self.listener

    def other(self, end: LinkEnd) -> LinkEnd:
        return self.listener if end is self.caller else self.caller

    def opened(self, connection: ConnectionId) -> None:
        """A new connection goes over the cable."""
        self.connection = connection
        self._clear_at.clear()
        self._waiting.clear()

    def arrival(self, sender: LinkEnd, size: int, now: float) -> tuple[float, float]:
        """When a frame sent now is through at the sender's end, and when it arrives: never before the one
        ahead.
        """
        passing = size / self.bytes_per_second if self.bytes_per_second else 0.0
        through = max(now, self._clear_at.get(sender.name, 0.0) - self.latency) + passing
        self._clear_at[sender.name] = through + self.latency
        return through + min(CLEAR_AFTER, self.latency), through + self.latency

    def when_clear(self, action: Callable[[], None]) -> None:
        """Tell the sender that the next frame may come, once the cable is not clogged."""
        if self.clogged:
            self._waiting.append(action)
        else:
            action()

    def unclog(self) -> None:
        """Whoever waits may go on."""
        self.clogged = False
        waiting, self._waiting = self._waiting, []
        for action in waiting:
            action()

    def count(self, document_id: DocumentId, size: int) -> None:
        self.sync_messages[document_id] = self.sync_messages.get(document_id, 0) + 1
        self.sync_bytes[document_id] = self.sync_bytes.get(document_id, 0) + size

    def reset_counts(self) -> None:
        self.frames = 0
        self.sync_messages.clear()
        self.sync_bytes.clear()
