"""What a Repo needs of an Engine."""

from typing import Protocol

from jupyter_automerge.document import Document
from jupyter_automerge.engine.notices import SearchProgress, StoreRow
from jupyter_automerge.repo.driver import Protocolist
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import DocumentState


class EngineView(Protocolist, Protocol):
    """What a Repo asks the Engine, on its own thread, besides driving it."""

    def document(self, document_id: DocumentId) -> Document | None: ...

    def state(self, document_id: DocumentId) -> DocumentState | None: ...

    def is_deleted(self, document_id: DocumentId) -> bool: ...

    def progress(self, document_id: DocumentId) -> SearchProgress | None: ...

    def rows(self, document_id: DocumentId) -> tuple[StoreRow, ...]: ...

    def saved_heads(self, document_id: DocumentId) -> Heads: ...

    def is_elsewhere(self, document_id: DocumentId) -> bool: ...

    def metrics(self) -> dict[str, int]: ...
