"""One transport path to a peer, and what waits to go out on it."""

from collections import deque
from enum import Enum, auto
from typing import TYPE_CHECKING

from jupyter_automerge.engine.events import ConnectionOpened
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import ConnectionId, DocumentId, PeerId, SessionId, StorageId
from jupyter_automerge.values.limits import MAX_OUTGOING_CONTROL_FRAMES
from jupyter_automerge.values.status import Access, Direction

if TYPE_CHECKING:
    from jupyter_automerge.engine.session import Session


Life = tuple[PeerId, SessionId | ConnectionId]
"""One life of a running Repo, as far as one can tell: without a session id each connection counts as one."""


EARLIER: Life = (PeerId(""), SessionId(""))
"""All lives that an earlier life of ours heard."""


class Phase(Enum):
    """Where the handshake of a connection stands."""

    AWAITING_JOIN = auto()  # incoming: the peer speaks first
    AWAITING_PEER = auto()  # outgoing: our join is on its way
    OPEN = auto()  # both know each other; documents flow
    CLOSED = auto()  # a Close effect is out or the transport is gone; nothing more is sent or heard


class Connection:
    """Holds frames that are ready and documents that want one; decides nothing.

    `full` is true from a Send until the transport is Writable again: while it is, nothing is generated, so a
    slow peer gets fewer, larger messages and the queue stays bounded.
    """

    def __init__(self, opened: ConnectionOpened) -> None:
        self.id = opened.connection
        self.direction = opened.direction
        self.endpoint = opened.endpoint
        self.dialer = opened.dialer
        self.user = opened.user
        self.access = opened.access
        self.in_process = opened.in_process
        incoming = opened.direction is Direction.INCOMING
        self.phase = Phase.AWAITING_JOIN if incoming else Phase.AWAITING_PEER
        self.peer_id: PeerId | None = None
        self.metadata = PeerMetadata()
        self.store_id = ""
        self.life: Life = PeerId(""), self.id
        # It claims our store's id, and nobody of its session id runs on our store.
        self.is_clone = False
        # Another Repo that came by the same peer id later, while this connection was open.
        self.namesake: Connection | None = None
        self.namesake_since = 0.0
        # Stores that nobody had told of before this peer did.
        self.introduced = 0
        # It named more heads of a document than are kept, and users were told.
        self.overclaims = False
        # When part of a large frame last moved.
        self.moved_at = 0.0
        self.full = False
        self.full_since = 0.0
        # Seconds from a word to its answer; None until that was measured.
        self.rtt: float | None = None
        # The one that we speak on of those that lead to this life of the peer; and by which number the end that
        # leads named this one as that, 0 while it did not.
        self.primary: Connection = self
        self.named = 0
        self.frames: deque[bytes] = deque()
        self.sessions: dict[DocumentId, Session] = {}
        self.dirty: dict[DocumentId, None] = {}
        # Documents of which durable heads may be reported now; true: what was reported is taken back first.
        self.acks: dict[DocumentId, bool] = {}
        # Documents of which rows of other stores may go out now.
        self.rows: dict[DocumentId, None] = {}
        # Stores that the peer follows; true: by its own wish, as far as that can be told.
        self.follows: dict[StorageId, bool] = {}
        # Stores that we asked the peer about, those we ask about because of our own rows, and what of it it
        # has not been told yet (true: add).
        self.asked: set[StorageId] = set()
        self.curious: set[StorageId] = set()
        self.asks: dict[StorageId, bool] = {}
        # Documents whose session was dropped here while the peer still holds its half: a new session must say
        # so.
        self.interrupted: set[DocumentId] = set()
        # Documents deleted here of which the peer has been told so, once: it may go on sending its own.
        self.mourned: set[DocumentId] = set()

    @property
    def is_open(self) -> bool:
        return self.phase is Phase.OPEN

    @property
    def is_standby(self) -> bool:
        """Whether we speak to the peer on another connection, and only answer on this one."""
        return self.primary is not self

    @property
    def road(self) -> object:
        """Equal for connections of which one is as good as another: to one life, with the same rights."""
        if not self.metadata.multi_link or self.metadata.session_id is None:
            return self.id
        # Only who was called says what the other may do there.
        return self.life, self.user, self.access, self.metadata.access or Access.WRITE

    @property
    def peer(self) -> PeerId:
        if self.peer_id is None:
            raise AssertionError("a connection without a handshake has no peer")
        return self.peer_id

    def introduce(self, peer_id: PeerId, metadata: PeerMetadata) -> None:
        """The peer has said who it is; the store behind it is named by what it claims, or by its peer id."""
        self.phase = Phase.OPEN
        self.peer_id = peer_id
        self.metadata = metadata
        self.life = peer_id, metadata.session_id or self.id
        self.store_id = metadata.storage_id or metadata.ephemeral_store_id or f"peer:{peer_id}"

    @property
    def is_ephemeral(self) -> bool:
        """Whether what the peer holds ends with its process."""
        return self.metadata.storage_id is None or self.metadata.is_ephemeral

    @property
    def speaks_our_dialect(self) -> bool:
        """Whether the peer announced itself as one of ours, so that our own message types reach somebody."""
        return self.metadata.session_id is not None

    @property
    def hears_of_stores(self) -> bool:
        """Whether the peer knows what a report of a store means, though it may give none of its own (E43)."""
        return self.metadata.durable_acks or self.speaks_our_dialect

    @property
    def overflowing(self) -> bool:
        return len(self.frames) > MAX_OUTGOING_CONTROL_FRAMES

    @property
    def idle(self) -> bool:
        return not (self.frames or self.dirty or self.acks or self.rows)
