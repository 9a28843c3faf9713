"""The names of documents, peers, stores, sessions and connections, and who may be called what.

Every id that came from outside passes one of the parse functions before it touches a table, a key or a path.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NewType
from uuid import UUID

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.values.base58 import decode_check, encode_check
from jupyter_automerge.values.limits import (
    MAX_DOCUMENT_ID_CHARACTERS,
    MAX_PEER_ID_CHARACTERS,
    PARSED_IDS_REMEMBERED,
)

if TYPE_CHECKING:
    from jupyter_automerge.values.url import AutomergeUrl

DocumentId = NewType("DocumentId", str)
"""Base58check of the document's id bytes, without the `automerge:` of its URL."""
PeerId = NewType("PeerId", str)
"""One running Repo, by its own claim; unguessable for ours."""
SessionId = NewType("SessionId", str)
"""One life of a Repo: another after each restart."""
StorageId = NewType("StorageId", str)
"""One store. Ephemeral stores have one as well; it is never written."""
ConnectionId = NewType("ConnectionId", int)
"""One transport path; never reused within a Repo."""
DialerId = NewType("DialerId", int)
"""One wish for an outgoing connection."""

URL_SCHEME = "automerge:"
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_STORAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Control characters and line separators forge log lines; lone surrogates cannot be encoded.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def parse_document_id(value: object) -> DocumentId:
    """A bare document id: base58check of any payload. Raises InvalidId; a URL is not an id."""
    if type(value) is not str:
        raise InvalidId("document id", value, f"it is not text but {type(value).__name__}")
    return _checked_document_id(value)


# A keystroke names the same document each time; the checksum costs more than the rest of decoding it.
@lru_cache(maxsize=PARSED_IDS_REMEMBERED)
def _checked_document_id(text: str) -> DocumentId:
    if len(text) > MAX_DOCUMENT_ID_CHARACTERS:  # it becomes a file name
        raise InvalidId("document id", text, f"longer than {MAX_DOCUMENT_ID_CHARACTERS} characters")
    try:
        decode_check(text)
    except InvalidId as error:
        raise InvalidId("document id", text, error.reason) from None
    return DocumentId(text)


def document_id_from_bytes(payload: bytes) -> DocumentId:
    """The id of these bytes: normally the 16 of a random UUID, but JavaScript takes any number."""
    return parse_document_id(encode_check(payload))


def document_id_bytes(document_id: DocumentId) -> bytes:
    """The bytes behind the id."""
    return decode_check(document_id)


def parse_peer_id(value: object) -> PeerId:
    """1 to 256 characters, none of them a control character. Raises InvalidId."""
    return PeerId(_printable("peer id", value))


def parse_session_id(value: object) -> SessionId:
    """As a peer id. Raises InvalidId."""
    return SessionId(_printable("session id", value))


def parse_storage_id(value: object) -> StorageId:
    """1 to 64 letters, digits, `_` or `-`: what is safe as a file name everywhere. Raises InvalidId."""
    if not isinstance(value, str) or not _STORAGE_ID.fullmatch(value):
        raise InvalidId("storage id", value, "1 to 64 letters, digits, '_' or '-' are wanted")
    return StorageId(value)


def interpret_document_id(value: "str | bytes | UUID | AutomergeUrl") -> DocumentId:
    """Whatever a person may hold that names a document: URL, id, its bytes, or a UUID (also as text).

    Heads and path of a URL are left out of account. Raises InvalidId.
    """
    from jupyter_automerge.values.url import AutomergeUrl

    if isinstance(value, AutomergeUrl):
        return value.document_id
    if isinstance(value, UUID):
        return document_id_from_bytes(value.bytes)
    if isinstance(value, bytes):
        return document_id_from_bytes(value)
    if isinstance(value, str) and value.startswith(URL_SCHEME):
        return AutomergeUrl.parse(value).document_id
    if isinstance(value, str) and _UUID.fullmatch(value):
        return document_id_from_bytes(UUID(value).bytes)
    return parse_document_id(value)


def _printable(what: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidId(what, value, f"it is not text but {type(value).__name__}")
    if not 1 <= len(value) <= MAX_PEER_ID_CHARACTERS:
        raise InvalidId(what, value, f"1 to {MAX_PEER_ID_CHARACTERS} characters are wanted")
    if _UNPRINTABLE.search(value):
        raise InvalidId(what, value, "it contains a control character")
    return value


def ids_remembered() -> int:
    """Document ids whose checksum was seen to be right, in this process."""
    return _checked_document_id.cache_info().currsize
