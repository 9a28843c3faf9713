"""Whether every chunk of a store is whole, and in its document. Reads only; a store in use may be checked."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from jupyter_automerge.document import ChunkState, Document
from jupyter_automerge.errors import StorageError
from jupyter_automerge.repo.upkeep.contents import CHUNKS, Contents, StoredDocument
from jupyter_automerge.storage.contract import Storage
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import KeyKind, StorageKey, document_prefix, key_kind


class Fault(StrEnum):
    """What may be wrong with an entry."""

    TORN = "torn"
    """It ends too early, as after a crash in the middle of a write."""
    BAD = "bad"
    """Its checksum is wrong, or Automerge cannot apply it."""
    ORPHANED = "orphaned"
    """It is whole, and waits for changes that are nowhere in the store."""
    EMPTY = "empty"
    """The document has entries, and not one change: JavaScript leaves such ghosts."""
    UNREADABLE = "unreadable"
    """The store could not give it."""


HARMLESS = frozenset({Fault.EMPTY})
"""Faults by which no change is lost or held back."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One entry, or one document as a whole where `key` is its prefix, that is not as it should be."""

    document_id: DocumentId
    key: StorageKey
    fault: Fault
    reason: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document as it reads back. `applied`: the keys of chunks whose changes are all in it."""

    stored: StoredDocument
    heads: Heads
    applied: frozenset[StorageKey]
    findings: tuple[Finding, ...]

    @property
    def is_intact(self) -> bool:
        return all(finding.fault in HARMLESS for finding in self.findings)


async def checked(storage: Storage, contents: Contents) -> AsyncIterator[CheckedDocument]:
    """Every document that is not deleted, one after the other: one in memory at a time."""
    for stored in contents.documents:
        if stored.chunks and not stored.deleted:
            yield await checked_document(storage, stored)


async def checked_document(storage: Storage, stored: StoredDocument) -> CheckedDocument:
    """Reads the document's chunks and puts them together, in a thread."""
    prefix = document_prefix(stored.id)
    try:
        entries = await chunks_of(storage, stored.id)
        document, verdicts = await asyncio.to_thread(Document.load, [data for _, data in entries])
    except StorageError as error:
        return CheckedDocument(
            stored, frozenset(), frozenset(), (_whole(stored, Fault.UNREADABLE, error.reason),)
        )
    findings = [
        Finding(stored.id, key, _FAULTS[verdict.state], verdict.reason, len(data))
        for (key, data), verdict in zip(entries, verdicts, strict=True)
        if verdict.state is not ChunkState.APPLIED
    ]
    if entries and not document.heads and not findings:
        findings.append(Finding(stored.id, prefix, Fault.EMPTY, "it has no changes", stored.size))
    applied = frozenset(
        key
        for (key, _), verdict in zip(entries, verdicts, strict=True)
        if verdict.state is ChunkState.APPLIED
    )
    return CheckedDocument(stored, document.heads, applied, tuple(findings))


async def chunks_of(storage: Storage, document_id: DocumentId) -> Sequence[tuple[StorageKey, bytes]]:
    """The document's history as it lies there, snapshots first. Raises StorageError."""
    entries = await storage.load_range(document_prefix(document_id))
    chunks = [(key, data) for key, data in entries if key_kind(key) in CHUNKS]
    return sorted(chunks, key=lambda entry: (key_kind(entry[0]) is not KeyKind.SNAPSHOT, entry[0]))


def _whole(stored: StoredDocument, fault: Fault, reason: str) -> Finding:
    return Finding(stored.id, document_prefix(stored.id), fault, reason, stored.size)


_FAULTS = {
    ChunkState.TORN: Fault.TORN,
    ChunkState.BAD: Fault.BAD,
    ChunkState.QUEUED: Fault.ORPHANED,
}
