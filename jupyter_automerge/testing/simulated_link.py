"""A cable between two simulated Repos: it can be cut, healed, slow, or narrow."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jupyter_automerge.values.ids import ConnectionId, DocumentId
from jupyter_automerge.values.status import Access

if TYPE_CHECKING:
    from jupyter_automerge.testing.simulated_repo import SimulatedRepo


@dataclass(slots=True, eq=False)
class SimulatedLink:
    """`caller` opened it towards `listener`; `access` is what the caller may do at the listener's."""

    caller: "SimulatedRepo"
    listener: "SimulatedRepo"
    access: Access = Access.WRITE
    latency: float = 0.005
    plugged: bool = True
    life: int = 0
    connection: ConnectionId | None = None
    clear_at: dict[str, float] = field(default_factory=dict)
    sync_messages: dict[DocumentId, int] = field(default_factory=dict)
    sync_bytes: dict[DocumentId, int] = field(default_factory=dict)

    def ends(self) -> tuple["SimulatedRepo", "SimulatedRepo"]:
        return self.caller, self.listener

    def other(self, end: "SimulatedRepo") -> "SimulatedRepo":
        return self.listener if end is self.caller else self.caller

    def count(self, document_id: DocumentId, size: int) -> None:
        self.sync_messages[document_id] = self.sync_messages.get(document_id, 0) + 1
        self.sync_bytes[document_id] = self.sync_bytes.get(document_id, 0) + size

    def reset_counts(self) -> None:
        self.sync_messages.clear()
        self.sync_bytes.clear()
