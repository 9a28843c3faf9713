"""The fields that a frame of a message has: what JavaScript reads, and nothing that it would die of."""

from jupyter_automerge.errors import LocalProtocolError, brief
from jupyter_automerge.values.heads import heads_to_text
from jupyter_automerge.wire.messages import (
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
    Stored,
    StoreHeads,
)
from jupyter_automerge.wire.metadata import write_metadata


def written(message: Message) -> dict[str, object]:
    """Raises LocalProtocolError for what has no place on the wire."""
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
    level = STORED if value.stored else ""
    extras = {
        "level": level,
        "name": value.name,
        "kind": value.kind,
        "age": float(value.age),
        "instead": value.instead,
    }
    said = {key: extra for key, extra in extras.items() if extra}
    return {"heads": heads_to_text(value.heads), "timestamp": float(value.timestamp), **said}
