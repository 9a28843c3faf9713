"""Documents that begin in this Repo: new ones, copies, and those that somebody brings as bytes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jupyter_automerge.document import ChunkState, Document
from jupyter_automerge.engine.events import Create
from jupyter_automerge.errors import BadChunk
from jupyter_automerge.repo.handle import DocHandle
from jupyter_automerge.repo.naming import NewId
from jupyter_automerge.values.ids import DocumentId, document_id_from_bytes, interpret_document_id

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


def new_document(value: Mapping[str, Any] | None) -> Document:
    """A document with this content. Even without any it has a change: only heads can be synced and saved."""
    document = Document()
    if not value:
        document.commit_empty()
        return document
    with document.change(time=datetime.now(UTC)) as root:
        root.update(value)
    return document


def document_from_bytes(data: bytes) -> Document:
    """See Repo.import_document."""
    document, verdicts = Document.load([data])
    if bad := [one for one in verdicts if one.state is not ChunkState.APPLIED]:
        raise BadChunk(bad[0].reason or bad[0].state.value)
    return document


def take_in_new(running: "Running", document: Document, new_id: NewId | None) -> DocHandle:
    """Give the document an id, and keep it from now on."""
    if new_id is None:
        return _take_in(running, document_id_from_bytes(uuid4().bytes), document, fresh=True)
    # An id that was made from the content may be in the store already.
    return _take_in(running, interpret_document_id(new_id(document.heads)), document, fresh=False)


def merge_in(running: "Running", document_id: DocumentId, document: Document) -> DocHandle:
    """Keep it under this id; merged into the one that is in memory or, later, in the store."""
    here = running.documents.hold(document_id)
    if here is None:
        return _take_in(running, document_id, document, fresh=False)
    here._document.merge(document)
    return here


def _take_in(running: "Running", document_id: DocumentId, document: Document, *, fresh: bool) -> DocHandle:
    handle = running.documents.add(document_id, document)
    running.post(Create(document_id, document, fresh))
    return handle
