"""automerge:<document id>[/path][#heads] - the name of a document, of a part of it, or of a moment of it."""

from dataclasses import dataclass, replace
from urllib.parse import unquote

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.values.heads import Heads, heads_from_text, heads_to_text
from jupyter_automerge.values.ids import URL_SCHEME, DocumentId, parse_document_id
from jupyter_automerge.values.limits import MAX_URL_CHARACTERS


@dataclass(frozen=True, slots=True)
class AutomergeUrl:
    """A parsed URL. `heads` None: the document as it is now; an empty set: as it was before its first change.

    `path` holds the segments as they are written in the URL, percent-encoding and all; `keys()` reads them.
    """

    document_id: DocumentId
    heads: Heads | None = None
    path: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: object) -> "AutomergeUrl":
        """Read a URL. Raises InvalidId on any fault in it: prefix, id, checksum, path or heads."""
        if not isinstance(text, str) or not text.startswith(URL_SCHEME):
            raise InvalidId("Automerge URL", text, f"it does not begin with '{URL_SCHEME}'")
        if len(text) > MAX_URL_CHARACTERS:
            raise InvalidId("Automerge URL", text, f"longer than {MAX_URL_CHARACTERS} characters")
        name, hash_sign, heads = text.removeprefix(URL_SCHEME).partition("#")
        document_id, _, path = name.partition("/")
        try:
            return cls(parse_document_id(document_id), _heads(heads) if hash_sign else None, _segments(path))
        except InvalidId as error:
            raise InvalidId("Automerge URL", text, error.reason) from None

    def keys(self) -> tuple[str | int, ...]:
        """The path as map keys and list indexes. Raises InvalidId for match patterns and text ranges."""
        return tuple(_key(segment) for segment in self.path)

    def at(self, heads: Heads | None) -> "AutomergeUrl":
        """The same place at other heads; None for the present."""
        return replace(self, heads=heads)

    def __str__(self) -> str:
        path = "".join(f"/{segment}" for segment in self.path)
        # Sorted as text, not as hashes: automerge-repo 2.6 prints them so, and equal heads give equal URLs.
        heads = "" if self.heads is None else "#" + "|".join(sorted(heads_to_text(self.heads)))
        return f"{URL_SCHEME}{self.document_id}{path}{heads}"


def is_valid_url(value: object) -> bool:
    """Whether `AutomergeUrl.parse` takes it."""
    try:
        AutomergeUrl.parse(value)
    except InvalidId:
        return False
    return True


def _heads(section: str) -> Heads:
    return heads_from_text(section.split("|")) if section else frozenset()


def _segments(path: str) -> tuple[str, ...]:
    segments = path.removesuffix("/").split("/") if path else []
    if path and not all(segments):
        raise InvalidId("path", path, "a segment is empty")
    return tuple(segments)


def _key(segment: str) -> str | int:
    text = unquote(segment)
    if text.startswith("@") and text[1:].isdecimal():
        return int(text[1:])
    if text.startswith(("@", "{", "[")):
        raise InvalidId("path segment", segment, "only map keys and list indexes can be followed")
    return text.removeprefix("\\")
