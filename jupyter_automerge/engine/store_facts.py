"""What is known of one store regarding one document: by its own word, and by that of others."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from types import MappingProxyType

from jupyter_automerge.engine.connection import EARLIER, Connection, Life
from jupyter_automerge.engine.durable_word import DurableWord
from jupyter_automerge.engine.head_set import HeadSet, History, is_beyond
from jupyter_automerge.engine.hearsay import Hearsay
from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.engine.session import Session, Standing
from jupyter_automerge.engine.store_entry import StoreEntry
from jupyter_automerge.engine.store_files import SavedRow
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.ids import ConnectionId
from jupyter_automerge.values.limits import MAX_REPORTERS_PER_STORE
from jupyter_automerge.wire.messages import StoreHeads

NO_MEMORIES: Mapping[Life, HeadSet] = MappingProxyType({})
NO_HEARSAY: Mapping[str, Hearsay] = MappingProxyType({})
"""One for all documents that somebody asks for and nobody has: two empty dicts in each would take a 16th of it."""


@dataclass(slots=True, eq=False)
class StoreFacts:
    """Facts as they come in; `row` is None once any of them moved. Times are on the Engine's clock.

    `memories`: what each running Repo of the store was heard to hold. Those whose connections ended stay, as
    last heard, until another life of the store speaks, and count as long as none is connected (E6). `losses`:
    how often less came to be known of it than was, so that whoever was told more hears of that (P65).
    """

    store: StoreEntry
    sessions: dict[ConnectionId, Session] = field(default_factory=dict)
    memories: Mapping[Life, HeadSet] = field(default_factory=lambda: NO_MEMORIES)
    durable: DurableWord | None = None
    hearsay: Mapping[str, Hearsay] = field(default_factory=lambda: NO_HEARSAY)
    losses: int = 0
    speaks: bool = False  # it does so itself, as far as anybody was told
    denied: bool = False
    unavailable: bool = False
    sent: Heads = NO_HEADS
    as_of: float | None = None
    moved_at: float = 0.0
    unsent_since: float | None = None
    stalled: bool = False  # users were told so, and nothing has moved since
    clock_ahead: bool = False
    row: StoreRow | None = None

    @property
    def is_ephemeral(self) -> bool:
        return self.store.ephemeral

    @property
    def received(self) -> Heads:
        """In the memory of its running Repos, by their own word; while none is connected, of the last ones heard."""
        return NO_HEADS.union(*(memory.heads for memory in self.held()))

    @property
    def last_received(self) -> Heads:
        """The same, and what those held that ended, as last heard."""
        return NO_HEADS.union(*(memory.heads for memory in self.memories.values()))

    @property
    def stored(self) -> Heads:
        """Durable, by its own word."""
        return NO_HEADS if self.durable is None else self.durable.heads.heads

    @property
    def claims(self) -> Heads:
        """All heads that it is said to have, by whomever."""
        return NO_HEADS.union(*(one.heads for one in self.sets()))

    @property
    def words(self) -> Mapping[str, Hearsay]:
        """What others say of it; nothing that counts while it speaks of the document itself (E28)."""
        return {} if self._speaks else self.hearsay

    @property
    def _speaks(self) -> bool:
        current = self.durable is not None and self.durable.is_current
        return current or any(session.spoke for session in self.sessions.values())

    def held(self) -> list[HeadSet]:
        """The memories that count."""
        running = self.store.lives
        return [memory for life, memory in self.memories.items() if life in running or not running]

    def outlived(self) -> list[HeadSet]:
        """Memories of lives that ended, while another is connected that has not spoken: good for display alone."""
        running = self.store.lives
        return [memory for life, memory in self.memories.items() if running and life not in running]

    def sets(self) -> Iterator[HeadSet]:
        """All that is said of it."""
        if self.durable is not None:
            yield self.durable.heads
        yield from self.memories.values()
        for word in self.words.values() if self.hearsay else ():
            yield word.received
            yield word.stored

    def stand(self) -> None:
        """Its sessions are others, or one of them stands otherwise: what they say together, while there are any."""
        if self.sessions:
            self.denied = all(one.denied or one.muted for one in self.sessions.values())
            self.unavailable = all(one.standing is Standing.UNAVAILABLE for one in self.sessions.values())

    def hear(self, life: Life, heads: Heads, history: History) -> bool:
        """This running Repo has the heads in memory. Whether that may say more than was known.

        The first word of a life takes the place of those that ended: a Repo that acknowledged, died before it
        had saved, and came back with less, has less.
        """
        self._speak()
        before = NO_HEADS if life in self.memories else self._drop(life)
        grew = bool(heads) and self._memory(life).add(heads, history)
        self._miss(before, history)
        return grew

    def hold_nothing(self, life: Life, history: History) -> None:
        """This running Repo says that it has nothing of the document in memory."""
        self._speak()
        self._miss(self._drop(life), history)

    def _drop(self, life: Life) -> Heads:
        """What this one held, and those that ended, is gone: here it is for the last time."""
        running = self.store.lives
        others = [other for other in self.memories if other == life or other not in running]
        return self._end_memories(others)

    def _memory(self, life: Life) -> HeadSet:
        if life not in self.memories:
            self.memories = {**self.memories, life: HeadSet()}
        return self.memories[life]

    def _end_memories(self, lives: Collection[Life]) -> Heads:
        gone = NO_HEADS.union(*(self.memories[life].heads for life in lives))
        if lives:
            self.memories = {life: memory for life, memory in self.memories.items() if life not in lives}
        return gone

    def _miss(self, before: Heads, history: History) -> None:
        """If memory lacks what was in it before, others who say that it is there speak of what is over."""
        if before and is_beyond(before, self.memories.values(), history):
            self.losses += 1
            for word in self.hearsay.values():
                word.received = HeadSet()

    def _speak(self) -> None:
        """It speaks of the document itself: what others say of it does not count from now on (E28)."""
        if not self.speaks:
            self.speaks = True
            self.losses += bool(self.hearsay)

    def report(self, connection: Connection, heads: Heads, stamp: float, history: History) -> bool:
        """The store keeps the heads, by its own word. Whether that proves that it lost some which it kept."""
        self._speak()
        others = self.store.lives - {connection.life}
        self.durable = self.durable or DurableWord()
        return self._lost(self.durable.hear(connection, heads, stamp, history, alone=not others))

    def review(self, history: History) -> bool:
        """More changes have come to be known here. Whether that proves that the store lost some."""
        return self._lost(self.durable is not None and self.durable.review(history))

    def disown(self) -> bool:
        """All who spoke of the document say that it is not there. Whether the store lost by that what it had kept.

        Not while a Repo of it that has not spoken may still keep it.
        """
        spoken = {session.connection.life for session in self.sessions.values()}
        if not (self.unavailable and spoken) or self.durable is None or not self.store.lives <= spoken:
            return False
        self.durable = None
        return self._lost(True)

    def disclaim(self) -> bool:
        """The store may lose what it reported as stored (E43). Whether it had."""
        if self.durable is None:
            return False
        self.durable = None
        return self._lost(True)

    def _lost(self, proven: bool) -> bool:
        if proven:
            self.losses += 1
            self.hearsay = NO_HEARSAY
        return proven

    def end(self, life: Life, history: History) -> bool:
        """The last connection of this life is closed. What it held is gone if another goes on that has spoken.

        Whether that proves that the store lost some of what it kept.
        """
        if any(session.spoke for session in self.sessions.values()) and life in self.memories:
            self._miss(self._end_memories((life,)), history)
        return self._lost(self.durable is not None and self.durable.end(life, history))

    def fall_silent(self) -> bool:
        """A session is over. Whether what others say counts again for that."""
        fell = self.speaks and not self._speaks
        self.speaks = self._speaks
        return fell and bool(self.hearsay)

    def relay(self, reporter: StoreEntry, life: Life, said: StoreHeads, history: History) -> bool:
        """Another store says that this one has the heads. Whether that may say more than was known.

        The first word of a life of the reporter takes the place of those that ended, as above; so does one that
        says so (P65).
        """
        word, before = self.hearsay.get(reporter.id), None
        if word is None or said.instead or (word.life != life and word.life not in reporter.lives):
            before = word
            others = {store: told for store, told in self.hearsay.items() if store != reporter.id}
            if len(others) >= MAX_REPORTERS_PER_STORE:
                del others[min(others, key=lambda one: others[one].at)]
            word = Hearsay(life, 0.0)
            self.hearsay = {**others, reporter.id: word}
        grew = (word.stored if said.stored else word.received).add(said.heads, history)
        if before is not None and word.lacks(before, history):
            self.losses += 1
        return grew

    def remember(
        self,
        saved: SavedRow,
        running: Mapping[str, Life],
        heard_at: Callable[[float], float],
        history: History,
    ) -> bool:
        """What was known when the document was last here, perhaps in an earlier life of ours.

        Whether reports since then prove that some of it is lost. `running`: the store's lives that are connected, by
        name; `heard_at`: our clock at a time of day, `-inf` where that is not known.
        """
        as_of = heard_at(saved.as_of)
        self.as_of = as_of if self.as_of is None else max(as_of, self.as_of)
        if saved.unsent_since is not None and (since := heard_at(saved.unsent_since)) > -inf:
            self.unsent_since = since
        if self.store.epoch != (saved.epoch or self.store.epoch):
            return False
        if not self.store.durable_acks:
            saved = replace(saved, received=saved.received | saved.stored, stored=NO_HEADS)  # E43
        self._remember_memories(saved, running, history)
        for reporter, word in saved.words.items():
            if reporter not in self.hearsay:
                told = Hearsay(EARLIER, heard_at(word.at))
                told.received.add(word.received, history)
                told.stored.add(word.stored, history)
                self.hearsay = {**self.hearsay, reporter: told}
        if not saved.stored:
            return False
        self.durable = self.durable or DurableWord()
        return self.durable.remember(saved.stored, history)

    def _remember_memories(self, saved: SavedRow, running: Mapping[str, Life], history: History) -> None:
        """What a life that goes on held it holds, unless it has spoken since; the word of one is the end of others."""
        spoke = {session.connection.life for session in self.sessions.values() if session.spoke}
        goes_on = {life: saved.lives[name] for name, life in running.items() if name in saved.lives}
        held = goes_on or ({} if spoke else {EARLIER: saved.received})
        for life, heads in held.items():
            if heads and life not in spoke:
                self._memory(life).add(heads, history)

    def void(self) -> None:
        """The store began anew, under its old id: nothing it is said to have had still counts."""
        running = self.store.lives
        self.memories = {life: memory for life, memory in self.memories.items() if life in running}
        self.durable = None
        self._lost(True)
