"""What a store could do without: found first, shown, and removed only on somebody's word."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from jupyter_automerge.document import Document
from jupyter_automerge.engine.leases import read_lease
from jupyter_automerge.repo.upkeep.checking import CheckedDocument, Fault, checked, chunks_of
from jupyter_automerge.repo.upkeep.contents import Contents, StoredDocument
from jupyter_automerge.storage.contract import KeyInfo, Storage
from jupyter_automerge.values.keys import SESSIONS_PREFIX, KeyKind, StorageKey, key_kind
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


async def remove(storage: Storage, garbage: Iterable[Garbage]) -> None:
    """Raises StorageError."""
    for one in garbage:
        for key in one.keys:
            await storage.remove(key)


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
    return read_lease(await storage.load(entry.key) or b"").since < now - LEASE_KEPT_SECONDS


def _garbage(stored: StoredDocument, entries: Iterable[KeyInfo], reason: str) -> Garbage:
    entries = tuple(entries)
    return Garbage(stored.id, tuple(one.key for one in entries), sum(one.size for one in entries), reason)
