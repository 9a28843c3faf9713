"""Rows that move because nothing else does: a peer that leaves us waiting, and word of others that gets old."""

from functools import partial

from jupyter_automerge.engine.alarm import Alarm
from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.store_facts import StoreFacts
from jupyter_automerge.engine.store_rows import StoreRows, moved_at
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.limits import RELAYED_FOR_SECONDS, STALLED_AFTER_SECONDS
from jupyter_automerge.values.status import Link


class Lulls:
    """Looks at a document's rows some time after they last moved; a document at rest is not looked at again."""

    def __init__(self, desk: Desk, documents: dict[DocumentId, DocumentRecord], rows: StoreRows) -> None:
        self._desk = desk
        self._documents = documents
        self._rows = rows

    def expect_moves(self, record: DocumentRecord) -> None:
        """Something moved; look whether anything does after it. A document without data has nothing to wait for."""
        if record.coverage is not None:
            self._look_at(record, self._desk.now + STALLED_AFTER_SECONDS)

    def expect_word(self, record: DocumentRecord, at: float) -> None:
        """A store that may be out of reach was heard of, last at that time; look whether it is again."""
        self._look_at(record, at + RELAYED_FOR_SECONDS)

    def bytes_moved(self, connection: Connection) -> None:
        """Part of a large frame moved: whoever waits for something on this connection waits with reason."""
        connection.moved_at = self._desk.now
        for document_id in connection.sessions:
            record = self._documents.get(document_id)
            facts = record.stores.get(connection.store_id) if record is not None else None
            if record is not None and facts is not None and _has_work(record, facts):
                facts.stalled = False
                self._touch(record, facts)

    def _look_at(self, record: DocumentRecord, when: float) -> None:
        if record.rows_alarm is None:
            record.rows_alarm = Alarm(self._desk, partial(self._look, record))
        record.rows_alarm.set(when)

    def _look(self, record: DocumentRecord) -> None:
        if self._documents.get(record.id) is record:
            for facts in record.stores.values():
                self._look_for_stall(record, facts)
                self._look_for_silence(record, facts)

    def _look_for_stall(self, record: DocumentRecord, facts: StoreFacts) -> None:
        if facts.stalled or not _has_work(record, facts):
            return
        due = moved_at(record, facts) + STALLED_AFTER_SECONDS
        if due > self._desk.now:
            self._look_at(record, due)
        else:
            facts.stalled = True
            self._touch(record, facts)

    def _look_for_silence(self, record: DocumentRecord, facts: StoreFacts) -> None:
        if facts.row is None or facts.row.link is not Link.RELAYED:
            return
        if self._rows.link(facts) is not Link.RELAYED:
            self._touch(record, facts)
            return
        due = max(word.at for word in facts.hearsay.values()) + RELAYED_FOR_SECONDS
        if due > self._desk.now:  # else its teller says that it is in reach, and will say when it is not
            self._look_at(record, due)

    def _touch(self, record: DocumentRecord, facts: StoreFacts) -> None:
        record.touch(facts)
        self._desk.mark_document(record.id)


def _has_work(record: DocumentRecord, facts: StoreFacts) -> bool:
    """Whether changes should be on their way between the store and us."""
    if record.coverage is None or not facts.store.connections or facts.denied or facts.unavailable:
        return False
    for one in facts.sets():
        one.tidy(record.history)
    unsure = bool(facts.outlived()) or any(one.has_unknown for one in facts.sets())
    return unsure or not record.coverage.covers(facts)
