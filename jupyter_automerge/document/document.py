"""One Automerge document: read, change, sync, save. See the package's docstring for the whole picture."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Lock, RLock, get_ident
from typing import Any

from jupyter_automerge.document.block import Block
from jupyter_automerge.document.change_chunk import read_change, write_change
from jupyter_automerge.document.changed import Changed, ChunkVerdict
from jupyter_automerge.document.chunks import join_chunks
from jupyter_automerge.document.core import (
    MAP,
    ROOT,
    CoreDocument,
    decode_message,
    is_panic,
    new_document,
    new_sync_state,
)
from jupyter_automerge.document.draft import Draft
from jupyter_automerge.document.loading import load_chunks
from jupyter_automerge.document.map_proxy import MapProxy
from jupyter_automerge.document.reading import read_object
from jupyter_automerge.document.sync_session import SyncSession, message_of_changes
from jupyter_automerge.document.wrapping import wrap
from jupyter_automerge.errors import BadChunk, DocumentBusy, DocumentError
from jupyter_automerge.values.heads import Heads


class Document:
    """The only holder of the binding's document."""

    def __init__(self, *, actor: bytes | None = None, core: CoreDocument | None = None) -> None:
        self._core = new_document() if core is None else core
        if actor is not None:
            self._core.set_actor(actor)
        self._heads: Heads = frozenset(self._core.get_heads())
        self._pending: list[bytes] = []
        self._draft: Draft | None = None
        self._change_lock = Lock()
        self._core_lock = RLock()
        self._changing: int | None = None
        self._wanted = False
        self.on_commit: Callable[[Changed], None] | None = None
        self.on_free: Callable[[], None] | None = None

    @classmethod
    def load(
        cls, chunks: Sequence[bytes], *, actor: bytes | None = None
    ) -> tuple["Document", tuple[ChunkVerdict, ...]]:
        """A document of stored chunks, and what became of each, in input order."""
        core, verdicts = load_chunks(chunks)
        return cls(actor=actor, core=core), verdicts

    @property
    def heads(self) -> Heads:
        """Where the document stands; during a change where it stood before. Never waits."""
        return self._heads

    @property
    def is_changing(self) -> bool:
        """Whether a change is open, in whatever thread. Never waits."""
        return self._changing is not None

    @contextmanager
    def change(self, message: str | None = None, *, time: datetime | None = None) -> Iterator[MapProxy]:
        """Edit the document: all of the block or, when it raises, nothing of it."""
        draft, block = self._begin()
        try:
            yield MapProxy(block, ROOT, ())
        except BaseException:
            self._roll_back(draft, block)
            raise
        self._commit(draft, block, message, time)

    def value(self) -> Any:
        """The whole document as plain Python values."""
        with self._core_lock:
            self._catch_up()
            return read_object(self._core, ROOT, MAP)

    def generate(self, session: SyncSession) -> bytes | None:
        """The next message for the session's peer, None if there is nothing to say. Raises DocumentBusy."""
        with self._engine():
            message = self._core.generate_sync_message(session.state)
            return None if message is None else bytes(message.encode())

    def receive(self, session: SyncSession, message: bytes) -> Changed | None:
        """Give a peer's message, whole, to its session. Raises DocumentBusy or BadChunk."""
        with self._engine():
            return self._receive(session.state, message)

    def apply(self, chunks: Iterable[bytes]) -> Changed | None:
        """Apply change chunks outside of any session. Raises DocumentBusy or BadChunk."""
        with self._engine():
            return self._receive(new_sync_state(), message_of_changes(chunks))

    def save(self) -> bytes:
        """The whole document, compact. Raises DocumentBusy."""
        with self._engine():
            return bytes(self._core.save())

    def save_since(self, heads: Heads) -> bytes:
        """The changes after `heads`, concatenated. Raises DocumentBusy."""
        with self._engine():
            return join_chunks(change.bytes for change in self._core.get_changes(sorted(heads)))

    def _receive(self, state: object, message: bytes) -> Changed | None:
        before = self._heads
        try:
            self._core.receive_sync_message(state, decode_message(message))
        except BaseException as error:
            if isinstance(error, Exception) or is_panic(error):
                raise BadChunk(str(error)) from None
            raise
        self._heads = frozenset(self._core.get_heads())
        self._draft = None
        return None if before == self._heads else Changed(before, self._heads)

    @contextmanager
    def _engine(self) -> Iterator[None]:
        self._wanted = True
        if self._changing is not None or not self._core_lock.acquire(blocking=False):
            raise DocumentBusy()
        try:
            if self._changing is not None:
                raise DocumentBusy()
            self._wanted = False
            self._catch_up()
            yield
        finally:
            self._core_lock.release()

    def _begin(self) -> tuple[Draft, Block]:
        if self._changing == get_ident():
            raise DocumentError("a change is open in this thread already; write through its block")
        self._change_lock.acquire()
        try:
            with self._core_lock:
                draft = self._draft or Draft(self._core)
                self._draft = draft
                block = Block(draft.begin(), wrap)
                self._changing = get_ident()
        except BaseException:
            self._change_lock.release()
            raise
        return draft, block

    def _roll_back(self, draft: Draft, block: Block) -> None:
        block.end()
        with self._core_lock:
            if not draft.roll_back():
                self._draft = None
        self._release(None)

    def _commit(self, draft: Draft, block: Block, message: str | None, time: datetime | None) -> None:
        block.end()
        changed = None
        with self._core_lock:
            chunk = draft.commit()
            if chunk is not None:
                seconds = int(time.timestamp()) if time is not None else 0
                chunk, digest = write_change(read_change(chunk), self._heads, seconds, message or "")
                changed = Changed(self._heads, frozenset([digest]))
                self._pending.append(chunk)
                self._heads = changed.after
        self._release(changed)

    def _release(self, changed: Changed | None) -> None:
        self._changing = None
        self._change_lock.release()
        if changed is not None and self.on_commit is not None:
            self.on_commit(changed)
        if self._wanted and self.on_free is not None:
            self._wanted = False
            self.on_free()

    def _catch_up(self) -> None:
        """Bring the changes made in the draft into the core; the draft has then served."""
        if not self._pending:
            return
        self._core.receive_sync_message(new_sync_state(), decode_message(message_of_changes(self._pending)))
        if frozenset(self._core.get_heads()) != self._heads:
            raise AssertionError("the core did not take a change of its own")
        self._pending.clear()
        if self._changing is None:
            self._draft = None
