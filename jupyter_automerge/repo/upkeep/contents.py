"""What lies in a store, sorted by document, from its keys alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.storage.contract import KeyInfo, Storage
from jupyter_automerge.values.ids import DocumentId, parse_document_id
from jupyter_automerge.values.keys import (
    OWN_PREFIX,
    QUARANTINE_PREFIX,
    STORAGE_ID_KEY,
    KeyKind,
    StorageKey,
    key_kind,
)

CHUNKS = (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL)


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """The entries of one document: `chunks` are its history, `notes` what is kept of other stores."""

    id: DocumentId
    chunks: tuple[KeyInfo, ...]
    notes: tuple[KeyInfo, ...] = ()
    quarantined: tuple[KeyInfo, ...] = ()
    deleted: bool = False

    @property
    def size(self) -> int:
        """Bytes of its history."""
        return sum(entry.size for entry in self.chunks)

    @property
    def snapshots(self) -> int:
        return sum(key_kind(entry.key) is KeyKind.SNAPSHOT for entry in self.chunks)

    @property
    def written(self) -> float | None:
        """When its history was last written to, in seconds since 1970; None where the store keeps no times."""
        return max((entry.time for entry in self.chunks if entry.time is not None), default=None)


@dataclass(frozen=True, slots=True)
class Contents:
    """All of a store. `own` is what a store keeps of itself, `foreign` what is nobody's we know."""

    documents: tuple[StoredDocument, ...]
    own: tuple[KeyInfo, ...]
    foreign: tuple[KeyInfo, ...]

    @property
    def entries(self) -> Iterator[KeyInfo]:
        """All of it."""
        for document in self.documents:
            yield from (*document.chunks, *document.notes, *document.quarantined)
        yield from (*self.own, *self.foreign)

    @property
    def size(self) -> int:
        """Bytes of all histories."""
        return sum(document.size for document in self.documents)


async def contents_of(storage: Storage) -> Contents:
    """Lists the store once, reading no data. Raises StorageError."""
    return sorted_out(await storage.keys(()))


def sorted_out(entries: Iterable[KeyInfo]) -> Contents:
    """The entries by what they are, documents in the order of their ids."""
    histories: dict[str, list[KeyInfo]] = {}
    notes: dict[str, list[KeyInfo]] = {}
    quarantined: dict[str, list[KeyInfo]] = {}
    deleted: set[str] = set()
    own: list[KeyInfo] = []
    foreign: list[KeyInfo] = []
    for entry in entries:
        kind, name = key_kind(entry.key), entry.key[0]
        if entry.key[: len(QUARANTINE_PREFIX)] == QUARANTINE_PREFIX:
            quarantined.setdefault(_quarantined_document(entry.key), []).append(entry)
        elif entry.key == STORAGE_ID_KEY or entry.key[: len(OWN_PREFIX)] == OWN_PREFIX:
            own.append(entry)
            if kind is KeyKind.TOMBSTONE:
                deleted.add(entry.key[-1])
        elif kind is KeyKind.OTHER or not _is_document_id(name):
            foreign.append(entry)
        else:
            (histories if kind in CHUNKS else notes).setdefault(name, []).append(entry)
    ids = sorted({*histories, *notes, *(name for name in quarantined if name)})
    documents = tuple(
        StoredDocument(
            DocumentId(name),
            tuple(histories.get(name, ())),
            tuple(notes.get(name, ())),
            tuple(quarantined.get(name, ())),
            name in deleted,
        )
        for name in ids
    )
    return Contents(documents, tuple(own), (*foreign, *quarantined.get("", ())))


def _quarantined_document(key: StorageKey) -> str:
    """The document that the chunk is of; empty where the key names none."""
    place = key[len(QUARANTINE_PREFIX) :]
    return place[0] if place and _is_document_id(place[0]) else ""


def _is_document_id(text: str) -> bool:
    try:
        parse_document_id(text)
    except InvalidId:
        return False
    return True
