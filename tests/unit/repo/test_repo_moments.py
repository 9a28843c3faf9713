"""When a document's heads moved, whoever looks and whenever."""

from jupyter_automerge.document import Document
from jupyter_automerge.repo.live import LiveDocument
from jupyter_automerge.values.ids import document_id_from_bytes

NOTE = document_id_from_bytes(b"a note of alices")


def test_S32_heads_moved_when_they_did_and_not_when_somebody_looked() -> None:
    """Else a transfer that stood still for an hour would seem to move for whoever looks at it first."""
    now = [100.0]
    document = Document()
    live = LiveDocument(NOTE, document, lambda event: None, lambda work: None, lambda: now[0])
    with document.change() as root:
        root["n"] = 1
    now[0] = 160.0
    assert live.moved_at(now[0]) == 100.0
    with document.change() as root:
        root["n"] = 2
    assert live.moved_at(now[0]) == 160.0
