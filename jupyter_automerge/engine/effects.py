"""Everything the Engine may ask of the world, as values. The driver performs them and reports back with
events.
"""

from dataclasses import dataclass

from jupyter_automerge.engine.events import Token
from jupyter_automerge.engine.notices import Notice
from jupyter_automerge.values.identity import PeerMetadata, User
from jupyter_automerge.values.ids import ConnectionId, DialerId, DocumentId, PeerId
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.status import Access


@dataclass(frozen=True, slots=True)
class Send:
    """Give the frame to the transport. It must be delivered, in order, or the connection must close.

    The Engine regards the connection as full from here on until a Writable event.
    """

    connection: ConnectionId
    frame: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """Close the transport with a WebSocket close code and a reason of at most 123 bytes.

    Code None: without a goodbye, so that the peer sees its stream end and nothing else.
    """

    connection: ConnectionId
    code: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Dial:
    """Open a transport to the endpoint; answered by ConnectionOpened with this dialer, or DialFailed."""

    dialer: DialerId
    endpoint: str


@dataclass(frozen=True, slots=True)
class Load:
    """Read all entries under the prefix; answered by Loaded or LoadFailed."""

    token: Token
    prefix: StorageKey


@dataclass(frozen=True, slots=True)
class Read:
    """Read the entries under exactly these keys; answered by Loaded, without those that are gone, or LoadFailed."""

    token: Token
    keys: tuple[StorageKey, ...]


@dataclass(frozen=True, slots=True)
class List:
    """Name the entries under the prefix, without their bytes; answered by Listed or LoadFailed."""

    token: Token
    prefix: StorageKey


@dataclass(frozen=True, slots=True)
class Put:
    """Make the bytes durable under the key; answered by PutDone only once they are, or PutFailed."""

    token: Token
    key: StorageKey
    data: bytes


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove the keys, and everything below the prefixes; answered by DeleteDone or DeleteFailed."""

    token: Token
    keys: tuple[StorageKey, ...] = ()
    prefixes: tuple[StorageKey, ...] = ()


@dataclass(frozen=True, slots=True)
class AskPolicy:
    """Ask the share policy about one peer and one document; answered by PolicyAnswered."""

    token: Token
    peer_id: PeerId
    document_id: DocumentId
    user: User | None
    access: Access
    metadata: PeerMetadata


@dataclass(frozen=True, slots=True)
class Emit:
    """Tell the Repo's users."""

    notice: Notice


Effect = Send | Close | Dial | Load | Read | List | Put | Delete | AskPolicy | Emit
