"""One document in the Engine's table: the bytes' owner, its sessions, and what storage said of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from jupyter_automerge.document import Document
from jupyter_automerge.engine.alarm import Alarm
from jupyter_automerge.engine.coverage import Coverage
from jupyter_automerge.engine.events import Token
from jupyter_automerge.engine.head_set import NO_HISTORY, History
from jupyter_automerge.engine.notices import SearchProgress
from jupyter_automerge.engine.session import Session, Standing
from jupyter_automerge.engine.store_facts import StoreFacts
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.ids import ConnectionId, DocumentId, StorageId
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.status import DocumentState


class Storage(Enum):
    """What storage has said of the document."""

    PENDING = auto()  # it is being read
    ANSWERED = auto()  # all it has is in the document
    FAILED = auto()  # it could not be read: not a "no", and nothing may be written


@dataclass(slots=True, eq=False)
class Saving:
    """What is durable, and what is on its way there."""

    heads: Heads = frozenset()
    chunks: dict[StorageKey, int] = field(default_factory=dict)  # sizes of chunks that are in the document
    put: Token | None = None
    put_began: float = 0.0
    next_put_at: float = 0.0
    is_waiting: bool = False  # for that moment
    retry_at: float | None = None
    failures: int = 0
    copy: Document | None = None  # the document as the put in flight, or the one just done, has it
    is_news: bool = False  # a put was done, and peers are to hear of it before anything else happens


@dataclass(slots=True, eq=False)
class Resume:
    """Heads shared with a store: `settled` ones are old enough, or durable enough, to begin a session
    from.
    """

    settled: Heads = frozenset()
    recent: Heads = frozenset()
    recent_since: float = 0.0
    written: Heads = frozenset()
    writing: bool = False
    next_write_at: float = 0.0


@dataclass(slots=True, eq=False)
class DocumentRecord:
    """All that the Engine knows of one document. Facts only: states are derived in `docsync`."""

    id: DocumentId
    opened: Document | None  # None: it is empty, and nobody has touched it
    empty: Callable[[], Document]
    storage: Storage
    since: float
    begun: bool = False  # somebody who may have it asked for it: it was looked for
    wanted: bool = False  # somebody here looks for it or holds it
    complete: bool = False  # made here, found in storage, or a supplier's advertised heads were reached
    state: DocumentState = DocumentState.LOADING
    told: SearchProgress | None = None  # the progress last emitted
    sessions: dict[ConnectionId, Session] = field(default_factory=dict)
    saving: Saving = field(default_factory=Saving)
    load: Token | None = None
    load_failures: int = 0
    storage_error: str = ""
    resume: dict[StorageId, Resume] = field(default_factory=dict)
    stores: dict[str, StoreFacts] = field(default_factory=dict)
    coverage: Coverage | None = None  # once there is something to be covered
    rows_alarm: Alarm | None = None  # rings when rows move because nothing else does
    rows_moved: bool = False
    stamps: dict[str, float] | None = None  # the last ones of our reports, by store
    refused_chunks: dict[bytes, None] = field(default_factory=dict)
    changes_waiting: list[bytes] = field(default_factory=list)  # chunks that wait for the document to be free
    leaving: bool = False  # to be unloaded once it is saved

    @property
    def document(self) -> Document:
        """Made when it is first needed: ten kilobytes that a document which nobody has does without."""
        if self.opened is None:
            self.opened = self.empty()
        return self.opened

    @property
    def history(self) -> History:
        """The document, where it need not be made for that."""
        return NO_HISTORY if self.opened is None else self.opened

    @property
    def heads(self) -> Heads:
        return NO_HEADS if self.opened is None else self.opened.heads

    @property
    def has_data(self) -> bool:
        return self.opened is not None and bool(self.opened.heads)

    def touch(self, facts: StoreFacts) -> None:
        """The row of this store is to be made anew, and told."""
        facts.row = None
        self.rows_moved = True

    def suppliers(self) -> list[Session]:
        """Sessions whose peer advertised heads and may deliver them."""
        return [
            session
            for session in self.sessions.values()
            if session.standing is Standing.HAS and session.can_supply
        ]

    def mark_all_dirty(self, but: Session | None = None) -> None:
        for session in self.sessions.values():
            if session is not but:
                session.dirty = True
