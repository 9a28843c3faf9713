"""Making a store whole again without losing a byte: what is torn is kept aside, what was aside and fits comes back."""

from collections.abc import Iterable
from dataclasses import dataclass

from jupyter_automerge.document import ChunkState, Document
from jupyter_automerge.repo.upkeep.checking import CheckedDocument, Fault, chunks_of
from jupyter_automerge.storage.contract import Storage
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.keys import QUARANTINE_PREFIX, StorageKey, quarantine_key

_SET_ASIDE = (Fault.TORN, Fault.BAD)


@dataclass(frozen=True, slots=True)
class Repair:
    """One step: an entry moves from `source` to `target`, and why."""

    document_id: DocumentId
    source: StorageKey
    target: StorageKey
    reason: str

    @property
    def sets_aside(self) -> bool:
        """Whether it leaves the history; else it comes back."""
        return self.target[: len(QUARANTINE_PREFIX)] == QUARANTINE_PREFIX


async def repairs_of(storage: Storage, document: CheckedDocument) -> list[Repair]:
    """What would mend the document. Orphaned chunks stay: what they wait for may yet come."""
    aside = [
        Repair(finding.document_id, finding.key, quarantine_key(finding.key), finding.reason)
        for finding in document.findings
        if finding.fault in _SET_ASIDE
    ]
    back = await _coming_back(storage, document) if document.stored.quarantined else []
    return [*aside, *back]


async def perform(storage: Storage, repairs: Iterable[Repair]) -> None:
    """Each entry is durable in its new place before it leaves the old one. Raises StorageError."""
    for repair in repairs:
        data = await storage.load(repair.source)
        if data is not None:
            await storage.save(repair.target, data)
            await storage.remove(repair.source)


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
            repairs.append(Repair(document.stored.id, entry.key, home, "it is whole, and its changes fit"))
            good.append(data)
    return repairs
