"""A document at one moment of its history."""

from typing import Any

from jupyter_automerge.document import Document
from jupyter_automerge.errors import DocumentError
from jupyter_automerge.values.heads import Heads, heads_to_text
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.url import AutomergeUrl


class DocView:
    """Read-only, and the same whenever it is read."""

    def __init__(self, document_id: DocumentId, document: Document, heads: Heads) -> None:
        """Raises DocumentError if the document has no such heads."""
        if unknown := heads - document.known(heads):
            raise DocumentError(f"{', '.join(heads_to_text(unknown))} is not in its history")
        self.document_id = document_id
        self.heads = heads
        self.url = str(AutomergeUrl(document_id, heads))
        self._document = document

    def __repr__(self) -> str:
        return f"DocView({self.url!r})"

    @property
    def value(self) -> Any:
        """The document as it was, as plain Python values."""
        return self._document.value(at=self.heads)

    def fork(self) -> Document:
        """A document of its own that goes on from here; `repo.clone(view)` makes it one of the Repo's."""
        return self._document.fork(self.heads)
