"""What a user may name a document by."""

from collections.abc import Callable
from uuid import UUID

from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import URL_SCHEME, interpret_document_id
from jupyter_automerge.values.url import AutomergeUrl

DocumentName = str | bytes | UUID | AutomergeUrl
NewId = Callable[[Heads], DocumentName]  # how new documents are named: by their first heads


def interpret(name: DocumentName) -> AutomergeUrl:
    """The document, and the heads if the name is a URL that asks for some. Raises InvalidId."""
    if isinstance(name, AutomergeUrl):
        return name
    if isinstance(name, str) and name.startswith(URL_SCHEME):
        return AutomergeUrl.parse(name)
    return AutomergeUrl(interpret_document_id(name))
