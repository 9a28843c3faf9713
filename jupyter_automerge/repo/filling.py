"""The first change of a new document."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from jupyter_automerge.document import Document


def new_document(value: Mapping[str, Any] | None) -> Document:
    """A document with this content. Even without any it has a change: only heads can be synced and saved."""
    document = Document()
    if not value:
        document.commit_empty()
        return document
    with document.change(time=datetime.now(UTC)) as root:
        root.update(value)
    return document
