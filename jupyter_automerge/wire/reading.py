"""A message of the fields that a frame has: tolerant of what peers leave out, but no id is ever guessed."""

from collections.abc import Callable, Mapping
from itertools import islice

from jupyter_automerge.values.heads import Heads
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
    STORED,
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
)
from jupyter_automerge.wire.metadata import read_metadata


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
                    value.get("level") == STORED,
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


READERS: dict[str, Callable[[Fields], Message]] = {
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
"""By the type that the frame names. Each raises RemoteProtocolError that names what is wrong."""
