"""The names of documents: entries `{name, type, url}` of the catalogue document, `docs` in it."""

from collections.abc import Iterator
from typing import NamedTuple

from jupyter_automerge.repo import DocHandle
from jupyter_automerge.values.url import is_valid_url

DOCUMENT = "document"


class Entry(NamedTuple):
    """One named document."""

    name: str
    type: str
    url: str


def entries(catalogue: DocHandle) -> tuple[Entry, ...]:
    """All well-formed entries, oldest first; others are passed over: anybody may write into the catalogue."""
    return tuple(_well_formed(catalogue.value.get("docs")))


def _well_formed(docs: object) -> Iterator[Entry]:
    for item in docs if isinstance(docs, list) else ():
        if isinstance(item, dict) and is_valid_url(item.get("url")) and isinstance(item.get("name"), str):
            yield Entry(str(item["name"]), str(item.get("type", DOCUMENT)), str(item["url"]))


def look_up(catalogue: DocHandle, name: str) -> Entry | None:
    """The newest entry of that name: `new --fresh` adds another, and the name means the last one."""
    return next((entry for entry in reversed(entries(catalogue)) if entry.name == name), None)


def enter(catalogue: DocHandle, name: str, url: str) -> None:
    """Add an entry."""
    with catalogue.change(f"new {name}") as doc:
        if "docs" not in doc:
            doc["docs"] = []
        doc["docs"].append({"name": name, "type": DOCUMENT, "url": url})
