"""The chunks of others: which are news, which can join the document, and which are torn, or neither (P62)."""

from collections.abc import Iterable, Iterator

from jupyter_automerge.document import torn_reason
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.events import StoredChunk
from jupyter_automerge.engine.foreign_writers import ForeignWriters
from jupyter_automerge.engine.quarantine import Quarantine
from jupyter_automerge.engine.record import DocumentRecord, Waiting
from jupyter_automerge.values.keys import KeyKind, StorageKey, is_chunk, key_kind


class Newcomers:
    """Looks at each of them once; what is whole waits until the document is free."""

    def __init__(self, desk: Desk, quarantine: Quarantine, foreign: ForeignWriters) -> None:
        self._desk = desk
        self._quarantine = quarantine
        self._foreign = foreign

    def among(self, record: DocumentRecord, present: Iterable[StorageKey]) -> Iterator[StorageKey]:
        """Those that nobody looked at yet, and that are not our own."""
        news = record.rereading
        seen = {
            *record.saving.chunks,
            *(one.key for one in record.changes_waiting if one.key is not None),
            *news.suspects,
            *news.left,
        }
        for key in present:
            if key not in seen and not self._is_ours(key):
                yield key

    def judge(self, record: DocumentRecord, chunks: Iterable[StoredChunk]) -> None:
        """Their bytes are here: have them join, be watched, or be left."""
        seen = record.saving.chunks.keys() | {one.key for one in record.changes_waiting}
        whole: list[Waiting] = []
        for chunk in chunks:
            if chunk.key in seen or not is_chunk(chunk.key) or self._is_ours(chunk.key):
                continue
            reason = torn_reason(chunk.data)
            if not reason:
                record.rereading.suspects.pop(chunk.key, None)
                whole.append(Waiting(chunk.key, chunk.data))
                self._foreign.moved()
            elif not self._quarantine.found(record, chunk, reason):
                record.rereading.leave(chunk.key)
        record.changes_waiting += tuple(whole)
        self._desk.mark_document(record.id)

    def _is_ours(self, key: StorageKey) -> bool:
        return self._desk.own_writes.cover(key, self._desk.now)


def may_join(record: DocumentRecord, chunk: StoredChunk) -> bool:
    """Whether it is a snapshot that was not looked at yet, or that waits until the document is free."""
    news = record.rereading
    looked_at = chunk.key in record.saving.snapshots or chunk.key in news.left or chunk.key in news.suspects
    return key_kind(chunk.key) is KeyKind.SNAPSHOT and not looked_at and not torn_reason(chunk.data)
