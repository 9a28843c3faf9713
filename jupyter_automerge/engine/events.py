"""Everything that can happen to a Repo, as values. The driver makes them; the Engine alone reads them.

Names are in the past tense where the world did something, and nouns in the imperative where a user asked for
something. An answer carries the token of the effect that asked; an answer whose token is no longer current is
dropped.
"""

from dataclasses import dataclass

from jupyter_automerge.document import Document
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.identity import User
from jupyter_automerge.values.ids import ConnectionId, DialerId, DocumentId, StorageId
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.status import Access, Direction, Trust

Token = int


@dataclass(frozen=True, slots=True)
class ConnectionOpened:
    """A transport can carry frames. Outgoing ones name their Dialer; the handshake has not begun.

    `in_process`: it leads to a Repo in our own process.
    """

    connection: ConnectionId
    direction: Direction
    endpoint: str
    dialer: DialerId | None = None
    user: User | None = None
    access: Access = Access.WRITE
    in_process: bool = False


@dataclass(frozen=True, slots=True)
class ConnectionClosed:
    """The transport is gone; `code` is the WebSocket close code where there was one."""

    connection: ConnectionId
    code: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class FrameReceived:
    """One whole frame. Text frames arrive as `str`, so that they can be refused with a reason."""

    connection: ConnectionId
    frame: bytes | str


@dataclass(frozen=True, slots=True)
class Writable:
    """The transport that was full takes another frame."""

    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class BytesMoved:
    """Part of a large frame went out or came in: the connection is slow and not stalled."""

    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """So many seconds went by from a word of ours on the connection to its answer."""

    connection: ConnectionId
    seconds: float


@dataclass(frozen=True, slots=True)
class DialerAdded:
    """The user wants a connection to `endpoint` for as long as the Dialer lives."""

    dialer: DialerId
    endpoint: str


@dataclass(frozen=True, slots=True)
class DialerRemoved:
    """The user no longer wants it: its connection is closed and nothing is retried."""

    dialer: DialerId


@dataclass(frozen=True, slots=True)
class DialFailed:
    """No transport came of a Dial effect. `fatal`: trying again cannot help (refused credentials, bad
    address).
    """

    dialer: DialerId
    reason: str
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class LocalChange:
    """A commit by this Repo's user moved the document."""

    document_id: DocumentId
    before: Heads
    after: Heads


@dataclass(frozen=True, slots=True)
class DocumentFreed:
    """A document that had refused the Engine (a change was open) is free again."""

    document_id: DocumentId


@dataclass(frozen=True, slots=True)
class Create:
    """Take a new document in: made here, cloned or imported. It is announced and saved.

    Without `fresh` the store may hold the same document already: it is read and merged before anything is
    written.
    """

    document_id: DocumentId
    document: Document
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Find:
    """Somebody here wants the document: look in storage, then ask peers."""

    document_id: DocumentId


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete the document from this store for good; `force` also when no other store is known to have it."""

    document_id: DocumentId
    force: bool = False


@dataclass(frozen=True, slots=True)
class Unload:
    """Drop the document from memory once it is saved; it stays in the store and can be found again."""

    document_id: DocumentId


@dataclass(frozen=True, slots=True)
class Hold:
    """Somebody here holds the document, which is in memory."""

    document_id: DocumentId


@dataclass(frozen=True, slots=True)
class Release:
    """Nobody here holds the document any more."""

    document_id: DocumentId


@dataclass(frozen=True, slots=True)
class Resume:
    """Bring a stored document into memory for the sake of these stores: nobody here looks for it, and no other store
    is told of it. A deleted one stays so.
    """

    document_id: DocumentId
    stores: frozenset[str]


@dataclass(frozen=True, slots=True)
class Dismiss:
    """The document was resumed, and need not stay: it leaves as soon as nobody has a use for it."""

    document_id: DocumentId


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Send `data` (encoded CBOR) as an ephemeral message to everybody who has the document open."""

    document_id: DocumentId
    data: bytes


@dataclass(frozen=True, slots=True)
class NameStore:
    """What this Repo's user calls a store from now on; empty: nothing of his own."""

    store_id: str
    petname: str


@dataclass(frozen=True, slots=True)
class TrustStore:
    """How far this Repo's user relies on a store."""

    store_id: str
    trust: Trust


@dataclass(frozen=True, slots=True)
class ForgetStore:
    """Drop all that is known of a store, in every document, and do not learn of it anew through others."""

    store_id: str


@dataclass(frozen=True, slots=True)
class Follow:
    """Ask every peer to tell what it hears of these stores."""

    store_ids: tuple[StorageId, ...]


@dataclass(frozen=True, slots=True)
class Unfollow:
    """These are no longer of interest here; peers that follow them through us go on being told."""

    store_ids: tuple[StorageId, ...]


@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """The share policy answers differently from now on: ask it again for every (peer, document)."""


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """One entry of a storage range."""

    key: StorageKey
    data: bytes


@dataclass(frozen=True, slots=True)
class Loaded:
    """Answer to Load and Read."""

    token: Token
    chunks: tuple[StoredChunk, ...]


@dataclass(frozen=True, slots=True)
class StoredKey:
    """One entry of a listing. `time` of its last write in seconds since 1970, where the store knows it."""

    key: StorageKey
    size: int
    time: float | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """Answer to List."""

    token: Token
    entries: tuple[StoredKey, ...]


@dataclass(frozen=True, slots=True)
class LoadFailed:
    """Storage could not answer a Load, Read or List. Not a "no": peers are asked, and nothing is put until a load
    succeeds.
    """

    token: Token
    error: str


@dataclass(frozen=True, slots=True)
class PutDone:
    """The bytes of a Put are durable."""

    token: Token


@dataclass(frozen=True, slots=True)
class PutFailed:
    """The bytes of a Put are not durable."""

    token: Token
    error: str


@dataclass(frozen=True, slots=True)
class DeleteDone:
    """The keys of a Delete are gone."""

    token: Token


@dataclass(frozen=True, slots=True)
class DeleteFailed:
    """Some keys of a Delete may remain."""

    token: Token
    error: str


@dataclass(frozen=True, slots=True)
class PolicyAnswered:
    """Answer to AskPolicy. A policy that raised is answered with both False and its `error`."""

    token: Token
    announce: bool
    access: bool
    error: str = ""


@dataclass(frozen=True, slots=True)
class StorageChanged:
    """Something was written or removed in the store: a key, or a prefix below which that happened.

    The empty prefix: anything may have changed. Own writes may be among them.
    """

    place: StorageKey


@dataclass(frozen=True, slots=True)
class StoreWeakened:
    """The store may lose what it confirms and what it has, which was not so before; why."""

    reason: str


@dataclass(frozen=True, slots=True)
class StoreBeganAnew:
    """The store was emptied, or replaced, under our hands, and has its id from us: what it has now is another epoch."""

    epoch: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has come to `Engine.next_wakeup()`."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Refuse new work, save what is unsaved, close connections once the waiting frames are out."""


Event = (
    ConnectionOpened
    | ConnectionClosed
    | FrameReceived
    | Writable
    | BytesMoved
    | RoundTrip
    | DialerAdded
    | DialerRemoved
    | DialFailed
    | LocalChange
    | DocumentFreed
    | Create
    | Find
    | Remove
    | Unload
    | Hold
    | Release
    | Resume
    | Dismiss
    | Broadcast
    | NameStore
    | TrustStore
    | ForgetStore
    | Follow
    | Unfollow
    | PolicyChanged
    | Loaded
    | Listed
    | LoadFailed
    | PutDone
    | PutFailed
    | DeleteDone
    | DeleteFailed
    | PolicyAnswered
    | StorageChanged
    | StoreWeakened
    | StoreBeganAnew
    | Tick
    | Stop
)
