"""`peerMetadata`: automerge-repo's two keys and ours. Read as claims: what does not fit is as if absent."""

from collections.abc import Mapping

from jupyter_automerge.values.identity import PeerMetadata, clean_name
from jupyter_automerge.values.ids import parse_session_id, parse_storage_id
from jupyter_automerge.values.status import Access
from jupyter_automerge.wire import fields

_ACCESS: dict[object, Access] = {access.value: access for access in Access}


def read_metadata(value: object) -> PeerMetadata:
    """The claims in a decoded `peerMetadata`; of anything but a map, none."""
    if not isinstance(value, Mapping):
        return PeerMetadata()
    access = value.get("access")
    return PeerMetadata(
        storage_id=fields.optional_id(value, "storageId", parse_storage_id),
        ephemeral_store_id=fields.optional_id(value, "ephemeralStoreId", parse_storage_id),
        is_ephemeral=value.get("isEphemeral") is True,
        name=clean_name(fields.text(value, "name", "")),
        kind=clean_name(fields.text(value, "kind", "")),
        session_id=fields.optional_id(value, "sessionId", parse_session_id),
        epoch=fields.optional_id(value, "epoch", parse_storage_id),
        durable_acks=_announced(value, "durableAcks"),
        multi_link=_announced(value, "multiLink"),
        access=_ACCESS.get(access) if isinstance(access, str) else None,
        dialer=fields.whole(value.get("dialer")),
    )


def write_metadata(metadata: PeerMetadata) -> dict[str, object]:
    """The map to send: `isEphemeral` always, the rest where there is something to say."""
    optional: dict[str, object] = {
        "storageId": metadata.storage_id,
        "ephemeralStoreId": metadata.ephemeral_store_id,
        "name": metadata.name or None,
        "kind": metadata.kind or None,
        "sessionId": metadata.session_id,
        "epoch": metadata.epoch,
        "durableAcks": 1 if metadata.durable_acks else None,
        "multiLink": 1 if metadata.multi_link else None,
        "access": metadata.access.value if metadata.access else None,
        "dialer": metadata.dialer,
    }
    said = {key: value for key, value in optional.items() if value is not None}
    return {"isEphemeral": metadata.is_ephemeral, **said}


# A version number: later versions of a capability include this one.
def _announced(claims: fields.Fields, name: str) -> bool:
    value = claims.get(name)
    return value is True or (fields.whole(value) or 0) >= 1
