"""Reads one field of a decoded message. Faults name the field; what JavaScript peers leave out is borne.

`undefined` and null count as missing everywhere.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from math import isfinite
from typing import TypeVar

from jupyter_automerge.errors import InvalidId, RemoteProtocolError, brief
from jupyter_automerge.values.heads import Heads, head_from_text
from jupyter_automerge.values.ids import (
    DocumentId,
    PeerId,
    SessionId,
    StorageId,
    parse_document_id,
    parse_peer_id,
    parse_session_id,
    parse_storage_id,
)
from jupyter_automerge.values.limits import MAX_HEADS_PER_STORE, MAX_STORES_PER_DOCUMENT
from jupyter_automerge.wire.cbor import is_missing

Fields = Mapping[object, object]
_Id = TypeVar("_Id")


def sender_id(fields: Fields) -> PeerId:
    """Who speaks; required."""
    return _required_id(fields, "senderId", parse_peer_id)


def target_id(fields: Fields) -> PeerId:
    """Whom it is meant for; "" if that is missing or no peer id, since nobody may rely on it."""
    return optional_id(fields, "targetId", parse_peer_id) or PeerId("")


def document_id(fields: Fields) -> DocumentId:
    """The document; required, with a good checksum."""
    return _required_id(fields, "documentId", parse_document_id)


def session_id(fields: Fields) -> SessionId:
    """The session of a broadcast; required."""
    return _required_id(fields, "sessionId", parse_session_id)


def payload(fields: Fields) -> bytes:
    """The bytes in `data`; required, possibly empty."""
    value = fields.get("data")
    if type(value) is not bytes:
        raise _fault("data", "bytes", value)
    return value


def count(fields: Fields) -> int:
    """The number of a broadcast; required."""
    value = whole(fields.get("count"))
    if value is None or value < 0:
        raise _fault("count", "a whole number from 0 on", fields.get("count"))
    return value


def texts(fields: Fields, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """The texts in a list; `default` if the field is missing."""
    value = fields.get(name)
    if is_missing(value):
        return default
    if not isinstance(value, list | tuple):
        raise _fault(name, "a list of texts", value)
    return tuple(item for item in value if isinstance(item, str))


def text(fields: Fields, name: str, default: str) -> str:
    """A text, of any content; `default` if it is missing or something else."""
    value = fields.get(name)
    return value if isinstance(value, str) else default


def storage_ids(fields: Fields, name: str) -> tuple[StorageId, ...]:
    """The good storage ids in a list, bounded; none if the field is missing. Bad ones are passed over."""
    ids = (attempt(parse_storage_id, item) for item in texts(fields, name, ()))
    return tuple(islice((id_ for id_ in ids if id_ is not None), MAX_STORES_PER_DOCUMENT))


def entries(fields: Fields, name: str) -> Iterator[tuple[object, object]]:
    """The items of a required map."""
    value = fields.get(name)
    if not isinstance(value, Mapping):
        raise _fault(name, "a map", value)
    return iter(value.items())


def heads(value: object) -> Heads | None:
    """The good hashes in a list of base58check texts, bounded; None if it is not a list.

    Fewer heads than were sent are still true: they are a lower bound of what the store has. One more than is
    kept shows that there were too many.
    """
    if not isinstance(value, list | tuple):
        return None
    found = (attempt(head_from_text, item) for item in value[: MAX_HEADS_PER_STORE + 1])
    return frozenset(head for head in found if head is not None)


def optional_id(fields: Fields, name: str, parse: Callable[[object], _Id]) -> _Id | None:
    """An id, or None if it is missing or malformed."""
    return attempt(parse, fields.get(name))


def attempt(parse: Callable[[object], _Id], value: object) -> _Id | None:
    """The parsed id; None for anything else."""
    try:
        return parse(value)
    except InvalidId:
        return None


def whole(value: object) -> int | None:
    """An integer, also if it was written as a float, as JavaScript does from 2**32 on."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(value: object) -> float:
    """A time or a duration; 0 if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    number = float(value) if abs(value) < 2**63 else 0.0
    return number if isfinite(number) else 0.0


def _required_id(fields: Fields, name: str, parse: Callable[[object], _Id]) -> _Id:
    try:
        return parse(fields.get(name))
    except InvalidId as error:
        if is_missing(error.value):
            raise RemoteProtocolError(f"{name} is missing") from None
        raise RemoteProtocolError(f"{name}: {error}") from error


def _fault(name: str, wanted: str, value: object) -> RemoteProtocolError:
    if is_missing(value):
        return RemoteProtocolError(f"{name} is missing")
    return RemoteProtocolError(f"{name} must be {wanted}, not {brief(value)}")
