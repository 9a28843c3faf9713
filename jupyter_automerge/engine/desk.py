"""What every part of the Engine works with while one event is handled: the time, the effects, the open
questions.
"""

import heapq
from collections.abc import Callable
from itertools import count
from math import inf

from jupyter_automerge.engine.effects import Effect, Emit
from jupyter_automerge.engine.events import Event, Token
from jupyter_automerge.engine.notices import Notice
from jupyter_automerge.engine.own_writes import OwnWrites
from jupyter_automerge.values.dates import is_to_come
from jupyter_automerge.values.ids import ConnectionId, DocumentId

Answer = Callable[[Event], None]


class Desk:
    """Collects effects, keeps the questions whose answers are awaited, and the deadlines.

    A deadline's action must check for itself that it still applies: deadlines are never withdrawn.
    """

    def __init__(self, wall_offset: float = 0.0) -> None:
        self.now = 0.0
        self._wall_offset = wall_offset
        self.effects: list[Effect] = []
        self._questions: dict[Token, Answer] = {}
        self._tokens = count(1)
        self._deadlines: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self.own_writes = OwnWrites()
        # What must be looked at before this event is done with, in the order it was marked.
        self.due_documents: dict[DocumentId, None] = {}
        self.due_connections: dict[ConnectionId, None] = {}

    @property
    def wall_ms(self) -> float:
        """Milliseconds since 1970: for stamps that people and JavaScript see, never for a decision."""
        return self.wall * 1000.0

    @property
    def wall(self) -> float:
        """Seconds since 1970, as `wall_ms`."""
        return self.now + self._wall_offset

    def wall_at(self, reading: float) -> float:
        """The time of day when our clock said that, or will."""
        return reading + self._wall_offset

    def reading(self, wall: float) -> float:
        """What our clock would have said at that time of day; never a time to come."""
        return min(wall - self._wall_offset, self.now)

    def heard_at(self, wall: float) -> float:
        """What our clock said when something was told at that time of day; `-inf` if that is to come (E10)."""
        return -inf if is_to_come(wall, self.wall) else self.reading(wall)

    def mark_document(self, document_id: DocumentId) -> None:
        """Something about the document changed: it is evaluated once before the event is done with."""
        self.due_documents[document_id] = None

    def mark_connection(self, connection_id: ConnectionId) -> None:
        """Something waits to go out on the connection."""
        self.due_connections[connection_id] = None

    def effect(self, effect: Effect) -> None:
        self.effects.append(effect)

    def emit(self, notice: Notice) -> None:
        self.effects.append(Emit(notice))

    def ask(self, question: Callable[[Token], Effect], answer: Answer) -> Token:
        """Send a question out; `answer` is called with the event that carries its token, at most once."""
        token = next(self._tokens)
        self._questions[token] = answer
        effect = question(token)
        self.own_writes.begun(token, effect)
        self.effects.append(effect)
        return token

    def forget(self, token: Token) -> None:
        """The answer no longer matters: it will be dropped when it comes."""
        self._questions.pop(token, None)

    def answered(self, token: Token, event: Event) -> None:
        """Give an answer to whoever asked; one whose token is no longer current is dropped."""
        self.own_writes.ended(token, self.now)
        answer = self._questions.pop(token, None)
        if answer is not None:
            answer(event)

    def at(self, when: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._deadlines, (when, next(self._order), action))

    def run_due(self) -> None:
        while self._deadlines and self._deadlines[0][0] <= self.now:
            heapq.heappop(self._deadlines)[2]()

    def next_deadline(self) -> float | None:
        return self._deadlines[0][0] if self._deadlines else None

    def take_effects(self) -> list[Effect]:
        effects, self.effects = self.effects, []
        return effects

    @property
    def open_questions(self) -> int:
        return len(self._questions)
