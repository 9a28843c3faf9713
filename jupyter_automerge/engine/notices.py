"""What the Engine tells the Repo's users, as values: facts about connections, documents, stores and
refusals.
"""

from dataclasses import dataclass

from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.identity import NO_CLAIMS, PeerMetadata, User
from jupyter_automerge.values.ids import ConnectionId, DialerId, DocumentId, PeerId, SessionId
from jupyter_automerge.values.status import (
    Access,
    DialerState,
    Direction,
    DocumentState,
    Link,
    Origin,
    Phase,
    Trust,
)
from jupyter_automerge.values.store import KnownStore


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """A connection completed its handshake (`open`) or closed, with the reason.

    Told again while it is open when `standby` turns: whether we speak to the peer on another connection, and
    only answer on this one.
    """

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
    standby: bool = False

    @property
    def phase(self) -> Phase:
        """READY, or CLOSED with `code` and `reason`, also where no handshake was done."""
        return Phase.READY if self.open else Phase.CLOSED


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
    session_id: SessionId | None = None


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

    Heads are reported ones; some may be unknown here. `received`: in a process's memory; `relayed`: the same
    by word of others, `via` whom; `stored`: durable, by its own word or by that of trusted relays;
    `last_heard`: what Repos of it held that have ended, while another is connected and has not spoken of the
    document. Times are on the Engine's clock, in seconds, those of earlier lives negative: `as_of` it last
    told, `moved_at` heads, evidence or bytes last moved, `unsent_since` the oldest change that it is not
    known to have. `clock_ahead`: it stamps its reports with times to come. `read_only`: it is connected, and
    says that it takes no changes from us. `reader`: it is connected, and may only read here: no change of its own is
    accepted. `is_projection`: no store, but a file that is written from the document; `trouble`: why it is behind.
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
    relayed: Heads = frozenset()
    via: tuple[str, ...] = ()
    petname: str = ""
    trust: Trust = Trust.NORMAL
    moved_at: float | None = None
    unsent_since: float | None = None
    clock_ahead: bool = False
    clone: bool = False
    last_heard: Heads = frozenset()
    read_only: bool = False
    reader: bool = False
    is_projection: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class RowsChanged:
    """The rows of a document, whole: the newest replaces all before."""

    document_id: DocumentId
    rows: tuple[StoreRow, ...]


@dataclass(frozen=True, slots=True)
class StoreSeen:
    """A store that this Repo did not know before."""

    store: KnownStore


@dataclass(frozen=True, slots=True)
class StoreChanged:
    """Its link, its sessions, its claims, or what we call it moved."""

    store: KnownStore


@dataclass(frozen=True, slots=True)
class StoreForgotten:
    """It was forgotten by its user's wish, or was out of reach for so long that it left the table."""

    store_id: str


@dataclass(frozen=True, slots=True)
class StoreRegressed:
    """The store proved to have lost what it had reported as durable: wiped, restored from a backup, or it says
    itself that the document is not there, as after its deletion.

    `document_id` None: a new epoch, so that all of its earlier reports are void. It may be our own (E48).
    """

    store_id: str
    document_id: DocumentId | None = None


@dataclass(frozen=True, slots=True)
class StoreClone:
    """A peer claims our own store's id and is not a Repo on it: the store was copied. It is no copy of ours
    to be relied on, and both sides should not go on under one id.
    """

    store_id: str
    peer_id: PeerId


@dataclass(frozen=True, slots=True)
class IdCollision:
    """Two running Repos go by one peer id; `sessions` as far as they told them.

    Both are synced with, unless the id is our own: then that connection is closed.
    """

    peer_id: PeerId
    sessions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimsCut:
    """A peer claims more than anybody honest would; what is over the bound is not kept."""

    connection: ConnectionId
    peer_id: PeerId
    reason: str


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
    """A stored chunk could not be applied. It is `kept` under another key, or (None) left where it is."""

    document_id: DocumentId
    key: tuple[str, ...]
    reason: str
    kept: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ForeignWritersSeen:
    """Others than Repos of ours write into this Repo's store, since `seen_at` (seconds since 1970) at the latest."""

    store_id: str
    seen_at: float


@dataclass(frozen=True, slots=True)
class StoreWatched:
    """Whether this Repo is told when others write into its store. `error`: why not, and it is tried again."""

    store_id: str
    error: str = ""


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
    | StoreSeen
    | StoreChanged
    | StoreForgotten
    | StoreRegressed
    | StoreClone
    | IdCollision
    | ClaimsCut
    | DocumentSaved
    | StorageTrouble
    | ChunkSetAside
    | ForeignWritersSeen
    | StoreWatched
    | ChangesRefused
    | NoticeReceived
    | EphemeralReceived
    | DocumentRemoved
    | DocumentUnloaded
    | Stopped
)
