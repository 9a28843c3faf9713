"""What the Engine tells the Repo's users, as values: facts about connections, documents, stores and
refusals.
"""

from dataclasses import dataclass

from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.identity import NO_CLAIMS, PeerMetadata, User
from jupyter_automerge.values.ids import ConnectionId, DialerId, DocumentId, PeerId
from jupyter_automerge.values.status import Access, DialerState, Direction, DocumentState, Link, Origin


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """A connection completed its handshake (`open`) or closed, with the reason."""

    connection: ConnectionId
    direction: Direction
    endpoint: str
    open: bool
    peer_id: PeerId | None = None
    metadata: PeerMetadata = NO_CLAIMS
    user: User | None = None
    access: Access = Access.WRITE
    code: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PeerUp:
    """The first connection of a running Repo elsewhere completed its handshake."""

    peer_id: PeerId
    metadata: PeerMetadata


@dataclass(frozen=True, slots=True)
class PeerDown:
    """Its last connection closed."""

    peer_id: PeerId
    reason: str


@dataclass(frozen=True, slots=True)
class DialerChanged:
    """A Dialer moved; `retry_at` is on the Engine's clock, in seconds, when it is WAITING."""

    dialer: DialerId
    endpoint: str
    state: DialerState
    attempt: int
    retry_at: float | None
    error: str


@dataclass(frozen=True, slots=True)
class DocumentChanged:
    """The document moved by changes that did not come from this Repo's user."""

    document_id: DocumentId
    before: Heads
    after: Heads
    origin: Origin


@dataclass(frozen=True, slots=True)
class AskedPeer:
    """One peer in the search for a document; `answer` is "asked", "has it", "has it not" or "denied"."""

    peer_id: PeerId
    name: str
    answer: str


@dataclass(frozen=True, slots=True)
class SearchProgress:
    """Where a document is being looked for."""

    stage: str
    since: float
    peers: tuple[AskedPeer, ...] = ()
    dialing: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class DocumentStateChanged:
    """The document's state, or the progress of its search, moved."""

    document_id: DocumentId
    state: DocumentState
    progress: SearchProgress


@dataclass(frozen=True, slots=True)
class StoreRow:
    """What is known of one store regarding one document: facts only, relations are computed by whoever reads.

    Heads are reported ones; some may be unknown here. `as_of` is on the Engine's clock, in seconds.
    """

    store_id: str
    peer_ids: tuple[PeerId, ...]
    sessions: int
    name: str
    kind: str
    user: User | None
    link: Link
    same_store: bool
    ephemeral: bool
    durable_acks: bool
    denied: bool
    unavailable: bool
    sent: Heads
    received: Heads
    stored: Heads
    known: bool
    as_of: float | None


@dataclass(frozen=True, slots=True)
class RowsChanged:
    """The rows of a document, whole: the newest replaces all before."""

    document_id: DocumentId
    rows: tuple[StoreRow, ...]


@dataclass(frozen=True, slots=True)
class DocumentSaved:
    """These heads of the document are durable in this Repo's store."""

    document_id: DocumentId
    heads: Heads


@dataclass(frozen=True, slots=True)
class StorageTrouble:
    """Storage failed for the document; a failed put is retried at `retry_at` (Engine's clock)."""

    document_id: DocumentId
    error: str
    retry_at: float | None = None


@dataclass(frozen=True, slots=True)
class ChunkSetAside:
    """A stored chunk could not be applied; it was left where it is."""

    document_id: DocumentId
    key: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ChangesRefused:
    """Changes of a peer were not applied: bad ones, or those of a reader. `muted`: this was the last
    straw.
    """

    document_id: DocumentId
    peer_id: PeerId
    reason: str
    muted: bool = False


@dataclass(frozen=True, slots=True)
class NoticeReceived:
    """A peer tells that it did not accept something of ours for this document."""

    document_id: DocumentId
    peer_id: PeerId
    reason: str


@dataclass(frozen=True, slots=True)
class EphemeralReceived:
    """A broadcast; `data` is the sender's CBOR."""

    document_id: DocumentId
    sender_id: PeerId
    session_id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class DocumentRemoved:
    """The document is deleted from this store (`reason` empty) or the deletion was refused."""

    document_id: DocumentId
    refused: str = ""


@dataclass(frozen=True, slots=True)
class DocumentUnloaded:
    """The document left this Repo's memory for the store; or it stays (`kept`), as it was asked for again."""

    document_id: DocumentId
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """After Stop: nothing more will be sent or put. `unsaved` names documents whose last edits are not
    durable.
    """

    unsaved: tuple[DocumentId, ...]


Notice = (
    ConnectionChanged
    | PeerUp
    | PeerDown
    | DialerChanged
    | DocumentChanged
    | DocumentStateChanged
    | RowsChanged
    | DocumentSaved
    | StorageTrouble
    | ChunkSetAside
    | ChangesRefused
    | NoticeReceived
    | EphemeralReceived
    | DocumentRemoved
    | DocumentUnloaded
    | Stopped
)
