"""How stores stand to somebody who is no Repo: all it has of a document are the heads that it saw."""

from typing import TYPE_CHECKING, Any

from jupyter_automerge.document import Document
from jupyter_automerge.errors import DocumentUnavailable
from jupyter_automerge.repo.handle import DocHandle
from jupyter_automerge.repo.removing import was_deleted
from jupyter_automerge.repo.row_json import row_to_json
from jupyter_automerge.repo.rows import DocPeer
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import PeerState, Relation

if TYPE_CHECKING:
    from jupyter_automerge.repo.repo import Repo

_RELATIONS = {
    (False, False): Relation.SYNCED,
    (False, True): Relation.BEHIND,
    (True, False): Relation.AHEAD,
    (True, True): Relation.DIVERGED,
}
"""By whether the store lacks something of the asker's, and the asker something of the store's."""
_DECIDED = (PeerState.DENIED, PeerState.UNAVAILABLE)


async def asked_document(repo: "Repo", document_id: DocumentId, seconds: float) -> DocHandle:
    """The document, for somebody who only asks about it: that takes back no deletion, as a search would (P27).

    Raises DocumentUnavailable if it was deleted here, else as Repo.find.
    """
    if document_id not in repo.handles and await was_deleted(repo._open(), document_id):
        raise DocumentUnavailable(f"document {document_id} was deleted here")
    return await repo.find(document_id, timeout=seconds)


def asked_rows(handle: DocHandle, heads: Heads) -> list[dict[str, Any]]:
    """The rows as JSON, with relation and counts as they are for whoever has just these heads.

    `missingThere`: what the store lacks of them; a head that is unknown here counts as one change, of which
    nobody is known to have what did not name it. `missingHere`: what the asker lacks of the store's, known
    here or not. `certain`: False while heads of one of the two are unknown here, and not the other's as well:
    beneath them may lie what is counted as missing.
    """
    document, rows = handle._document, handle.peers_at(heads)
    lacked = _lacked_by(document, heads, rows)
    unknown = heads - document.known(heads)
    return [
        {**row_to_json(row), **_standing(document, row, here, unknown)}
        for row, here in zip(rows, lacked, strict=True)
    ]


def _lacked_by(document: Document, heads: Heads, rows: tuple[DocPeer, ...]) -> list[int]:
    """For each row, how many changes of that store somebody lacks who is at these heads. One walk for all."""
    outside = document.standings({heads, *(heads | row.heads for row in rows)})
    alone = outside[heads]
    both = [outside[heads | row.heads] for row in rows]
    return [alone.lacks - one.lacks + one.unknown - alone.unknown for one in both]


def _standing(document: Document, row: DocPeer, here: int, unknown: Heads) -> dict[str, Any]:
    there = row.missing_there
    if there is None:
        return {"missingHere": None}
    relation = _RELATIONS[there > 0, here > 0]
    # Whoever has all of the asker's waits for nothing of it.
    is_settled = there == 0 and row.state not in _DECIDED
    may_have_it = there > 0 and not document.knows_all(row.heads)
    may_be_known = here > 0 and bool(unknown)
    return {
        "relation": relation.value,
        "state": relation.value if is_settled else row.state.value,
        "missingHere": here,
        "certain": not (may_have_it or may_be_known),
    }
