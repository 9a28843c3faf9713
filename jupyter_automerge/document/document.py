"""One Automerge document: the only holder of the binding's document, and the lock before it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock, get_ident
from typing import Any

from jupyter_automerge.document.block import Block
from jupyter_automerge.document.change_chunk import empty_operations, read_change, write_change
from jupyter_automerge.document.changed import Changed, ChangeRecord, ChunkVerdict
from jupyter_automerge.document.conflicts import values_at
from jupyter_automerge.document.core import MAP, ROOT, CoreDocument, is_panic, new_document
from jupyter_automerge.document.counters import make_counters
from jupyter_automerge.document.difference import Patch, difference
from jupyter_automerge.document.draft import Draft
from jupyter_automerge.document.history import read_history
from jupyter_automerge.document.loading import Load
from jupyter_automerge.document.lock import DocumentLock
from jupyter_automerge.document.map_proxy import MapProxy
from jupyter_automerge.document.planning import Path
from jupyter_automerge.document.reader import Reader
from jupyter_automerge.document.reading import find, read_object, read_value
from jupyter_automerge.document.specials import Specials, follow, specials_of
from jupyter_automerge.document.sync_session import SyncSession
from jupyter_automerge.document.trunk import Trunk
from jupyter_automerge.document.wrapping import wrap
from jupyter_automerge.document.writer import Writer
from jupyter_automerge.errors import DocumentError
from jupyter_automerge.values.heads import NO_HEADS, Heads


class Document:
    """One Automerge document, for any thread.

    Changes are made in `with document.change() as root:` blocks, one at a time: a second thread waits. The engine's
    methods (generate, receive, apply, save, save_since) never wait: they raise DocumentBusy while a change is open
    or another thread is at work, and `on_free` is called once when they would succeed. `heads` and `is_changing`
    never wait. Everything else waits for short work of other threads, but never for an open change: it sees the
    document as it was before.

    `on_commit` is called in the committing thread, after the locks are released, for everything that this
    program's user did: change, commit_empty and merge.
    """

    def __init__(self, *, actor: bytes | None = None) -> None:
        self._adopt(new_document(), b"", actor)

    @classmethod
    def load(
        cls, chunks: Sequence[bytes], *, actor: bytes | None = None
    ) -> tuple["Document", tuple[ChunkVerdict, ...]]:
        """A document of stored chunks, and what became of each of them, in input order. Never raises."""
        load = Load(chunks)
        return cls._of(load.core, load.image, actor), load.verdicts

    @classmethod
    def _of(cls, core: CoreDocument, image: bytes, actor: bytes | None = None) -> "Document":
        document = cls.__new__(cls)
        document._adopt(core, image, actor)
        return document

    def _adopt(self, core: CoreDocument, image: bytes, actor: bytes | None) -> None:
        if actor is not None:
            core.set_actor(actor)
        self._trunk = Trunk(core, image)
        self._draft: Draft | None = None
        self._lock = DocumentLock()
        self._change_lock = Lock()
        self._changing: int | None = None
        self._specials = Specials()
        self._specials_at: Heads = NO_HEADS
        self.on_commit: Callable[[Changed], None] | None = None

    @property
    def on_free(self) -> Callable[[], None] | None:
        """Called once, in the thread that frees the document, after the engine was refused."""
        return self._lock.on_free

    @on_free.setter
    def on_free(self, callback: Callable[[], None] | None) -> None:
        self._lock.on_free = callback

    @property
    def heads(self) -> Heads:
        """Where the document stands; while a change is open, where it stood before. Never waits."""
        return self._trunk.heads

    @property
    def is_changing(self) -> bool:
        """Whether a change is open, in whatever thread. Never waits."""
        return self._changing is not None

    @contextmanager
    def change(self, message: str | None = None, *, time: datetime | None = None) -> Iterator[MapProxy]:
        """Edit the document: all of the block or, when it raises, nothing of it.

        A block that writes nothing leaves no change in the history. `time` needs a zone; without it the change has
        none. A block within a block, in one thread, raises DocumentError.
        """
        draft, block = self._begin()
        try:
            yield MapProxy(block, ROOT, ())
        except BaseException as error:
            self._roll_back(draft, block)
            if is_panic(error):
                raise DocumentError(
                    f"the Automerge core gave up; the change was rolled back ({error})"
                ) from error
            raise
        self._commit(draft, block, message, time)

    def commit_empty(self, message: str | None = None, *, time: datetime | None = None) -> Changed:
        """A change without content: it gives an empty document heads, or ties heads together."""
        draft, block = self._begin()
        try:
            # Only for the numbers that the core gives to the next change: nothing of this is kept.
            block.writer(()).put_object(ROOT, "empty", MAP)
        except BaseException:
            self._roll_back(draft, block)
            raise
        changed = self._commit(draft, block, message, time, empty=True)
        assert changed is not None
        return changed

    def value(self, at: Heads | None = None) -> Any:
        """The whole document as plain Python values, now or at past heads. Raises DocumentError for unknown ones."""
        with self._lock.hold():
            return read_object(self._reader(at), ROOT, MAP)

    def get(self, path: Path, at: Heads | None = None) -> Any:
        """The plain value at a path of keys and indexes. Raises DocumentError where there is nothing."""
        with self._lock.hold():
            reader = self._reader(at)
            return read_value(reader, find(reader, tuple(path)))

    def diff(self, before: Heads, after: Heads | None = None) -> tuple[Patch, ...]:
        """What changed between two points of the history, found by comparing their values."""
        with self._lock.hold():
            return difference(self.value(before), self.value(after))

    def conflicts(self, path: Path, at: Heads | None = None) -> tuple[Any, ...]:
        """All values that concurrent changes left at a path, the one that is shown first; one: no conflict.

        The binding shows winners only; this reads the whole document's bytes, so it is for a question, not a loop.
        """
        if not path:
            raise DocumentError("the root cannot be in conflict")
        with self._lock.hold():
            core = self._trunk.core if at is None else self._trunk.core.fork_at(self._moment(at))
            return values_at(core, Reader(core, specials_of(core)), tuple(path))

    def history(self, since: Heads = NO_HEADS) -> list[ChangeRecord]:
        """The changes after `since`, each after those that it depends on."""
        with self._lock.hold():
            self._moment(since)
            return read_history(self._trunk.changes_since(since))

    def fork(self, at: Heads | None = None, *, actor: bytes | None = None) -> "Document":
        """A document of its own with this one's history, up to `at`, and another actor."""
        with self._lock.hold():
            core = self._trunk.core
            if at is None or at == self.heads:
                return self._of(core.fork(), self._trunk.image(), actor)
            past = core.fork_at(self._moment(at))
            return self._of(past, past.save(), actor)

    def merge(self, other: "Document") -> Changed | None:
        """Take over all changes of the other document. Waits for an open change of another thread."""
        with other._lock.hold():
            missing = other._trunk.changes_since(other._trunk.known(self.heads))
            chunks = [change.bytes for change in missing]
        with self._alone(), self._lock.hold():
            changed = self._note(self._trunk.apply(chunks))
        self._announce(changed)
        return changed

    def generate(self, session: SyncSession) -> bytes | None:
        """The next message for the session's peer, None if there is nothing to say. Raises DocumentBusy."""
        with self._lock.hold_now():
            message = self._trunk.core.generate_sync_message(session.state)
            return None if message is None else bytes(message.encode())

    def receive(self, session: SyncSession, message: bytes) -> Changed | None:
        """Give a peer's message, whole, to its session. Raises DocumentBusy, or BadChunk: then the document is as
        it was, and the session must not be used again."""
        with self._lock.hold_now():
            return self._note(self._trunk.receive(session.state, message))

    def apply(self, chunks: Iterable[bytes]) -> Changed | None:
        """Apply change chunks outside of any session. Raises DocumentBusy, or BadChunk: the document is as it was."""
        with self._lock.hold_now():
            return self._note(self._trunk.apply(chunks))

    def save(self) -> bytes:
        """The whole document as one compact chunk. Raises DocumentBusy."""
        with self._lock.hold_now():
            return bytes(self._trunk.core.save())

    def save_since(self, heads: Heads) -> bytes:
        """The changes after `heads`, concatenated; all of the document where some are unknown. Raises DocumentBusy."""
        with self._lock.hold_now():
            if self._trunk.known(heads) != heads:
                return bytes(self._trunk.core.save())
            return b"".join(change.bytes for change in self._trunk.changes_since(heads))

    def knows(self, change: bytes) -> bool:
        """Whether the change is in the document."""
        with self._lock.hold():
            return self._trunk.knows(change)

    def knows_all(self, heads: Heads) -> bool:
        """Whether all of the changes are in the document."""
        return self.known(heads) == heads

    def known(self, heads: Heads) -> Heads:
        """Those of the changes that are in the document."""
        with self._lock.hold():
            return self._trunk.known(heads)

    def missing_from(self, heads: Heads) -> int:
        """How many of our changes somebody lacks who has `heads` (those that we know) and all before them."""
        with self._lock.hold():
            if heads >= self.heads:
                return 0
            return self._trunk.graph.outside(self._trunk.known(heads), self.heads)

    @property
    def change_count(self) -> int:
        """How many changes the history has."""
        with self._lock.hold():
            return len(self._trunk.graph)

    def _reader(self, at: Heads | None = None) -> Reader:
        """Where to read: the draft has the newest values, unless they are not committed yet."""
        if at is not None and at != self.heads:
            return self._past_reader(self._moment(at))
        specials = self._specials_now()
        if self._draft is not None and self._changing is None and self._trunk.has_pending:
            return Reader(self._draft.core, specials)
        return Reader(self._trunk.core, specials)

    def _past_reader(self, heads: list[bytes]) -> Reader:
        if self._specials_now().ever:
            past = self._trunk.core.fork_at(heads)
            return Reader(past, specials_of(past))
        return Reader(self._trunk.core, Specials(), heads)

    def _specials_now(self) -> Specials:
        """Where the scalars are that the binding must not be asked for."""
        at = self._specials_at
        if at == self.heads:
            return self._specials
        if not at or not follow(
            self._specials, (read_change(c.raw_bytes) for c in self._trunk.changes_since(at))
        ):
            self._specials = specials_of(self._trunk.core)
        self._specials_at = self.heads
        return self._specials

    def _moment(self, at: Heads) -> list[bytes]:
        if self._trunk.known(at) != at:
            strange = ", ".join(sorted(head.hex()[:8] for head in at - self._trunk.known(at)))
            raise DocumentError(f"the document has no change {strange}", (), at)
        return sorted(at)

    def _begin(self) -> tuple[Draft, Block]:
        self._refuse_nesting()
        self._change_lock.acquire()
        try:
            with self._lock.hold():
                self._lock.close_to_engine()
                specials = self._specials_now()
                draft = self._draft or Draft(self._trunk.core)
                self._draft = draft
                block = Block(Writer(draft.begin(), specials), wrap)
                self._changing = get_ident()
        except BaseException:
            self._release()
            raise
        return draft, block

    def _refuse_nesting(self) -> None:
        if self._changing == get_ident():
            raise DocumentError("a change is open in this thread already: write through its block")

    def _roll_back(self, draft: Draft, block: Block) -> None:
        block.end()
        try:
            with self._lock.hold():
                if not draft.roll_back():
                    self._draft = None
        finally:
            self._release()

    def _commit(
        self, draft: Draft, block: Block, message: str | None, time: datetime | None, empty: bool = False
    ) -> Changed | None:
        writer = block.writer(())
        block.end()
        try:
            with self._lock.hold():
                changed = self._take_over(draft, writer, _Label(message or "", _seconds(time), empty))
        except BaseException:
            # The draft may hold what the trunk has not got.
            draft.roll_back()
            self._draft = None
            raise
        finally:
            self._release()
        self._announce(changed)
        return changed

    def _take_over(self, draft: Draft, writer: Writer, label: "_Label") -> Changed | None:
        written = draft.commit()
        if written is None:
            return None
        fields = read_change(written)
        if label.empty:
            fields = empty_operations(fields)
        elif writer.made:
            fields = make_counters(fields, writer.made)
        chunk, change = write_change(fields, self.heads, label.seconds, label.message)
        if label.empty or writer.made:
            # The draft is not what the document becomes, and the core is to judge what was rewritten.
            self._draft = None
            changed = self._trunk.apply([chunk])
        else:
            changed = self._trunk.commit(chunk, change)
        if not label.empty:
            self._specials = writer.specials
            self._specials_at = self.heads
        return changed

    def _note(self, changed: Changed | None) -> Changed | None:
        """After changes that are not the draft's own, it is out of date."""
        if changed is not None:
            self._draft = None
        return changed

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep changes of other threads out."""
        self._refuse_nesting()
        with self._change_lock:
            yield

    def _release(self) -> None:
        self._changing = None
        self._change_lock.release()
        self._lock.open_to_engine()

    def _announce(self, changed: Changed | None) -> None:
        if changed is not None and self.on_commit is not None:
            self.on_commit(changed)


@dataclass(frozen=True, slots=True)
class _Label:
    """What a commit carries beside its operations; `empty`: it carries none."""

    message: str
    seconds: int
    empty: bool


def _seconds(time: datetime | None) -> int:
    if time is None:
        return 0
    if time.tzinfo is None:
        raise DocumentError("the time of a change needs a zone, such as datetime.UTC", (), time)
    return int(time.timestamp())
