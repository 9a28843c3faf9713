"""One change at a time: from the open block to the commit in the trunk, or back."""

from dataclasses import dataclass
from threading import Lock, get_ident

from jupyter_automerge.document.block import Block
from jupyter_automerge.document.change_chunk import empty_operations, read_change, write_change
from jupyter_automerge.document.changed import Changed
from jupyter_automerge.document.core import CoreDocument
from jupyter_automerge.document.counters import make_counters
from jupyter_automerge.document.draft import Draft
from jupyter_automerge.document.lock import DocumentLock
from jupyter_automerge.document.trunk import Trunk
from jupyter_automerge.document.views import Views
from jupyter_automerge.document.wrapping import wrap
from jupyter_automerge.document.writer import Writer
from jupyter_automerge.errors import DocumentError


@dataclass(frozen=True, slots=True)
class Label:
    """What a commit carries beside its operations; `empty`: it carries none. Seconds UTC, 0 for no time."""

    message: str
    seconds: int
    empty: bool = False


class Changing:
    """The draft and its open block. `begin`, then `commit` or `roll_back` on every path."""

    def __init__(self, trunk: Trunk, views: Views, lock: DocumentLock) -> None:
        self._trunk = trunk
        self._views = views
        self._lock = lock
        self._turn = Lock()
        self._thread: int | None = None
        self._draft: Draft | None = None

    @property
    def is_open(self) -> bool:
        """Whether a block is open, in whatever thread."""
        return self._thread is not None

    @property
    def fresh_core(self) -> CoreDocument | None:
        """The draft's core where it is ahead of the trunk's and has nothing uncommitted."""
        is_ahead = self._draft is not None and self._trunk.has_pending and not self.is_open
        return self._draft.core if is_ahead and self._draft is not None else None

    def drop_draft(self) -> None:
        """The trunk has moved by other changes: the next block needs another fork."""
        if not self.is_open:
            self._draft = None

    def take_turn(self) -> None:
        """Wait until no other thread has a block open. Raises DocumentError when this thread has."""
        if self._thread == get_ident():
            raise DocumentError("a change is open in this thread already: write through its block")
        self._turn.acquire()

    def end_turn(self) -> None:
        """Let others in."""
        self._thread = None
        self._turn.release()
        self._lock.open_to_engine()

    def begin(self) -> Block:
        """Open a block, after those of other threads."""
        self.take_turn()
        try:
            with self._lock.hold():
                self._lock.close_to_engine()
                specials = self._views.specials()
                self._draft = self._draft or Draft(self._trunk.core)
                block = Block(Writer(self._draft.begin(), specials), wrap)
                self._thread = get_ident()
        except BaseException:
            self._abandon()
            self.end_turn()
            raise
        return block

    def roll_back(self, block: Block) -> None:
        """Undo all of the block."""
        block.end()
        try:
            with self._lock.hold():
                if self._draft is not None and not self._draft.roll_back():
                    self._draft = None
        finally:
            self.end_turn()

    def commit(self, block: Block, label: Label) -> Changed | None:
        """Make the block part of the history; None if it wrote nothing."""
        writer = block.writer(())
        block.end()
        try:
            with self._lock.hold():
                return self._take_over(writer, label)
        except BaseException:
            self._abandon()
            raise
        finally:
            self.end_turn()

    def _take_over(self, writer: Writer, label: Label) -> Changed | None:
        draft = self._draft
        written = None if draft is None else draft.commit()
        if written is None:
            return None
        fields = read_change(written)
        if label.empty:
            fields = empty_operations(fields)
        elif writer.made:
            fields = make_counters(fields, writer.made)
        chunk, change = write_change(fields, self._trunk.heads, label.seconds, label.message)
        if label.empty or writer.made:
            # The draft is not what the document becomes, and the core is to judge what was rewritten.
            self._draft = None
            changed = self._trunk.apply([chunk])
        else:
            changed = self._trunk.commit(chunk, change)
        if not label.empty:
            self._views.remember(writer.specials)
        return changed

    def _abandon(self) -> None:
        """After an interruption the draft may hold what the trunk has not got."""
        if self._draft is not None:
            self._draft.roll_back()
            self._draft = None
