"""`ack_after_save`: no sync message names heads that a crash could still take back (P61).

For servers whose clients are plain JavaScript, which take the heads that a server names for kept there.

1. A sync message names the saved heads, or it waits.
2. While a put of the document runs, what peers send for it waits unapplied, bounded by the inbox.
3. When the put is done the peers are told first; then what waited is applied as one batch, and put.
4. Local commits wait for nothing. If some came during the put, the messages are generated from the document
   as it was when the put began: so nobody who types without pause keeps the others uninformed.
"""

from jupyter_automerge.document import Document
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.values.heads import Heads


class AfterSave:
    """Says what waits, and what a message may be generated from. Switched off, nothing ever waits."""

    def __init__(self, desk: Desk, local: LocalPeer, wanted: bool) -> None:
        self._desk = desk
        self._on = wanted and local.has_storage

    def put_begins(self, record: DocumentRecord) -> Heads:
        """The heads that the put is going to make durable, at the least. May raise DocumentBusy."""
        if not self._on:
            return record.heads
        record.saving.copy = record.document.copy()
        return record.saving.copy.heads

    def put_ended(self, record: DocumentRecord, *, kept: bool) -> None:
        """Its answer came; the document is marked already. `kept`: all that it was to make durable is."""
        if not self._on:
            return
        record.saving.is_news = kept
        if kept:
            record.mark_all_dirty()
        else:
            record.saving.copy = None

    def holds_back(self, record: DocumentRecord) -> bool:
        """Whether what peers sent must not be applied now (rules 2 and 3)."""
        return self._on and (record.saving.put is not None or record.saving.is_news)

    def news_are_out(self, record: DocumentRecord) -> None:
        """Every connection that could take a message got one: go on with what waits."""
        if record.saving.is_news:
            record.saving.is_news, record.saving.copy = False, None
            self._desk.mark_document(record.id)

    def source(self, record: DocumentRecord) -> Document | None:
        """The document as far as peers may hear of it; None while they may not."""
        if not self._on or not record.has_data or record.heads == record.saving.heads:
            return record.document
        # Only now: later the SyncStates know changes of peers that the copy does not have.
        return record.saving.copy if record.saving.is_news else None
