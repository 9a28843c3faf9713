"""The messages of the automerge-repo protocol, version 1, and our own additions, as values.

`target_id` is what the sender wrote and nobody checks, as in JavaScript; "" if it wrote nothing usable.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.identity import NO_CLAIMS, PeerMetadata
from jupyter_automerge.values.ids import DocumentId, PeerId, SessionId, StorageId

PROTOCOL_VERSION = "1"
STORED = "stored"
"""The level of heads that are durable, as frames name it."""


@dataclass(frozen=True, slots=True)
class Join:
    """The first word of whoever opened the connection."""

    sender_id: PeerId
    metadata: PeerMetadata = NO_CLAIMS
    versions: tuple[str, ...] = (PROTOCOL_VERSION,)


@dataclass(frozen=True, slots=True)
class PeerMessage:
    """The answer to a Join; sync begins."""

    sender_id: PeerId
    target_id: PeerId
    metadata: PeerMetadata = NO_CLAIMS
    version: str = PROTOCOL_VERSION


@dataclass(frozen=True, slots=True)
class ErrorMessage:
    """The other answer to a Join; the connection closes."""

    sender_id: PeerId
    target_id: PeerId
    message: str


@dataclass(frozen=True, slots=True)
class Leave:
    """A farewell that only old JavaScript peers send."""

    sender_id: PeerId


@dataclass(frozen=True, slots=True)
class Sync:
    """One automerge sync message for one document."""

    sender_id: PeerId
    target_id: PeerId
    document_id: DocumentId
    data: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """As Sync, and: I have nothing; tell me if you cannot get it either."""

    sender_id: PeerId
    target_id: PeerId
    document_id: DocumentId
    data: bytes


@dataclass(frozen=True, slots=True)
class DocUnavailable:
    """Neither I nor my peers have it. Also said where access is denied."""

    sender_id: PeerId
    target_id: PeerId
    document_id: DocumentId


@dataclass(frozen=True, slots=True)
class Ephemeral:
    """A broadcast. The sender is its author, also when somebody else passes it on; `data` is CBOR.

    `count` grows with each broadcast of the session, over all documents: an older one is a duplicate.
    """

    sender_id: PeerId
    target_id: PeerId
    document_id: DocumentId
    count: int
    session_id: SessionId
    data: bytes


@dataclass(frozen=True, slots=True)
class RemoteSubscriptionChange:
    """The stores whose heads the sender wants to hear of, from now on, or no longer.

    JavaScript writes one of the two lists for a wish of its own, and both when it passes one on.
    """

    sender_id: PeerId
    target_id: PeerId
    add: tuple[StorageId, ...] = ()
    remove: tuple[StorageId, ...] = ()
    both_lists: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class StoreHeads:
    """What somebody says a store has. `timestamp`: ms since 1970 by the sender's clock; 0 if unknown.

    Between our own Repos also: `stored`, whether all who passed it on say that it is durable there, what the
    store calls itself, `age`, for how many seconds nobody has heard of it, and `instead`: less is known of it
    than the sender told before, and this takes the place of that (P65).
    """

    heads: Heads
    timestamp: float
    stored: bool = False
    name: str = ""
    kind: str = ""
    age: float = 0.0
    instead: bool = False


@dataclass(frozen=True, slots=True)
class RemoteHeadsChanged:
    """The heads of stores regarding one document."""

    sender_id: PeerId
    target_id: PeerId
    document_id: DocumentId
    new_heads: Mapping[StorageId, StoreHeads]


@dataclass(frozen=True, slots=True)
class Notice:
    """`jupyter-automerge-notice`: something of yours was not accepted. JavaScript ignores it."""

    sender_id: PeerId
    target_id: PeerId
    document_id: DocumentId
    reason: str


@dataclass(frozen=True, slots=True)
class Stored:
    """`jupyter-automerge-stored`: durable heads of the sender's own store, for many documents at once."""

    sender_id: PeerId
    target_id: PeerId
    heads: Mapping[DocumentId, Heads]


@dataclass(frozen=True, slots=True)
class Primary:
    """`jupyter-automerge-primary`: of several connections between us I speak on this one; the highest count holds."""

    sender_id: PeerId
    target_id: PeerId
    count: int


@dataclass(frozen=True, slots=True)
class InReach:
    """`jupyter-automerge-reach`: stores that the sender told of; whether it is connected with them now."""

    sender_id: PeerId
    target_id: PeerId
    stores: Mapping[StorageId, bool]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A message of a type that we do not know: to be passed over."""

    type: str


Message = (
    Join
    | PeerMessage
    | ErrorMessage
    | Leave
    | Sync
    | Request
    | DocUnavailable
    | Ephemeral
    | RemoteSubscriptionChange
    | RemoteHeadsChanged
    | Notice
    | Stored
    | Primary
    | InReach
    | Unknown
)
