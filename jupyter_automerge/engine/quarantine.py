"""Torn chunks: watched for a while, as somebody may still be writing them, then put aside (P67).

1. A chunk is torn if its bytes end too early or are not those that its checksum stands for. One that is whole
   is never put aside, whatever else keeps it from being applied.
2. It waits until nobody has touched it for a minute: by its time where the store knows it, else by our clock.
3. What is whole of it joins the document. It is saved in quarantine, and removed from its place only when all
   that the document has is durable without it, and if it is still the same then.
"""

from functools import partial
from hashlib import sha256

from jupyter_automerge.document import begins_as_chunk, sound_part, torn_reason
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.effects import Delete, List, Put, Read
from jupyter_automerge.engine.events import Event, Listed, Loaded, PutFailed, StoredChunk
from jupyter_automerge.engine.notices import ChunkSetAside
from jupyter_automerge.engine.record import DocumentRecord, Suspect, Waiting
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import StorageKey, quarantine_key
from jupyter_automerge.values.limits import (
    MAX_SUSPECTS,
    QUARANTINE_SECOND_LOOK_SECONDS,
    QUARANTINE_SECONDS,
)

_NAME_CHARACTERS = 64


class Quarantine:
    """Watches torn chunks of documents in memory."""

    def __init__(self, desk: Desk, documents: dict[DocumentId, DocumentRecord]) -> None:
        self._desk = desk
        self._documents = documents

    def found(self, record: DocumentRecord, chunk: StoredChunk, reason: str) -> bool:
        """This chunk is torn. Whether it is watched from here on; foreign files are not ours to move."""
        suspects, digest = record.rereading.suspects, sha256(chunk.data).digest()
        known = suspects.get(chunk.key)
        if known is not None and known.digest == digest:
            return True
        if not _is_chunk_of_somebody(chunk) or (known is None and len(suspects) >= MAX_SUSPECTS):
            return False
        suspect = suspects[chunk.key] = Suspect(digest, self._desk.now, reason)
        self._desk.ask(lambda token: List(token, chunk.key), partial(self._timed, record, chunk.key, suspect))
        return True

    def _timed(self, record: DocumentRecord, key: StorageKey, suspect: Suspect, event: Event) -> None:
        times = [one.time for one in event.entries if one.key == key] if isinstance(event, Listed) else []
        due = suspect.since + QUARANTINE_SECONDS
        if times and times[0] is not None:
            untouched_since = self._desk.reading(times[0])
            due = max(suspect.since + QUARANTINE_SECOND_LOOK_SECONDS, untouched_since + QUARANTINE_SECONDS)
        self._desk.at(due, lambda: self._look(record, key, suspect))

    def _look(self, record: DocumentRecord, key: StorageKey, suspect: Suspect) -> None:
        if self._is_watched(record, key, suspect):
            self._desk.ask(lambda token: Read(token, (key,)), partial(self._looked, record, key, suspect))

    def _looked(self, record: DocumentRecord, key: StorageKey, suspect: Suspect, event: Event) -> None:
        if not self._is_watched(record, key, suspect):
            return
        if not isinstance(event, Loaded):
            self._look_later(record, key, suspect)
        elif self._is_same(record, key, suspect, event):
            (chunk,) = event.chunks
            self._salvage(record, chunk)
            aside = quarantine_key(key)
            self._desk.ask(
                lambda token: Put(token, aside, chunk.data), partial(self._kept, record, key, suspect)
            )

    def _salvage(self, record: DocumentRecord, chunk: StoredChunk) -> None:
        """Of several changes in one chunk those before the tear are whole, and join the document."""
        sound = sound_part(chunk.data)
        if sound:
            record.changes_waiting += (Waiting(None, sound),)
            self._desk.mark_document(record.id)

    def _kept(self, record: DocumentRecord, key: StorageKey, suspect: Suspect, event: Event) -> None:
        if isinstance(event, PutFailed):
            self._look_later(record, key, suspect)
        else:
            self._confirm(record, key, suspect)

    def _confirm(self, record: DocumentRecord, key: StorageKey, suspect: Suspect) -> None:
        """Look once more: since it was kept, somebody may have written it whole."""
        if not self._is_watched(record, key, suspect):
            return
        if record.changes_waiting or record.saving.heads != record.heads:
            # What was salvaged of it is not durable elsewhere yet.
            again = self._desk.now + QUARANTINE_SECOND_LOOK_SECONDS
            self._desk.at(again, lambda: self._confirm(record, key, suspect))
        else:
            self._desk.ask(lambda token: Read(token, (key,)), partial(self._remove, record, key, suspect))

    def _remove(self, record: DocumentRecord, key: StorageKey, suspect: Suspect, event: Event) -> None:
        if not isinstance(event, Loaded):
            self._look_later(record, key, suspect)
        elif self._is_same(record, key, suspect, event):
            self._desk.ask(lambda token: Delete(token, (key,)), partial(self._removed, record, key, suspect))

    def _removed(self, record: DocumentRecord, key: StorageKey, suspect: Suspect, _event: Event) -> None:
        # If it could not be removed, it is found again when the document is next read.
        record.rereading.suspects.pop(key, None)
        self._desk.emit(ChunkSetAside(record.id, key, suspect.reason, quarantine_key(key)))

    def _is_same(self, record: DocumentRecord, key: StorageKey, suspect: Suspect, event: Loaded) -> bool:
        """Whether it lies there as it was found. If it is whole by now, it is news; if gone, it is forgotten."""
        if event.chunks and sha256(event.chunks[0].data).digest() == suspect.digest:
            return True
        record.rereading.suspects.pop(key, None)
        for chunk in event.chunks:
            reason = torn_reason(chunk.data)
            if reason:
                self.found(record, chunk, reason)
            else:
                record.rereading.keys[key] = None
                self._desk.mark_document(record.id)
        return False

    def _look_later(self, record: DocumentRecord, key: StorageKey, suspect: Suspect) -> None:
        self._desk.at(self._desk.now + QUARANTINE_SECONDS, lambda: self._look(record, key, suspect))

    def _is_watched(self, record: DocumentRecord, key: StorageKey, suspect: Suspect) -> bool:
        return (
            self._documents.get(record.id) is record
            and record.rereading.suspects.get(key) is suspect
            and not record.leaving
        )


def _is_chunk_of_somebody(chunk: StoredChunk) -> bool:
    """By its name, or by how it begins: what a person, or another program, left here is not to be moved."""
    name = chunk.key[-1]
    is_hash = len(name) == _NAME_CHARACTERS and all(character in "0123456789abcdef" for character in name)
    return is_hash or begins_as_chunk(chunk.data)
