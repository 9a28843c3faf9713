"""What a handle shows in a notebook: the live view's address, and a dated snapshot where nothing is live."""

import html
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jupyter_automerge.errors import AutomergeError
from jupyter_automerge.repo.rendering import CUT, bounded_json
from jupyter_automerge.values.heads import heads_to_text
from jupyter_automerge.values.limits import MAX_SNAPSHOT_BYTES

if TYPE_CHECKING:
    from jupyter_automerge.repo.handle import DocHandle

MIME_TYPE = "application/vnd.jupyter-automerge+json"
_PLAIN_CHARACTERS = 2_000
_EMPTY = "empty so far"
_NOT_LIVE = "A snapshot: it is live only where Jupyter shows this page with jupyter_automerge."


def mime_bundle(handle: "DocHandle", called: str | None = None) -> dict[str, Any]:
    """All the ways a document is shown, richest first. Plain data: it imports nothing and starts nothing.

    `called` is what a document goes by that has no title of its own.
    """
    try:
        data = mime_data(handle, called)
    except AutomergeError as error:
        return {"text/plain": f"{handle.url} cannot be shown: {error}"}
    return {MIME_TYPE: data, "text/html": _html(data), "text/plain": _plain(data)}


def mime_data(handle: "DocHandle", called: str | None = None) -> dict[str, Any]:
    """The contents of the mime type; the snapshot holds at most 20 kB of the document."""
    heads = handle.heads
    whole = handle.at(heads).value
    value, complete = bounded_json(whole, MAX_SNAPSHOT_BYTES)
    title = (whole.get("title") if isinstance(whole, dict) else None) or called
    return {
        "version": 1,
        "url": handle.url,
        "path": [],
        "view": "document",
        "title": str(title)[:200] if isinstance(title, str) else None,
        "snapshot": {
            "value": value,
            "complete": complete,
            "asOf": datetime.now(UTC).isoformat(timespec="seconds"),
            "heads": list(heads_to_text(heads)),
        },
    }


def _html(data: dict[str, Any]) -> str:
    """Static and escaped: it is read where no script of ours runs."""
    head = f"<p>{html.escape(_caption(data))}<br><em>{html.escape(_NOT_LIVE)}</em></p><pre>"
    room = MAX_SNAPSHOT_BYTES - len(head.encode()) - 100
    return f"<div>{head}{_fitting(html.escape(_text(data)), room)}</pre></div>"


def _plain(data: dict[str, Any]) -> str:
    text = _text(data)
    shown = text if len(text) <= _PLAIN_CHARACTERS else text[:_PLAIN_CHARACTERS] + CUT
    return f"{_caption(data)}\n{shown}"


def _caption(data: dict[str, Any]) -> str:
    part = "" if data["snapshot"]["complete"] else " (the beginning)"
    moment = datetime.fromisoformat(data["snapshot"]["asOf"])
    return f"{data['title'] or 'Document'} as of {moment:%Y-%m-%d %H:%M:%S} UTC{part}, {data['url']}"


def _text(data: dict[str, Any]) -> str:
    """The value; a new document, shown before anything was put into it, is called what it is."""
    if data["snapshot"]["value"] == {}:
        return _EMPTY
    return json.dumps(data["snapshot"]["value"], indent=2, ensure_ascii=False)


def _fitting(escaped: str, room: int) -> str:
    encoded = escaped.encode(errors="replace")
    if len(encoded) <= room:
        return escaped
    kept = encoded[:room].decode(errors="ignore")
    # Not in the middle of an entity: `&quo` would be shown as it stands.
    entity = kept.rfind("&")
    return (kept[:entity] if entity > len(kept) - 10 and ";" not in kept[entity:] else kept) + CUT
