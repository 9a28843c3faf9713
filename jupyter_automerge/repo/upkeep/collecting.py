"""What a store could do without: found first, shown, and removed only on somebody's word."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from jupyter_automerge.document import Document
from jupyter_automerge.engine.leases import read_lease
from jupyter_automerge.repo.upkeep.checking import CheckedDocument, Fault, checked, chunks_of
from jupyter_automerge.repo.upkeep.contents import Contents, StoredDocument, sorted_out
from jupyter_automerge.storage.contract import KeyInfo, Storage
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import (
    QUARANTINE_PREFIX,
    SESSIONS_PREFIX,
    KeyKind,
    StorageKey,
    document_prefix,
    key_kind,
    tombstone_key,
)
from jupyter_automerge.values.limits import LEASE_KEPT_SECONDS


@dataclass(frozen=True, slots=True)
class Garbage:
    """Entries that go together, for one reason. `of`: the document, or empty."""

    of: str
    keys: tuple[StorageKey, ...]
    size: int
    reason: str


async def garbage_in(
    storage: Storage, contents: Contents, *, now: float, quarantine: bool
) -> AsyncIterator[Garbage]:
    """All that may go. `now` is in seconds since 1970; `quarantine` counts torn chunks that were kept aside, too.

    A chunk is superfluous only if one snapshot was read back just now and found to hold every change that the
    document has; so nothing is lost by this, whoever writes at the same time. Raises StorageError.
    """
    for stored in contents.documents:
        for found in _by_name(stored, quarantine):
            yield found
    async for document in checked(storage, contents):
        for found in await _by_content(storage, document):
            yield found
    for entry in contents.own:
        if await _is_dead_lease(storage, entry, now):
            yield Garbage("", (entry.key,), entry.size, "a Repo that has not been heard of for a month")


async def remove(storage: Storage, garbage: Iterable[Garbage], *, now: float) -> int:
    """How many bytes went. Raises StorageError.

    Since somebody was shown the list, and said yes, a document may have come back, or its snapshot have gone: so
    each is looked at once more, and what is wanted by now stays.
    """
    removed = 0
    for one in garbage:
        contents = await _contents_around(storage, one)
        fresh = {
            key
            async for found in garbage_in(storage, contents, now=now, quarantine=True)
            for key in found.keys
        }
        sizes = {entry.key: entry.size for entry in contents.entries}
        for key in fresh.intersection(one.keys):
            await storage.remove(key)
            removed += sizes[key]
    return removed


async def _contents_around(storage: Storage, garbage: Garbage) -> Contents:
    """The document as it lies there now; or what the store keeps of itself."""
    if not garbage.of:
        return sorted_out(await storage.keys(SESSIONS_PREFIX))
    document_id = DocumentId(garbage.of)
    places = (document_prefix(document_id), tombstone_key(document_id), (*QUARANTINE_PREFIX, document_id))
    return sorted_out([entry for place in places for entry in await storage.keys(place)])


def _by_name(stored: StoredDocument, quarantine: bool) -> list[Garbage]:
    found = []
    if stored.deleted and (stored.chunks or stored.notes):
        found.append(
            _garbage(stored, (*stored.chunks, *stored.notes), "the document was deleted from this store")
        )
    elif stored.notes and not stored.chunks:
        found.append(_garbage(stored, stored.notes, "notes about a document that is not here"))
    if quarantine and stored.quarantined:
        found.append(_garbage(stored, stored.quarantined, "torn chunks that were kept aside"))
    return found


async def _by_content(storage: Storage, document: CheckedDocument) -> list[Garbage]:
    stored = document.stored
    if any(finding.fault is Fault.EMPTY for finding in document.findings):
        return [_garbage(stored, (*stored.chunks, *stored.notes), "it has no changes")]
    if len(document.applied) < 2:
        return []
    keeper = await _snapshot_of_all(storage, document)
    others = [entry for entry in stored.chunks if entry.key in document.applied and entry.key != keeper]
    if keeper is None or not others:
        return []
    return [_garbage(stored, others, "its newest snapshot holds all of it")]


async def _snapshot_of_all(storage: Storage, document: CheckedDocument) -> StorageKey | None:
    """The largest snapshot that alone reads back to the document's heads."""
    chunks = await chunks_of(storage, document.stored.id)
    for key, data in sorted(chunks, key=lambda entry: -len(entry[1])):
        if key_kind(key) is KeyKind.SNAPSHOT and Document.load([data])[0].heads == document.heads:
            return key
    return None


async def _is_dead_lease(storage: Storage, entry: KeyInfo, now: float) -> bool:
    if entry.key[: len(SESSIONS_PREFIX)] != SESSIONS_PREFIX:
        return False
    return read_lease(await storage.load(entry.key) or b"").last_sign < now - LEASE_KEPT_SECONDS


def _garbage(stored: StoredDocument, entries: Iterable[KeyInfo], reason: str) -> Garbage:
    entries = tuple(entries)
    return Garbage(stored.id, tuple(one.key for one in entries), sum(one.size for one in entries), reason)
