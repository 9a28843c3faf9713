"""The rows of a document as pages get them, with words for hosts that have no page module."""

from collections.abc import Mapping
from typing import Any

from jupyter_automerge.repo import DocHandle, row_to_json
from jupyter_automerge.widget import peer_words

MAX_ROWS = 100
"""Rows that a widget carries; a document has more stores only if somebody makes them up."""


def rows_of(handle: DocHandle) -> list[dict[str, Any]]:
    """The rows as of now. Raises what `handle.peers` raises."""
    rows = [row_to_json(peer) for peer in handle.peers[:MAX_ROWS]]
    names = {row["id"]: row["name"] for row in rows}
    return [_worded(row, names) for row in rows]


def _worded(row: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    named = row | {"via": [names.get(store, store) for store in row["via"]]}
    # The relation is told: nobody who reads this needs what it was computed from.
    kept = {name: value for name, value in named.items() if name not in ("heads", "peerIds")}
    return kept | {"says": peer_words.says(row), "reach": peer_words.reach(named), "why": peer_words.why(row)}
