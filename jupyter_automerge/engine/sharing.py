"""What the share policy lets each peer have. Deny always wins over announce (HEAD of automerge-repo
differs).
"""

from collections import deque
from collections.abc import Callable

from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.effects import AskPolicy
from jupyter_automerge.engine.events import Event, PolicyAnswered
from jupyter_automerge.engine.local import FixedShare
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.session import Policy, Session
from jupyter_automerge.values.limits import MAX_POLICY_QUESTIONS

Decided = Callable[[DocumentRecord, Session, Policy], None]


class Sharing:
    """Asks the user's policy, a bounded number of questions at a time, in the order they arose.

    `fixed` answers at once and asks nobody; None means that the user's own policy must be asked.
    """

    def __init__(self, desk: Desk, fixed: FixedShare | None, decided: Decided) -> None:
        self._desk = desk
        self._fixed = fixed
        self._decided = decided
        self._waiting: deque[tuple[DocumentRecord, Session]] = deque()
        self._asked = 0

    @property
    def questions(self) -> int:
        """Those that the user's policy has not answered yet."""
        return self._asked

    @property
    def begins_unasked(self) -> bool:
        """Whether a peer may get a document that it never spoke of; if not, no session need wait for that."""
        return self._fixed is None or (self._fixed.announce and self._fixed.access)

    def consider(self, record: DocumentRecord, session: Session) -> None:
        """Find out what the session's peer may have; the answer comes by `decided`, perhaps at once."""
        if self._fixed is not None:
            self._decided(record, session, verdict(self._fixed.announce, self._fixed.access))
            return
        self._waiting.append((record, session))
        self._ask_next()

    def _ask_next(self) -> None:
        while self._waiting and self._asked < MAX_POLICY_QUESTIONS:
            record, session = self._waiting.popleft()
            if record.sessions.get(session.connection.id) is session:
                self._ask(record, session)

    def _ask(self, record: DocumentRecord, session: Session) -> None:
        connection = session.connection
        self._asked += 1
        self._desk.ask(
            lambda token: AskPolicy(
                token, connection.peer, record.id, connection.user, connection.access, connection.metadata
            ),
            lambda event: self._answered(record, session, event),
        )

    def _answered(self, record: DocumentRecord, session: Session, event: Event) -> None:
        assert isinstance(event, PolicyAnswered)
        self._asked -= 1
        if record.sessions.get(session.connection.id) is session:
            self._decided(record, session, verdict(event.announce, event.access))
        self._ask_next()


def verdict(announce: bool, access: bool) -> Policy:
    """Denied wins over announced (P26)."""
    if not access:
        return Policy.DENIED
    return Policy.ANNOUNCE if announce else Policy.SHARE
