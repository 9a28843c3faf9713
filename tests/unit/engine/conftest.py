"""What the stories of evidence begin with: a document with one edit, and a Ledger of what is heard of it."""

import pytest

from jupyter_automerge.document import Document
from tests.unit.engine.ledger import Ledger, edit


@pytest.fixture
def plan() -> Document:
    document = Document(actor=bytes(16))
    edit(document, 0)
    return document


@pytest.fixture
def ledger(plan: Document) -> Ledger:
    return Ledger(plan)
