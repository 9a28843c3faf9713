"""What storage or an import brought for a document in use joins it, once no change is open.

Chunks of the store that are in the document then are ours to delete, after a snapshot that has them; those whose
dependencies are missing are not. What nothing unsaved was mixed with need not be saved again.
"""

from collections.abc import Sequence
from contextlib import suppress

from jupyter_automerge.document import promised_by
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.notices import DocumentChanged, StorageTrouble
from jupyter_automerge.engine.record import DocumentRecord, Waiting
from jupyter_automerge.engine.rereading import Rereader
from jupyter_automerge.engine.saving import Saver
from jupyter_automerge.errors import BadChunk, DocumentBusy
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.keys import KeyKind, key_kind
from jupyter_automerge.values.status import Origin


class Joining:
    """Applies what waits; raises DocumentBusy while it has to wait on."""

    def __init__(self, desk: Desk, saver: Saver, rereader: Rereader) -> None:
        self._desk = desk
        self._saver = saver
        self._rereader = rereader

    def take(self, record: DocumentRecord) -> None:
        """Merge what waits. May raise DocumentBusy: what was not merged goes on waiting."""
        if not record.changes_waiting:
            return
        before, durable = record.heads, record.saving.heads
        joined: list[Waiting] = []
        try:
            while record.changes_waiting:
                tried = self._apply(record, record.changes_waiting)
                for one in tried:
                    self._enlist(record, one)
                joined += tried
                record.changes_waiting = record.changes_waiting[len(tried) :]
        finally:
            if record.heads != before:
                record.complete = True
                record.mark_all_dirty()
                self._desk.emit(DocumentChanged(record.id, before, record.heads, Origin.STORAGE))
                if before == durable and self._are_durable(record, joined, before):
                    self._saver.joined(record)

    def _are_durable(self, record: DocumentRecord, joined: Sequence[Waiting], before: Heads) -> bool:
        """Whether all that is new lies in the store: what a peer sent may have waited for just these chunks."""
        stored = [one.data for one in joined if one.key is not None]
        with suppress(DocumentBusy):
            return record.document.is_since_in(stored, before)
        return False

    def _apply(self, record: DocumentRecord, waiting: Sequence[Waiting]) -> list[Waiting]:
        """All at once; if the core refuses that, the first alone. Which were tried."""
        try:
            record.document.apply([one.data for one in waiting])
            return list(waiting)
        except BadChunk as error:
            if len(waiting) > 1:
                return self._apply(record, waiting[:1])
            (bad,) = waiting
            if bad.key is not None:
                record.rereading.leave(bad.key)
            self._desk.emit(StorageTrouble(record.id, f"a stored chunk was left out: {error.reason}"))
            return [bad]

    def _enlist(self, record: DocumentRecord, one: Waiting) -> None:
        """The chunk is listed as ours to delete, if all of it is in the document."""
        if one.key is None or one.key in record.rereading.left:
            return
        promised = promised_by(one.data)
        if record.document.known(promised) == promised:
            record.rereading.tries = 0
            if key_kind(one.key) is KeyKind.SNAPSHOT:
                record.saving.wrote_snapshot(one.key, len(one.data), promised)
            else:
                record.saving.chunks[one.key] = len(one.data)
        else:
            self._rereader.look_later(record)
