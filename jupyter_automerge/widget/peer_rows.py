"""The rows of a document as JSON, as pages get them, with words for hosts that have no page module."""

from typing import Any

from jupyter_automerge.repo import DocHandle, DocPeer
from jupyter_automerge.widget import peer_words

MAX_ROWS = 100
"""Rows that a widget carries; a document has more stores only if somebody makes them up."""


def rows_of(handle: DocHandle) -> list[dict[str, Any]]:
    """The rows as of now. Raises what `handle.peers` raises."""
    return [_worded(_row(peer)) for peer in handle.peers[:MAX_ROWS]]


def summary_of(handle: DocHandle) -> dict[str, Any]:
    """How safe the document is, in one word and in a sentence."""
    safe = sum(row.safe for row in handle.peers)
    return {"state": "safe" if safe else "syncing", "copies": safe, "words": f"{safe} stores have everything"}


def _row(peer: DocPeer) -> dict[str, Any]:
    return {
        "id": peer.id,
        "name": peer.name,
        "kind": peer.kind,
        "user": peer.user and {"username": peer.user.username, "name": peer.user.name},
        "link": peer.link.value,
        "relation": peer.relation.value,
        "activity": "idle",
        "level": peer.level.name.lower(),
        "trust": "normal",
        "missingThere": peer.missing_there,
        "missingHere": peer.missing_here,
        "certain": peer.certain,
        "asOf": peer.as_of and peer.as_of.isoformat(timespec="milliseconds"),
        "unsentSince": None,
        "via": [],
        "sameStore": peer.same_store,
        "ephemeral": peer.ephemeral,
        "clone": False,
        "durableAcks": peer.durable_acks,
        "denied": peer.state.value == "denied",
        "unavailable": peer.state.value == "unavailable",
    }


def _worded(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"says": peer_words.says(row), "reach": peer_words.reach(row), "why": peer_words.why(row)}
