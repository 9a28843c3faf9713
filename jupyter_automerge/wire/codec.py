"""One message from one frame, and back: writes what JavaScript reads, reads tolerantly, never guesses an id.

The types and fields are automerge-repo's, except those of `Notice`, `Stored`, `Primary` and `InReach`.
"""

from collections.abc import Callable, Mapping
from itertools import islice

from jupyter_automerge.errors import LocalProtocolError, RemoteProtocolError, brief
from jupyter_automerge.values.heads import Heads, heads_to_text
from jupyter_automerge.values.identity import clean_name
from jupyter_automerge.values.ids import DocumentId, StorageId, parse_document_id, parse_storage_id
from jupyter_automerge.values.limits import (
    MAX_REASON_CHARACTERS,
    MAX_STORED_DOCUMENTS_READ,
    MAX_STORES_PER_DOCUMENT,
    MAX_STORES_PER_REPORTER,
)
from jupyter_automerge.wire import cbor, fields
from jupyter_automerge.wire.fields import Fields
from jupyter_automerge.wire.messages import (
    PROTOCOL_VERSION,
    DocUnavailable,
    Ephemeral,
    ErrorMessage,
    InReach,
    Join,
    Leave,
    Message,
    Notice,
    PeerMessage,
    Primary,
    RemoteHeadsChanged,
    RemoteSubscriptionChange,
    Request,
    Stored,
    StoreHeads,
    Sync,
    Unknown,
)
from jupyter_automerge.wire.metadata import read_metadata, write_metadata

_STORED = "stored"


def decode(frame: bytes) -> Message:
    """The message in the frame. Raises RemoteProtocolError that names what is wrong; nothing else.

    An unknown type gives Unknown; unknown fields are passed over.
    """
    item = cbor.decode_item(frame)
    if not isinstance(item, Mapping):
        raise RemoteProtocolError(f"a message is a map, not {type(item).__name__}")
    name = item.get("type")
    if not isinstance(name, str):
        raise RemoteProtocolError("type is missing" if cbor.is_missing(name) else "type must be text")
    read = _READERS.get(name)
    return read(item) if read else Unknown(clean_name(name))


def encode(message: Message) -> bytes:
    """The frame to send. Raises LocalProtocolError for what has no place on the wire."""
    # The two messages of every keystroke have nothing in them that would have to be made portable.
    if isinstance(message, Sync | Request):
        if not message.data:
            raise LocalProtocolError(f"a sync message for {message.document_id} without any data")
        return cbor.encode_plain(
            {
                "type": "sync" if isinstance(message, Sync) else "request",
                "senderId": message.sender_id,
                "targetId": message.target_id,
                "documentId": message.document_id,
                "data": message.data,
            }
        )
    return cbor.encode(_written(message))


def _read_join(item: Fields) -> Join:
    return Join(
        fields.sender_id(item),
        read_metadata(item.get("peerMetadata")),
        fields.texts(item, "supportedProtocolVersions", default=(PROTOCOL_VERSION,)),
    )


def _read_peer(item: Fields) -> PeerMessage:
    return PeerMessage(
        fields.sender_id(item),
        fields.target_id(item),
        read_metadata(item.get("peerMetadata")),
        fields.text(item, "selectedProtocolVersion", default=PROTOCOL_VERSION),
    )


def _read_error(item: Fields) -> ErrorMessage:
    return ErrorMessage(fields.sender_id(item), fields.target_id(item), _reason(item, "message"))


def _read_leave(item: Fields) -> Leave:
    return Leave(fields.sender_id(item))


def _read_sync(item: Fields) -> Sync:
    return Sync(
        fields.sender_id(item), fields.target_id(item), fields.document_id(item), fields.payload(item)
    )


def _read_request(item: Fields) -> Request:
    return Request(
        fields.sender_id(item), fields.target_id(item), fields.document_id(item), fields.payload(item)
    )


def _read_unavailable(item: Fields) -> DocUnavailable:
    return DocUnavailable(fields.sender_id(item), fields.target_id(item), fields.document_id(item))


def _read_ephemeral(item: Fields) -> Ephemeral:
    return Ephemeral(
        fields.sender_id(item),
        fields.target_id(item),
        fields.document_id(item),
        fields.count(item),
        fields.session_id(item),
        fields.payload(item),
    )


def _read_subscription(item: Fields) -> RemoteSubscriptionChange:
    return RemoteSubscriptionChange(
        fields.sender_id(item),
        fields.target_id(item),
        fields.storage_ids(item, "add"),
        fields.storage_ids(item, "remove"),
        not (cbor.is_missing(item.get("add")) or cbor.is_missing(item.get("remove"))),
    )


def _read_remote_heads(item: Fields) -> RemoteHeadsChanged:
    return RemoteHeadsChanged(
        fields.sender_id(item), fields.target_id(item), fields.document_id(item), _read_new_heads(item)
    )


def _read_new_heads(item: Fields) -> Mapping[StorageId, StoreHeads]:
    found: dict[StorageId, StoreHeads] = {}
    for key, value in islice(fields.entries(item, "newHeads"), MAX_STORES_PER_DOCUMENT):
        store = fields.attempt(parse_storage_id, key)
        if store is not None and isinstance(value, Mapping):
            heads = fields.heads(value.get("heads"))
            if heads is not None:
                found[store] = StoreHeads(
                    heads,
                    fields.number(value.get("timestamp")),
                    value.get("level") == _STORED,
                    clean_name(fields.text(value, "name", "")),
                    clean_name(fields.text(value, "kind", "")),
                    max(fields.number(value.get("age")), 0.0),
                    value.get("instead") is True,
                )
    return found


def _read_notice(item: Fields) -> Notice:
    return Notice(
        fields.sender_id(item), fields.target_id(item), fields.document_id(item), _reason(item, "reason")
    )


def _read_stored(item: Fields) -> Stored:
    found: dict[DocumentId, Heads] = {}
    for key, value in islice(fields.entries(item, "heads"), MAX_STORED_DOCUMENTS_READ):
        document = fields.attempt(parse_document_id, key)
        heads = fields.heads(value)
        if document is not None and heads is not None:
            found[document] = heads
    return Stored(fields.sender_id(item), fields.target_id(item), found)


def _read_primary(item: Fields) -> Primary:
    return Primary(fields.sender_id(item), fields.target_id(item), fields.count(item))


def _read_reach(item: Fields) -> InReach:
    found: dict[StorageId, bool] = {}
    for key, value in islice(fields.entries(item, "stores"), MAX_STORES_PER_REPORTER):
        store = fields.attempt(parse_storage_id, key)
        if store is not None and isinstance(value, bool):
            found[store] = value
    return InReach(fields.sender_id(item), fields.target_id(item), found)


def _reason(item: Fields, name: str) -> str:
    return clean_name(fields.text(item, name, default=""), MAX_REASON_CHARACTERS)


_READERS: dict[str, Callable[[Fields], Message]] = {
    "join": _read_join,
    "peer": _read_peer,
    "error": _read_error,
    "leave": _read_leave,
    "sync": _read_sync,
    "request": _read_request,
    "doc-unavailable": _read_unavailable,
    "ephemeral": _read_ephemeral,
    "remote-subscription-change": _read_subscription,
    "remote-heads-changed": _read_remote_heads,
    "jupyter-automerge-notice": _read_notice,
    "jupyter-automerge-stored": _read_stored,
    "jupyter-automerge-reach": _read_reach,
    "jupyter-automerge-primary": _read_primary,
}


def _written(message: Message) -> dict[str, object]:
    match message:
        case Join():
            return {
                "type": "join",
                "senderId": message.sender_id,
                "peerMetadata": write_metadata(message.metadata),
                "supportedProtocolVersions": message.versions,
            }
        case PeerMessage():
            return _addressed("peer", message) | {
                "peerMetadata": write_metadata(message.metadata),
                "selectedProtocolVersion": message.version,
            }
        case ErrorMessage():
            return _addressed("error", message) | {"message": message.message}
        case Leave():
            return {"type": "leave", "senderId": message.sender_id}
        case DocUnavailable():
            return _addressed("doc-unavailable", message) | {"documentId": message.document_id}
        case Ephemeral():
            return _addressed("ephemeral", message) | {
                "documentId": message.document_id,
                "count": message.count,
                "sessionId": message.session_id,
                "data": message.data,
            }
        case RemoteSubscriptionChange():
            # Both lists even when empty: old Rust peers drop the connection otherwise.
            return _addressed("remote-subscription-change", message) | {
                "add": message.add,
                "remove": message.remove,
            }
        case RemoteHeadsChanged():
            return _addressed("remote-heads-changed", message) | {
                "documentId": message.document_id,
                "newHeads": {store: _store_heads(value) for store, value in message.new_heads.items()},
            }
        case Notice():
            return _addressed("jupyter-automerge-notice", message) | {
                "documentId": message.document_id,
                "reason": message.reason,
            }
        case Stored():
            return _addressed("jupyter-automerge-stored", message) | {
                "heads": {document: heads_to_text(heads) for document, heads in message.heads.items()},
            }
        case Primary():
            return _addressed("jupyter-automerge-primary", message) | {"count": message.count}
        case InReach():
            return _addressed("jupyter-automerge-reach", message) | {"stores": dict(message.stores)}
    raise LocalProtocolError(f"{brief(message)} is not a message that can be sent")


def _addressed(
    name: str,
    message: PeerMessage
    | ErrorMessage
    | DocUnavailable
    | Ephemeral
    | RemoteSubscriptionChange
    | RemoteHeadsChanged
    | Notice
    | Stored
    | Primary
    | InReach,
) -> dict[str, object]:
    return {"type": name, "senderId": message.sender_id, "targetId": message.target_id}


def _store_heads(value: StoreHeads) -> dict[str, object]:
    # JavaScript reads the first two and passes nothing else on (P56).
    level = _STORED if value.stored else ""
    extras = {
        "level": level,
        "name": value.name,
        "kind": value.kind,
        "age": float(value.age),
        "instead": value.instead,
    }
    said = {key: extra for key, extra in extras.items() if extra}
    return {"heads": heads_to_text(value.heads), "timestamp": float(value.timestamp), **said}
