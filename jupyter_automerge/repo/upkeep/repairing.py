"""Making a store whole again without losing a byte: what is torn is kept aside, what was aside and fits comes back.

Of a torn chunk the changes before the tear are whole: they are stored anew before it leaves its place (as P67).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from jupyter_automerge.document import ChunkState, Document, sound_part
from jupyter_automerge.repo.upkeep.checking import CheckedDocument, Fault, Finding, chunks_of
from jupyter_automerge.storage.contract import Storage
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import QUARANTINE_PREFIX, StorageKey, incremental_key, quarantine_key

_SET_ASIDE = (Fault.TORN, Fault.BAD)


@dataclass(frozen=True, slots=True)
class Repair:
    """One step: an entry moves from `source` to `target`, and why. `digest`: the SHA-256 of its bytes."""

    document_id: DocumentId
    source: StorageKey
    target: StorageKey
    reason: str
    digest: bytes

    @property
    def sets_aside(self) -> bool:
        """Whether it leaves the history; else it comes back."""
        return self.target[: len(QUARANTINE_PREFIX)] == QUARANTINE_PREFIX


async def repairs_of(storage: Storage, document: CheckedDocument) -> list[Repair]:
    """What would mend the document. Orphaned chunks stay: what they wait for may yet come."""
    aside = [finding for finding in document.findings if finding.fault in _SET_ASIDE]
    back = await _coming_back(storage, document) if document.stored.quarantined else []
    return [*[await _set_aside(storage, finding) for finding in aside], *back]


async def perform(storage: Storage, repairs: Iterable[Repair]) -> int:
    """How many were done: one whose entry is another by now, or gone, is not. Raises StorageError.

    Each entry is durable in its new place before it leaves the old one.
    """
    done = 0
    for repair in repairs:
        data = await storage.load(repair.source)
        if data is None or sha256(data).digest() != repair.digest:
            continue
        sound = sound_part(data) if repair.sets_aside else b""
        # What is whole throughout was refused for what it says, not for a tear.
        if sound and sound != data:
            await storage.save(incremental_key(repair.document_id, sound), sound)
        await storage.save(repair.target, data)
        # Since it was read, whoever writes it may have written the rest.
        if await storage.load(repair.source) == data:
            await storage.remove(repair.source)
            done += 1
    return done


async def _set_aside(storage: Storage, finding: Finding) -> Repair:
    data = await storage.load(finding.key) or b""
    target, digest = quarantine_key(finding.key), sha256(data).digest()
    return Repair(finding.document_id, finding.key, target, finding.reason, digest)


async def _coming_back(storage: Storage, document: CheckedDocument) -> list[Repair]:
    """Quarantined chunks that are whole now, and whose changes the document takes."""
    good = [data for key, data in await chunks_of(storage, document.stored.id) if key in document.applied]
    repairs = []
    for entry in document.stored.quarantined:
        home, data = entry.key[len(QUARANTINE_PREFIX) :], await storage.load(entry.key)
        if data is None or await storage.load(home) is not None:
            continue
        _, verdicts = Document.load([*good, data])
        if verdicts[-1].state is ChunkState.APPLIED:
            repairs.append(
                Repair(
                    document.stored.id,
                    entry.key,
                    home,
                    "it is whole, and its changes fit",
                    sha256(data).digest(),
                )
            )
            good.append(data)
    return repairs
