"""Sync states on the disk: mere accelerators, written at leisure, per (document, store), and lost without harm."""

from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.effects import Put
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.record import DocumentRecord, Storage
from jupyter_automerge.engine.removal import Graveyard
from jupyter_automerge.engine.resume import Resumption
from jupyter_automerge.values.ids import DocumentId, StorageId
from jupyter_automerge.values.keys import sync_state_key
from jupyter_automerge.values.limits import SYNC_STATE_SAVE_SECONDS


class SyncStates:
    """Writes what documents share with stores, some time after it moved."""

    def __init__(
        self,
        local: LocalPeer,
        desk: Desk,
        documents: dict[DocumentId, DocumentRecord],
        resumption: Resumption,
        graveyard: Graveyard,
    ) -> None:
        self._local = local
        self._desk = desk
        self._documents = documents
        self._resumption = resumption
        self._graveyard = graveyard
        self._due = False

    def save_later(self) -> None:
        """Write whatever has moved, if anything has and nobody is about to do so."""
        if self._due or not self._local.has_storage or not self._resumption.moved:
            return
        self._due = True
        self._desk.at(self._desk.now + SYNC_STATE_SAVE_SECONDS, self._save)

    def _save(self) -> None:
        self._due = False
        for record in self._resumption.take_moved():
            if record.id in self._graveyard or self._documents.get(record.id) is not record:
                continue
            if record.storage is not Storage.ANSWERED:
                self._resumption.postpone(record)
                continue
            for store, data in self._resumption.to_write(record):
                self._put(record, store, data)

    def _put(self, record: DocumentRecord, store: StorageId, data: bytes) -> None:
        key = sync_state_key(record.id, store)
        self._desk.ask(
            lambda token: Put(token, key, data), lambda event: self._resumption.wrote(record, store)
        )
