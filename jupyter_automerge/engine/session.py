"""What is remembered for one (document, connection): the Automerge sync session and how the peer stands to
it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from jupyter_automerge.document import SyncSession
from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.rows_owed import RowsOwed
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.status import Access
from jupyter_automerge.wire.sync_message import SyncMessage


class Policy(Enum):
    """What the share policy lets the peer have of the document."""

    LOADING = auto()  # asked, not answered
    ANNOUNCE = auto()  # we may begin
    SHARE = auto()  # only when the peer asks
    DENIED = auto()  # nothing, and it is told so when it asks


class Standing(Enum):
    """What the peer has let us know of its own copy."""

    UNKNOWN = auto()  # it has not spoken of the document
    HAS = auto()  # it advertised heads
    WANTS = auto()  # it asked and holds nothing
    UNAVAILABLE = auto()  # it answered that it cannot supply it
    TOLD = auto()  # it asked, and was answered doc-unavailable; it still gets the document when it turns up


@dataclass(frozen=True, slots=True)
class Incoming:
    """A sync message that waits to be applied: its bytes, and what is read of them."""

    data: bytes
    message: SyncMessage

    @classmethod
    def made(cls, message: SyncMessage) -> "Incoming":
        return cls(message.encode(), message)


@dataclass(slots=True, eq=False)
class Session:
    """One record per (document, connection). `dirty`: a sync message should be generated when allowed."""

    connection: Connection
    document_id: DocumentId
    policy: Policy = Policy.LOADING
    verdict: Policy = Policy.LOADING  # the last answer; `policy` is LOADING again while the next is awaited
    standing: Standing = Standing.UNKNOWN
    advertised: Heads = frozenset()  # the first heads it named: what a search waits for
    heads: Heads = frozenset()  # the heads it named last
    heard: bool = False  # a message of it was taken: `heads` are its word
    sync: SyncSession | None = None
    question: bytes | None = None  # the peer's, which `sync` is to be given first; kept while we hold nothing
    asked: bool = False  # our question is out, though there is no `sync` yet
    believed: Heads = frozenset()  # what `sync` was primed with
    doubted: Heads = frozenset()  # the same, once the peer has shown that it lacks it
    inbox: tuple[Incoming, ...] = ()  # an empty list takes memory in each of fifty thousand sessions
    dirty: bool = True
    requested: bool = False
    owes: bool = False  # it spoke, and was not answered yet
    spoken: bool = False  # we have sent at least one sync message in this session
    holds: bool = False  # it named heads: it has the document in memory
    may_be_crossed: bool = False  # its next message may have been sent before our last one arrived
    answer_by: float = 0.0  # until then a message that crossed ours is not acted upon
    offences: int = 0
    announce_reset: bool = (
        False  # the peer still holds a half of an older session: it must be told to start anew
    )
    next_ack_at: float = 0.0  # the earliest time for the next report of saved heads
    acked: Heads = frozenset()  # the saved heads last reported
    exchanged_at: float = 0.0  # when it last sent a sync message, if it follows our store
    rectifying: bool = False  # it is to be told what is saved of what our sync messages named
    rows_begun: bool = False  # it was told what is known of other stores
    rows: RowsOwed | None = None
    from_scratch: bool = False  # an earlier session failed: what it shared is no ground to begin from
    refused: Heads = frozenset()  # heads of a reader that were already reported as not accepted

    @property
    def spoke(self) -> bool:
        """Whether the peer has said anything of its own copy."""
        return self.heard or self.standing is not Standing.UNKNOWN

    @property
    def muted(self) -> bool:
        return self.offences >= 2

    @property
    def denied(self) -> bool:
        return self.policy is Policy.DENIED

    @property
    def main(self) -> "Session | None":
        """The one on the peer's primary connection, itself perhaps."""
        primary = self.connection.primary
        return self if primary is self.connection else primary.sessions.get(self.document_id)

    @property
    def stands_by(self) -> bool:
        """Whether the session on the peer's primary connection serves it with this document."""
        main = self.main
        return main is not None and main is not self and main.engaged

    @property
    def engaged(self) -> bool:
        """Whether messages of the document may go to the peer here unasked."""
        return self._is_admitted and not self.stands_by

    @property
    def may_speak(self) -> bool:
        """Whether a message may go now: unasked, or as the answer that is owed where the session stands by."""
        return self._is_admitted and (self.owes or not self.stands_by)

    @property
    def _is_admitted(self) -> bool:
        if self.muted or self.policy in (Policy.LOADING, Policy.DENIED):
            return False
        return self.policy is Policy.ANNOUNCE or self.requested

    @property
    def can_supply(self) -> bool:
        """Whether changes from the peer are applied here."""
        return not self.denied and not self.muted and self.connection.access is Access.WRITE

    def spares(self, sessions: "Iterable[Session]") -> "list[Session]":
        """Those among the document's that stand by for this one."""
        return [one for one in sessions if one is not self and one.connection.primary is self.connection]

    def restart(self) -> None:
        """Begin the Automerge session afresh; the peer is told so before anything else is sent."""
        self.forget_sync()
        self.may_be_crossed, self.answer_by = False, 0.0
        self.announce_reset = True
        self.from_scratch = True
        self.dirty = True

    def forget_sync(self) -> None:
        """The next message begins the Automerge session afresh."""
        self.sync, self.question, self.asked = None, None, False
