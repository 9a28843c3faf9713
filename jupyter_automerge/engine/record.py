"""One document in the Engine's table: the bytes' owner, its sessions, and what storage said of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType

from jupyter_automerge.document import Document
from jupyter_automerge.engine.alarm import Alarm
from jupyter_automerge.engine.coverage import Coverage
from jupyter_automerge.engine.events import Token
from jupyter_automerge.engine.head_set import NO_HISTORY, History
from jupyter_automerge.engine.increments import Increment, without
from jupyter_automerge.engine.notices import SearchProgress
from jupyter_automerge.engine.session import Session, Standing
from jupyter_automerge.engine.store_facts import StoreFacts
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.ids import ConnectionId, DocumentId, StorageId
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.limits import CHUNKS_LEFT_REMEMBERED
from jupyter_automerge.values.status import DocumentState

NONE_YET: Mapping[StorageKey, Heads] = MappingProxyType({})
"""One for all: a request that a peer makes for what nobody has is to cost little."""


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
    increments: tuple[Increment, ...] = ()  # those among them that may be merged
    snapshots: Mapping[StorageKey, Heads] = field(default_factory=lambda: NONE_YET)  # up to where each goes
    put: Token | None = None
    put_began: float = 0.0
    next_put_at: float = 0.0
    tidy_at: float | None = None  # it is to become one chunk then, if it rests until then
    is_waiting: bool = False  # for that moment
    retry_at: float | None = None
    failures: int = 0
    copy: Document | None = None  # the document as the put in flight, or the one just done, has it
    is_news: bool = False  # a put was done, and peers are to hear of it before anything else happens

    def wrote_snapshot(self, key: StorageKey, size: int, heads: Heads) -> None:
        """The chunk is in the store, and has all up to these heads."""
        self.chunks[key] = size
        self.snapshots = {**self.snapshots, key: heads}

    def wrote(self, key: StorageKey, size: int, before: Heads, merged: int = 0) -> None:
        """The chunk is in the store, and has no change that is in `before`; or only such as are in a snapshot."""
        if key not in self.chunks:
            self.increments = (*self.increments, Increment(key, before, merged))
        self.chunks[key] = size

    def drop(self, keys: Iterable[StorageKey]) -> None:
        """These chunks are of no use any more, or gone."""
        gone = frozenset(keys)
        for key in gone:
            self.chunks.pop(key, None)
        self.snapshots = {key: heads for key, heads in self.snapshots.items() if key not in gone}
        self.increments = without(self.increments, gone)


@dataclass(slots=True, eq=False)
class Suspect:
    """A stored chunk that is torn, or still being written."""

    digest: bytes
    since: float
    reason: str


@dataclass(slots=True, eq=False)
class Rereading:
    """What somebody else did to the stored document, and what of it is still to be looked at."""

    keys: dict[StorageKey, None] = field(default_factory=dict)
    all: bool = False  # names are not known: list them
    whole: bool = False  # something that was ours is gone: read all, and see what is left
    again_at: float | None = None
    failures: int = 0  # of looks, in a row
    tries: int = 0  # in a row that left changes waiting for others
    suspects: dict[StorageKey, Suspect] = field(default_factory=dict)
    left: dict[StorageKey, None] = field(default_factory=dict)  # whole or foreign, and not to be applied

    @property
    def due(self) -> bool:
        return bool(self.keys) or self.all or self.whole

    def leave(self, key: StorageKey) -> None:
        """It was looked at, and can be neither applied nor set aside: only news of it lead to another look."""
        self.left[key] = None
        while len(self.left) > CHUNKS_LEFT_REMEMBERED:
            del self.left[next(iter(self.left))]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Chunks that wait for the document to be free; `key` None: they are not from the store."""

    key: StorageKey | None
    data: bytes


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


NOTHING_SHARED: Mapping[StorageId, Resume] = MappingProxyType({})


@dataclass(slots=True, eq=False)
class Idle:
    """Since when nobody has had any use for the document (None: somebody has again), and when to look anew."""

    since: float | None
    alarm: Alarm


@dataclass(slots=True, eq=False)
class DocumentRecord:
    """All that the Engine knows of one document. Facts only: states are derived in `docsync`.

    Peers may ask for fifty thousand documents that nobody has: what is rarely needed is made when it is.
    """

    id: DocumentId
    opened: Document | None  # None: it is empty, and nobody has touched it
    empty: Callable[[], Document]
    storage: Storage
    since: float
    begun: bool = False  # somebody who may have it asked for it: it was looked for
    only_for: frozenset[str] | None = None  # it was resumed for these stores, and others are not told of it
    wanted: bool = False  # somebody here looks for it or holds it
    complete: bool = False  # made here, found in storage, or a supplier's advertised heads were reached
    state: DocumentState = DocumentState.LOADING
    told: SearchProgress | None = None  # the progress last emitted
    sessions: dict[ConnectionId, Session] = field(default_factory=dict)
    saving: Saving = field(default_factory=Saving)
    load: Token | None = None
    load_failures: int = 0
    storage_error: str = ""
    resume: Mapping[StorageId, Resume] = field(default_factory=lambda: NOTHING_SHARED)
    stores: dict[str, StoreFacts] = field(default_factory=dict)
    coverage: Coverage | None = None  # once there is something to be covered
    rows_alarm: Alarm | None = None  # rings when rows move because nothing else does
    rows_moved: bool = False
    stamps: dict[str, float] | None = None  # the last ones of our reports, by store
    refused_chunks: dict[bytes, None] | None = None  # by digest, once there are any
    changes_waiting: tuple[Waiting, ...] = ()
    reread: Rereading | None = None  # once others did anything to what is stored
    leaving: bool = False  # to be unloaded once it is saved
    idle: Idle | None = None  # nobody here or there has any use for it
    passing: bool = False  # it was resumed and is done: unused, it does not stay

    @property
    def document(self) -> Document:
        """Made when it is first needed: ten kilobytes that a document which nobody has does without."""
        if self.opened is None:
            self.opened = self.empty()
        return self.opened

    @property
    def rereading(self) -> Rereading:
        """Made when it is first needed."""
        if self.reread is None:
            self.reread = Rereading()
        return self.reread

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

    def resume_with(self, store: StorageId) -> Resume:
        """What is shared with the store; made when it is first needed."""
        if store not in self.resume:
            self.resume = {**self.resume, store: Resume()}
        return self.resume[store]

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
