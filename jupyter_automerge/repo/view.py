"""A document at one moment of its history."""

from typing import TYPE_CHECKING, Any

from jupyter_automerge.document import ChangeRecord, Document
from jupyter_automerge.errors import DocumentError, DocumentReadOnly
from jupyter_automerge.repo.changes import ChangeEvent
from jupyter_automerge.repo.feed import Feed
from jupyter_automerge.repo.handle import DocHandle
from jupyter_automerge.repo.listeners import Callback, Unsubscribe
from jupyter_automerge.values.heads import Heads, heads_to_text
from jupyter_automerge.values.url import AutomergeUrl

if TYPE_CHECKING:
    from collections.abc import Sequence


class DocView(DocHandle):
    """A handle that stands still: whenever it is read, it shows the document at these heads.

    What writes raises DocumentReadOnly, and no change is ever told. `peers`, `synced` and `saved` are about
    these heads; broadcasts are no part of history and pass as on any handle. It stays readable when the
    document is unloaded or deleted.
    """

    def __init__(self, handle: DocHandle, heads: Heads) -> None:
        """Raises DocumentError if the document has no such heads."""
        super().__init__(handle._live, handle._running)
        # Whoever looks at the past holds the document, as its peers and its waits are about the present.
        self._handle = handle
        self._past = handle._live.require()
        if unknown := heads - self._past.known(heads):
            raise DocumentError(f"{', '.join(heads_to_text(unknown))} is not in its history")
        self._heads = heads
        self.url = str(AutomergeUrl(handle.document_id, heads))

    def __repr__(self) -> str:
        return f"DocView({self.url!r})"

    @property
    def heads(self) -> Heads:
        """The moment that is shown."""
        return self._heads

    @property
    def value(self) -> Any:
        """The document as it was, as plain Python values."""
        return self._document.value(at=self._heads)

    def get(self, path: "Sequence[str | int]") -> Any:
        """The plain value that was at a path. Raises DocumentError where there was nothing."""
        return self._document.get(tuple(path), at=self._heads)

    def history(self) -> list[ChangeRecord]:
        """The changes up to these heads."""
        return self.fork().history()

    def changes(self) -> Feed[ChangeEvent]:
        """A stream that has ended: nothing will happen here."""
        ended: Feed[ChangeEvent] = Feed(lambda _: None)
        ended.close()
        return ended

    def on_change(self, callback: Callback[ChangeEvent]) -> Unsubscribe:
        """Never called."""
        return lambda: None

    def fork(self) -> Document:
        """A document of its own that goes on from here; `repo.clone(view)` makes it one of the Repo's."""
        return self._document.fork(self._heads)

    @property
    def _document(self) -> Document:
        self._running.birthplace.check()
        return self._past

    @property
    def _content(self) -> Document:
        return self.fork()

    @property
    def _writable(self) -> Document:
        raise DocumentReadOnly(f"{self!r} shows the past; `repo.clone(view)` makes a document to go on with")
