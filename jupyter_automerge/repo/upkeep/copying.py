"""All documents of one store into another, each read back and compared. The source is never written to."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from jupyter_automerge.document import ChunkState, Document
from jupyter_automerge.errors import StorageError
from jupyter_automerge.repo.upkeep.checking import chunks_of
from jupyter_automerge.repo.upkeep.contents import CHUNKS, Contents, StoredDocument
from jupyter_automerge.storage.contract import KeyInfo, Storage
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import StorageId
from jupyter_automerge.values.keys import (
    EPOCH_KEY,
    SESSIONS_PREFIX,
    STORAGE_ID_KEY,
    KeyKind,
    StorageKey,
    key_kind,
    store_key,
    tombstone_key,
)

_ATTEMPTS = 5
"""How often a document is begun anew because somebody compacted it while it was copied."""
_UNREADABLE_IN_A_ROW = 5
"""More than a bad spot of a disk: the source is gone, and each document would be waited for."""
_IDENTITY = (STORAGE_ID_KEY, EPOCH_KEY)


@dataclass(frozen=True, slots=True)
class Copied:
    """One step done: entries and bytes that were written now; what was there already counts for nothing.

    `trouble`: what the source itself lacks of the document, which no copy can mend, or why it is not there; or empty.
    """

    what: str
    entries: int
    size: int
    trouble: str = ""
    is_there: bool = True
    is_readable: bool = True


async def copy_store(
    source: Storage,
    target: Storage,
    contents: Contents,
    *,
    identity: bool,
    done: Callable[[Copied], None],
) -> None:
    """Documents, tombstones, and what is known of other stores; with `identity` the store's own id, too.

    `contents` is what the source listed; what is written to it later is not looked for. What the target has
    already stays: also documents that were deleted from the source only, and tombstones. A document that cannot be
    read is told, and the others are copied. Raises StorageError, also when a document does not read back whole.
    """
    if identity:
        await _require_same_store(source, target)
    own_id = await target.load(STORAGE_ID_KEY) or b""
    unreadable = 0
    for stored in contents.documents:
        if stored.deleted:
            continue
        if await target.load(tombstone_key(stored.id)) is not None:
            done(Copied(stored.id, 0, 0, f"it was deleted from {target.place}, and was not copied", False))
        else:
            # What takes the source's id must have all that peers were told it has.
            must = identity or unreadable == _UNREADABLE_IN_A_ROW
            copied = await _copy_or_tell(source, target, stored, must=must)
            unreadable = 0 if copied.is_readable else unreadable + 1
            done(copied)
    kept = [
        entry
        for entry in contents.own
        if _is_to_copy(entry.key, identity, own_id.decode()) and not await _would_bury(target, entry.key)
    ]
    entries, size = await _copy_entries(source, target, kept)
    done(Copied("what the store keeps of itself", entries, size))


async def _would_bury(target: Storage, key: StorageKey) -> bool:
    """Whether it is the tombstone of a document that the target has."""
    if key_kind(key) is not KeyKind.TOMBSTONE:
        return False
    return any(key_kind(entry.key) in CHUNKS for entry in await target.keys((key[-1],)))


async def _require_same_store(source: Storage, target: Storage) -> None:
    """Raises StorageError if the target has an id already, and another one."""
    mine, other = await source.load(STORAGE_ID_KEY), await target.load(STORAGE_ID_KEY)
    if other is not None and other != mine:
        raise StorageError(f"{target.place} has an id of its own: it cannot become the same store")


async def _copy_or_tell(source: Storage, target: Storage, stored: StoredDocument, *, must: bool) -> Copied:
    """Raises StorageError; but where the source cannot give the document, only if it `must`."""
    try:
        return await _copy_document(source, target, stored)
    except StorageError:
        reason = await _unreadable(source, stored)
        if not reason or must:
            raise
        words = f"it could not be read, and was not copied: {reason}"
        return Copied(stored.id, 0, 0, words, is_there=False, is_readable=False)


async def _unreadable(source: Storage, stored: StoredDocument) -> str:
    """Why the source does not give the document; empty if it does."""
    try:
        await chunks_of(source, stored.id)
    except StorageError as error:
        return error.reason
    return ""


async def _copy_document(source: Storage, target: Storage, stored: StoredDocument) -> Copied:
    """Raises StorageError unless the target has, in the end, all that the source had at some moment since."""
    written = size = 0
    for _ in range(_ATTEMPTS):
        before = dict(await chunks_of(source, stored.id))
        for key, data in before.items():
            if await _write(target, key, data):
                written, size = written + 1, size + len(data)
        if {key for key, _ in await chunks_of(source, stored.id)} <= before.keys():
            break
    heads, trouble = await asyncio.to_thread(_heads_of, list(before.values()))
    await _require(target, stored, heads)
    more, weight = await _copy_entries(source, target, (*stored.notes, *stored.quarantined))
    return Copied(stored.id, written + more, size + weight, trouble)


async def _write(target: Storage, key: StorageKey, data: bytes) -> bool:
    """Whether it had to be written; then it was read back. Snapshots of one name may differ in their bytes."""
    there = await target.load(key)
    if there is not None and (there == data or _is_whole(there)):
        return False
    await target.save(key, data)
    if await target.load(key) != data:
        raise StorageError(f"{'/'.join(key)} was written to {target.place} and reads back as something else")
    return True


async def _copy_entries(source: Storage, target: Storage, entries: Iterable[KeyInfo]) -> tuple[int, int]:
    written = size = 0
    for entry in entries:
        data = await source.load(entry.key)
        if data is not None and await target.load(entry.key) is None:
            await _write(target, entry.key, data)
            written, size = written + 1, size + len(data)
    return written, size


async def _require(target: Storage, stored: StoredDocument, heads: Heads) -> None:
    """Raises StorageError unless the document, read back from the target, knows these heads."""
    entries = [data for _, data in await chunks_of(target, stored.id)]
    document, _ = await asyncio.to_thread(Document.load, entries)
    if document.standings([heads])[heads].unknown:
        raise StorageError(f"{stored.id} in {target.place} lacks changes that were copied there")


def _heads_of(chunks: list[bytes]) -> tuple[Heads, str]:
    document, verdicts = Document.load(chunks)
    aside = sum(verdict.state is not ChunkState.APPLIED for verdict in verdicts)
    trouble = (
        f"{aside} of its chunks are torn or wait for others; they were copied as they are" if aside else ""
    )
    return document.heads, trouble


def _is_whole(data: bytes) -> bool:
    states = {verdict.state for verdict in Document.load([data])[1]}
    return states.isdisjoint((ChunkState.TORN, ChunkState.BAD))


def _is_to_copy(key: StorageKey, identity: bool, target_id: str) -> bool:
    """Leases belong to running Repos, and nobody keeps notes of himself."""
    if key[: len(SESSIONS_PREFIX)] == SESSIONS_PREFIX or key == store_key(StorageId(target_id)):
        return False
    return identity or key not in _IDENTITY
