"""One Automerge document: the only holder of the binding's document, and the lock before it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import RLock
from typing import Any, NoReturn

from jupyter_automerge.document.block import Block
from jupyter_automerge.document.changed import Changed, ChangeRecord, ChunkVerdict
from jupyter_automerge.document.changing import Changing, Label
from jupyter_automerge.document.conflicts import values_at
from jupyter_automerge.document.core import MAP, ROOT, CoreDocument, is_panic, new_document
from jupyter_automerge.document.difference import Patch, difference
from jupyter_automerge.document.fill import Fill
from jupyter_automerge.document.history import read_history
from jupyter_automerge.document.kept import hold_all_since, kept
from jupyter_automerge.document.loading import Load
from jupyter_automerge.document.lock import DocumentLock, held, held_now
from jupyter_automerge.document.map_proxy import MapProxy
from jupyter_automerge.document.planning import check_text
from jupyter_automerge.document.reader import Reader
from jupyter_automerge.document.reading import find, read_object, read_value
from jupyter_automerge.document.specials import specials_of
from jupyter_automerge.document.standing import Standing, standings
from jupyter_automerge.document.sync_session import SyncSession
from jupyter_automerge.document.trunk import Trunk
from jupyter_automerge.document.views import Views
from jupyter_automerge.errors import DocumentError
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.limits import MAX_LANDMARKS


class Document:
    """One Automerge document, for any thread.

    Changes are made in `with document.change() as root:` blocks, one at a time: a second thread waits. The
    engine's methods (generate, receive, apply, save, save_since) never wait: they raise DocumentBusy while a
    change is open or another thread is at work, and `on_free` is called once when they would succeed. `heads`
    and `is_changing` never wait. Everything else waits for short work of other threads, but never for an open
    change: it sees the document as it was before.

    `on_commit` is called in the committing thread, after the locks are released, for everything that this
    program's user did: change, commit_empty and merge.
    """

    def __init__(self, *, actor: bytes | None = None) -> None:
        self._adopt(new_document(), b"", actor, queueing=False)

    @classmethod
    def load(
        cls, chunks: Sequence[bytes], *, actor: bytes | None = None
    ) -> tuple["Document", tuple[ChunkVerdict, ...]]:
        """A document of stored chunks, and what became of each of them, in input order. Never raises."""
        load = Load(chunks)
        return cls._of(load.core, load.image, actor, load.is_queueing), load.verdicts

    @classmethod
    def _of(cls, core: CoreDocument, image: bytes, actor: bytes | None, queueing: bool) -> "Document":
        document = cls.__new__(cls)
        document._adopt(core, image, actor, queueing)
        return document

    def _adopt(self, core: CoreDocument, image: bytes, actor: bytes | None, queueing: bool) -> None:
        if actor is not None:
            core.set_actor(actor)
        self._trunk = Trunk(core, image, queueing)
        self._views = Views(self._trunk)
        self._lock = DocumentLock()
        self._changing = Changing(self._trunk, self._views, self._lock)
        self._untold: tuple[int, tuple[tuple[Heads, Heads], ...]] = (0, ())
        self._told = 0
        self._telling = RLock()
        self._gone: Callable[[], Exception] | None = None
        self.on_commit: Callable[[Changed], None] | None = None

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a Document holds locks and memory of the Automerge core and cannot be pickled or copied: send the "
            "url of its DocHandle, or the bytes of export(), or fork() it"
        )

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
        return self._lock.closed

    @contextmanager
    def change(self, message: str | None = None, *, time: datetime | None = None) -> Iterator[MapProxy]:
        """Edit the document: all of the block or, when it raises, nothing of it.

        A block that writes nothing leaves no change in the history. `time` needs a zone; without it the
        change has none. A block within a block, in one thread, raises DocumentError.
        """
        with self._block(_label(message, time)) as block:
            yield MapProxy(block, ROOT, ())

    def seal(self, gone: Callable[[], Exception], condition: Callable[[], bool] | None = None) -> bool:
        """Take no more changes: where one would begin or end, `gone()` is raised and nothing is changed.

        With a `condition`, only if it holds while no change is open. Otherwise nothing happens, the answer is
        False, and `on_free` tells when an open change has ended. Never waits.
        """
        if condition is None:
            self._gone = gone
            return True
        self._lock.will_be_told()
        if not self._changing.turn.acquire(blocking=False):
            return False
        try:
            self._gone = gone if condition() else self._gone
            return self._gone is not None
        finally:
            self._changing.turn.release()

    def commit_empty(self, message: str | None = None, *, time: datetime | None = None) -> Changed:
        """A change without content: it gives an empty document heads, or ties several heads together."""
        before = self.heads
        with self._block(_label(message, time, empty=True)) as block:
            # Only for the numbers that the core gives to the next change: nothing of this is kept.
            block.writer(()).put_object(ROOT, "empty", MAP)
        return Changed(before, self.heads)

    def merge(self, other: "Document") -> Changed | None:
        """Take over all changes of the other document. Waits for an open change of another thread."""
        chunks = other._since(self.heads)
        self._changing.refuse_nesting()
        with self._changing.turn:
            self._refuse_if_gone()
            changed = self._take(chunks)
            if changed is not None:
                self._owe_telling(changed.before, changed.after)
        self._announce()
        return changed

    @held
    def fork(self, at: Heads | None = None, *, actor: bytes | None = None) -> "Document":
        """A document of its own with this one's history, up to `at`, and another actor."""
        core = self._trunk.core
        if at is None or at == self.heads:
            return self._of(core.fork(), self._trunk.image(), actor, self._trunk.may_queue)
        past = core.fork_at(self._views.known(at))
        return self._of(past, past.save(), actor, queueing=False)

    @held_now
    def copy(self) -> "Document":
        """The document as it is now, for the engine. Raises DocumentBusy."""
        return self._of(self._trunk.core.fork(), self._trunk.image(), None, self._trunk.may_queue)

    @held
    def value(self, at: Heads | None = None) -> Any:
        """The whole document as plain Python values, now or at past heads.

        Raises DocumentError for unknown heads.
        """
        return read_object(self._reader(at), ROOT, MAP)

    @held
    def get(self, path: Sequence[str | int], at: Heads | None = None) -> Any:
        """The plain value at a path of keys and indexes. Raises DocumentError where there is nothing."""
        reader = self._reader(at)
        return read_value(reader, find(reader, tuple(path)))

    @held
    def conflicts(self, path: Sequence[str | int], at: Heads | None = None) -> tuple[Any, ...]:
        """All values that concurrent changes left at a path, the one that is shown first; one: no conflict.

        The binding shows winners only. This reads the whole document's bytes: for a question, not a loop.
        """
        if not path:
            raise DocumentError("the root cannot be in conflict")
        core = self._trunk.core if at is None else self._trunk.core.fork_at(self._views.known(at))
        return values_at(core, Reader(core, specials_of(core)), tuple(path))

    @held
    def diff(self, before: Heads, after: Heads | None = None) -> tuple[Patch, ...]:
        """What changed between two points of the history, found by comparing their values."""
        return difference(self.value(before), self.value(after))

    @held
    def history(self, since: Heads = NO_HEADS) -> list[ChangeRecord]:
        """The changes after `since`, each after those that it depends on."""
        self._views.known(since)
        return read_history(self._trunk.changes_since(since))

    @held_now
    def generate(self, session: SyncSession) -> bytes | None:
        """The next message for the session's peer, None if there is nothing to say. Raises DocumentBusy."""
        message = self._trunk.core.generate_sync_message(session.state)
        return None if message is None else bytes(message.encode())

    @held_now
    def receive(self, session: SyncSession, message: bytes) -> Changed | None:
        """Give a peer's message, whole, to its session.

        Raises DocumentBusy, or BadChunk: then the document is as it was, and the session is of no use.
        """
        return self._note(self._trunk.receive(session.state, message))

    @held_now
    def apply(self, chunks: Iterable[bytes]) -> Changed | None:
        """Apply chunks outside of any session: changes or whole documents, each entry one or several.

        Raises DocumentBusy, or BadChunk: then the document is as it was.
        """
        return self._note(self._trunk.apply(chunks))

    @held_now
    def save(self) -> bytes:
        """The whole document as one compact chunk. Raises DocumentBusy."""
        return bytes(self._trunk.core.save())

    @held_now
    def save_since(self, heads: Heads) -> bytes:
        """The changes after `heads`, concatenated; the whole document where some of them are unknown.

        Raises DocumentBusy.
        """
        if self._trunk.known(heads) != heads:
            return bytes(self._trunk.core.save())
        return b"".join(change.bytes for change in self._trunk.changes_since(heads))

    @held_now
    def kept(self, entries: Iterable[bytes], snapshots: Heads, believed: Heads) -> Heads:
        """Up to where a store keeps this document: `believed`, or less. Raises DocumentBusy.

        It has these entries, and snapshots with these heads.
        """
        return kept(self._trunk, entries, snapshots, believed)

    @held_now
    def is_since_in(self, entries: Iterable[bytes], since: Heads) -> bool:
        """Whether these entries of a store hold all changes after `since`. Raises DocumentBusy."""
        return hold_all_since(self._trunk, entries, since)

    @held
    def export(self) -> bytes:
        """What `save` gives, for users: it waits for other threads, and leaves an open change out."""
        return bytes(self._trunk.core.save())

    @held
    def knows(self, change: bytes) -> bool:
        """Whether the change is in the document."""
        return bool(self._trunk.known(frozenset([change])))

    def knows_all(self, heads: Heads) -> bool:
        """Whether all of the changes are in the document."""
        return self.known(heads) == heads

    @held
    def known(self, heads: Heads) -> Heads:
        """Those of the changes that are in the document."""
        return self._trunk.known(heads)

    @held
    def landmarks(self) -> tuple[bytes, ...]:
        """Changes that mark earlier and earlier points of the history; none where that takes too many.

        Whoever knows one of them has all that is before it. Costs the length of the history.
        """
        return self._trunk.graph.landmarks(MAX_LANDMARKS)

    def reduced(self, heads: Heads) -> Heads:
        """The heads without those that others of them are known to come after; unknown ones stay.

        Builds the graph of all changes if it has to; see `places_at_once`.
        """
        return heads if len(heads) < 2 else self._reduced(heads)

    @property
    def fill(self) -> Fill:
        """How full the tables beside the document are. Waits for nobody."""
        return self._trunk.fill

    @property
    def places_at_once(self) -> bool:
        """Whether a question of ancestry costs what it looks at; if not, the first costs the whole history."""
        return self._trunk.has_graph

    def missing_from(self, heads: Heads) -> int:
        """How many of our changes somebody lacks who has `heads` (those that we know) and all before them."""
        return self.standings([heads])[heads].lacks

    @held
    def standings(self, frontiers: Iterable[Heads], heads: Heads | None = None) -> dict[Heads, Standing]:
        """For each of the frontiers, where somebody stands to `heads` (None: ours now) who has it and all before.

        Much cheaper for many at once than one by one.
        """
        return standings(self._trunk, frontiers, self._trunk.heads if heads is None else heads)

    @property
    @held
    def change_count(self) -> int:
        """How many changes the history has."""
        return len(self._trunk.graph)

    @contextmanager
    def _block(self, label: Label) -> Iterator[Block]:
        self._changing.refuse_nesting()
        try:
            with self._changing.turn:
                self._refuse_if_gone()
                before = self._trunk.heads
                try:
                    block = self._changing.begin()
                    try:
                        yield block
                        self._refuse_if_gone()
                    except BaseException as error:
                        self._changing.roll_back(block, is_panic(error))
                        if is_panic(error):
                            reason = f"the Automerge core gave up; nothing was changed ({error})"
                            raise DocumentError(reason) from error
                        raise
                    self._changing.commit(block, label)
                finally:
                    # The engine was kept out: whatever moved was this commit, interrupted afterwards or not.
                    # As in _owe_telling, but without a call: an interruption comes after one.
                    if self._trunk.heads != before:
                        (first, waiting), told = self._untold, self._told
                        self._untold = (told, (*waiting[told - first :], (before, self._trunk.heads)))
                    self._lock.closed = False
                    self._changing.end()
        finally:
            self._announce()
            self._lock.tell()

    @held
    def _reduced(self, heads: Heads) -> Heads:
        return self._trunk.tips(heads)

    @held
    def _since(self, heads: Heads) -> list[bytes]:
        return [change.bytes for change in self._trunk.changes_since(self._trunk.known(heads))]

    @held
    def _take(self, chunks: list[bytes]) -> Changed | None:
        return self._note(self._trunk.apply(chunks))

    def _reader(self, at: Heads | None) -> Reader:
        if at is not None:
            return self._views.past(at)
        return self._views.present(self._changing.fresh_core)

    def _note(self, changed: Changed | None) -> Changed | None:
        if changed is not None:
            self._changing.drop_draft()
        return changed

    def _refuse_if_gone(self) -> None:
        if self._gone is not None:
            raise self._gone()

    def _owe_telling(self, before: Heads, after: Heads) -> None:
        """Under the turn. Only here commits are added, and only `_announce` counts those that it told."""
        (first, waiting), told = self._untold, self._told
        self._untold = (told, (*waiting[told - first :], (before, after)))

    def _announce(self) -> None:
        """Tell of every commit once, in order; one whose telling was interrupted is told again with the next.

        By one thread at a time: two at once would tell one commit twice, and take another away untold.
        """
        with self._telling:
            while True:
                first, commits = self._untold
                waiting = commits[self._told - first :]
                if not waiting:
                    return
                if self.on_commit is not None:
                    self.on_commit(Changed(*waiting[0]))
                self._told += 1


def _label(message: str | None, time: datetime | None, empty: bool = False) -> Label:
    if time is not None and time.tzinfo is None:
        raise DocumentError("the time of a change needs a zone, such as datetime.UTC", (), time)
    return Label(check_text(message or "", ()), 0 if time is None else int(time.timestamp()), empty)
