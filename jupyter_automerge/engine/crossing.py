"""Words that pass each other on the way, when both sides begin at once and one of them holds nothing (P52).

The empty side asks for the document; then our first words reach it, sent before we heard that, and it asks again. If
both were answered, it would be sent the whole document twice. Whoever asks can tell, and so can whoever is asked:
either waits for the other's next message, and goes on without it after a while.
"""

from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.session import Session
from jupyter_automerge.values.limits import CROSSING_SECONDS
from jupyter_automerge.wire.sync_message import parse_opening


class Crossing:
    """Tells an answer from what was sent before our last words arrived."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def sent(self, record: DocumentRecord, session: Session, data: bytes) -> None:
        """This is our next message; `spoken` does not count it yet."""
        if not record.has_data:
            session.may_be_crossed = True
        elif session.heard and not session.heads:
            # Without earlier words of ours nothing could have made the peer ask again.
            session.may_be_crossed = session.spoken and parse_opening(data).carries_changes

    def taken(self, record: DocumentRecord, session: Session) -> None:
        """The peer's message was taken, and `heads` are what it named."""
        session.heard = True
        session.answer_by = 0.0
        if session.may_be_crossed and session.heads and not record.has_data:
            self._await_answer(record, session)
        session.may_be_crossed = False

    def expects_document(self, record: DocumentRecord, session: Session) -> bool:
        """Whether we asked with nothing in hand, and have heard only first words since."""
        return not record.has_data and self._desk.now < session.answer_by

    def keeps_waiting(self, record: DocumentRecord, session: Session) -> bool:
        """Whether the one message that waits only asks once more for what is on its way to the peer."""
        message = session.inbox[0].message
        if len(session.inbox) > 1 or message.heads or message.changes:
            return False
        if session.may_be_crossed and record.has_data:
            session.may_be_crossed = False
            self._await_answer(record, session)
        return record.has_data and self._desk.now < session.answer_by

    def _await_answer(self, record: DocumentRecord, session: Session) -> None:
        session.answer_by = self._desk.now + CROSSING_SECONDS
        self._desk.at(session.answer_by, lambda: self._desk.mark_document(record.id))
