"""When a document leaves memory by itself. It stays in the store, and comes back for whoever asks.

It does once all of this has been so for `after` seconds, and at once where it was only resumed for peers (E47):

1. Nobody in this process holds or looks for it.
2. No peer that connected to us has it open. Whom we dialed has it because we spoke of it: that is no reason.
3. All of it is durable here, and nothing is on its way to or from the store.
4. No store that our Dialers lead to lacks anything of it: what is in memory is sent at once when it is in reach.
   What was resumed does not stay for that: it is resumed again.
"""

from functools import partial

from jupyter_automerge.engine.alarm import Alarm
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.record import DocumentRecord, Idle, Storage
from jupyter_automerge.engine.saving import Saver
from jupyter_automerge.engine.session import Session, Standing
from jupyter_automerge.engine.store_facts import StoreFacts
from jupyter_automerge.values.status import Direction


class Unloading:
    """Watches how long documents have been idle; without a store, or a time, none ever leaves."""

    def __init__(self, local: LocalPeer, desk: Desk, saver: Saver, after: float | None) -> None:
        self._desk = desk
        self._saver = saver
        self._after = after if local.has_storage else None

    def is_due(self, record: DocumentRecord) -> bool:
        """Whether the document has been idle for long enough. To be asked whenever something of it moved."""
        after = 0.0 if record.passing else self._after
        if after is None:
            return False
        if not self._is_idle(record):
            self.used(record)
            return False
        if record.idle is None:
            record.idle = Idle(None, Alarm(self._desk, partial(self._desk.mark_document, record.id)))
        if record.idle.since is None:
            record.idle.since = self._desk.now
        due = record.idle.since + after
        if due <= self._desk.now:
            return True
        record.idle.alarm.set(due)
        return False

    def used(self, record: DocumentRecord) -> None:
        """Somebody has a use for the document now."""
        if record.idle is not None:
            record.idle.since = None

    def _is_idle(self, record: DocumentRecord) -> bool:
        if record.wanted or not record.has_data or record.storage is not Storage.ANSWERED:
            return False
        saving = record.saving
        if self._saver.unsaved(record) or saving.put is not None or record.load or record.changes_waiting:
            return False
        if any(_has_it_open(session) for session in record.sessions.values()):
            return False
        return record.passing or not any(_is_owed(record, facts) for facts in record.stores.values())


def _has_it_open(session: Session) -> bool:
    if session.inbox:
        return True
    if session.denied or session.muted or session.connection.direction is Direction.OUTGOING:
        return False
    return session.requested and session.standing is not Standing.UNAVAILABLE


def _is_owed(record: DocumentRecord, facts: StoreFacts) -> bool:
    store = facts.store
    if store.is_ours or facts.denied or facts.unavailable or not (store.endpoints or store.connections):
        return False
    return record.coverage is not None and not record.coverage.covers(facts)
