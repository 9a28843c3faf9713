"""One change at a time: from the open block to the commit in the trunk, or back."""

import gc
from dataclasses import dataclass
from threading import Lock, get_ident

from jupyter_automerge.document.block import Block
from jupyter_automerge.document.change_chunk import empty_operations, read_change, write_change
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
    """The draft and its open block.

    While `turn` is held: `begin`, then `commit` or `roll_back`, then `end`. The draft is put back only when
    it is known to be as the trunk: an interruption leaves none, and costs a fork.
    """

    def __init__(self, trunk: Trunk, views: Views, lock: DocumentLock) -> None:
        self._trunk = trunk
        self._views = views
        self._lock = lock
        self._draft: Draft | None = None
        self._open: Draft | None = None
        self._thread: int | None = None
        self.turn = Lock()

    @property
    def fresh_core(self) -> CoreDocument | None:
        """The draft's core, where it is ahead of the trunk's."""
        return self._draft.core if self._draft is not None and self._trunk.has_pending else None

    def drop_draft(self) -> None:
        """The trunk has moved by other changes: the next block needs another fork."""
        self._draft = None

    def refuse_nesting(self) -> None:
        """Raises DocumentError when this thread has a block open: it would wait for itself."""
        if self._is_open_here():
            # An interruption between `with` and its first line may have left a block that only a cycle keeps.
            gc.collect()
            if self._is_open_here():
                raise DocumentError("a change is open in this thread already: write through its block")

    def begin(self) -> Block:
        """Open a block."""
        self._thread = get_ident()
        self._lock.closed = True
        with self._lock.core:
            specials = self._views.specials()
            self._open = self._draft or Draft(self._trunk.core)
            self._draft = None
            return Block(Writer(self._open.begin(), specials), wrap)

    def roll_back(self, block: Block, panicked: bool) -> None:
        """Undo all of the block."""
        block.end()
        with self._lock.core:
            draft = self._open
            if draft is not None and draft.roll_back() and not panicked:
                self._draft, self._open = draft, None
            if panicked:
                self._trunk.heal()

    def commit(self, block: Block, label: Label) -> None:
        """Make the block part of the history, if it wrote anything."""
        writer = block.writer(())
        block.end()
        with self._lock.core:
            self._take_over(writer, label)

    def end(self) -> None:
        """Whatever happened, nothing is open any more."""
        if self._open is not None:
            self._open.roll_back()
            self._open = None

    def _is_open_here(self) -> bool:
        return self._lock.closed and self._thread == get_ident()

    def _take_over(self, writer: Writer, label: Label) -> None:
        draft = self._open
        written = None if draft is None else draft.commit()
        if written is None:
            self._draft, self._open = draft, None
            return
        fields = read_change(written.raw_bytes)
        if label.empty:
            fields = empty_operations(fields)
        elif writer.made:
            fields = make_counters(fields, writer.made)
        chunk, change = write_change(fields, self._trunk.heads, label.seconds, label.message)
        if label.empty or writer.made:
            # The draft is not what the document becomes, and the core is to judge what was rewritten.
            self._trunk.apply([chunk])
        else:
            self._trunk.commit(chunk, change, written.max_op)
            self._draft, self._open = draft, None
        if not label.empty:
            self._views.remember(writer.specials)
