"""The names of documents: a server's catalogue document, or a kernel's own while it has no server."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from jupyter_automerge.repo import DocHandle
from jupyter_automerge.values.url import is_valid_url

DOCUMENT = "document"


class Entry(NamedTuple):
    """One named document."""

    name: str
    type: str
    url: str


class Catalogue(Protocol):
    """A list of named documents. A name may be there twice: it means the newest, and `ls` shows both."""

    def entries(self) -> tuple[Entry, ...]:
        """Oldest first."""
        ...

    def enter(self, name: str, url: str) -> None:
        """Add an entry."""
        ...


def look_up(catalogue: Catalogue, name: str) -> Entry | None:
    """The newest entry of that name."""
    return next((entry for entry in reversed(catalogue.entries()) if entry.name == name), None)


def name_of(catalogue: Catalogue, url: str) -> str | None:
    """What the document was called last."""
    return next((entry.name for entry in reversed(catalogue.entries()) if entry.url == url), None)


class OwnCatalogue:
    """In this kernel's memory alone; no document, so that nobody else is burdened with it."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._entries)

    def enter(self, name: str, url: str) -> None:
        self._entries.append(Entry(name, DOCUMENT, url))

    def take_all(self) -> tuple[Entry, ...]:
        """Its entries, for a server's catalogue; it is empty afterwards."""
        entries, self._entries = tuple(self._entries), []
        return entries


class SharedCatalogue:
    """A server's: the entries `{name, type, url}` in the list `docs` of its catalogue document."""

    def __init__(self, handle: DocHandle) -> None:
        self._handle = handle

    def entries(self) -> tuple[Entry, ...]:
        """The well-formed ones; others are passed over, as anybody may write into the catalogue."""
        return tuple(_well_formed(self._handle.value.get("docs")))

    def enter(self, name: str, url: str) -> None:
        with self._handle.change(f"new {name}") as doc:
            if "docs" not in doc:
                doc["docs"] = []
            doc["docs"].append({"name": name, "type": DOCUMENT, "url": url})


def _well_formed(docs: object) -> Iterator[Entry]:
    for item in docs if isinstance(docs, list) else ():
        if isinstance(item, dict) and is_valid_url(item.get("url")) and isinstance(item.get("name"), str):
            yield Entry(str(item["name"]), str(item.get("type", DOCUMENT)), str(item["url"]))
