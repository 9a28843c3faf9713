"""Stored chunks into a core document, with a verdict for each of them."""

from collections.abc import Sequence
from typing import NamedTuple

from jupyter_automerge.document.assembling import assemble, assemble_anew
from jupyter_automerge.document.change_chunk import read_change
from jupyter_automerge.document.changed import ChunkState, ChunkVerdict
from jupyter_automerge.document.chunks import Chunk, ChunkType, TornChunk, read_chunk
from jupyter_automerge.document.core import CoreDocument, is_panic, new_document
from jupyter_automerge.document.missing import missing_changes
from jupyter_automerge.document.numbering import check_numbering, head_operations
from jupyter_automerge.errors import BadChunk
from jupyter_automerge.values.heads import NO_HEADS, Heads


class _Stored(NamedTuple):
    """A chunk, the entry that it came in, and the changes that it must bring."""

    entry: int
    chunk: Chunk
    promises: Heads

    @property
    def is_change(self) -> bool:
        return self.chunk.kind in (ChunkType.CHANGE, ChunkType.COMPRESSED)


class Load:
    """One load. An entry of a store may hold several chunks; good ones count even beside bad ones."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        self._verdicts = [ChunkVerdict(ChunkState.APPLIED)] * len(entries)
        self._accepted: list[_Stored] = []
        self.core = new_document()
        self.is_queueing = False
        good = [stored for entry, data in enumerate(entries) for stored in self._read(entry, data)]
        # Whole documents first, as the core takes them.
        good.sort(key=lambda stored: stored.chunk.kind is not ChunkType.DOCUMENT)
        self._accept(good)
        self._find_absent()

    @property
    def image(self) -> bytes:
        """The chunks that were accepted."""
        return b"".join(stored.chunk.data for stored in self._accepted)

    @property
    def verdicts(self) -> tuple[ChunkVerdict, ...]:
        """In input order; of an entry with several chunks the worst."""
        return tuple(self._verdicts)

    def _read(self, entry: int, data: bytes) -> list[_Stored]:
        """Headers and checksums, before the core sees a byte."""
        found: list[_Stored] = []
        position = 0
        if not data:
            self._verdicts[entry] = ChunkVerdict(ChunkState.TORN, "it is empty")
        try:
            while position < len(data):
                chunk, position = read_chunk(data, position)
                if chunk.checksum_is_right():
                    found.append(_Stored(entry, chunk, chunk.promises()))
                else:
                    self._refuse(entry, "its checksum is wrong")
        except TornChunk as error:
            self._verdicts[entry] = ChunkVerdict(ChunkState.TORN, error.reason)
        except BadChunk as error:
            self._refuse(entry, error.reason)
        return found

    def _refuse(self, entry: int, reason: str) -> None:
        self._verdicts[entry] = ChunkVerdict(ChunkState.BAD, reason)

    def _accept(self, chunks: list[_Stored]) -> None:
        """All in one call; where that fails by halves: one bad chunk then costs a few loads, not all."""
        if not chunks:
            return
        try:
            core = _assemble([*self._accepted, *chunks])
        except BadChunk as error:
            if len(chunks) == 1:
                self._refuse(chunks[0].entry, error.reason)
                return
            half = len(chunks) // 2
            self._accept(chunks[:half])
            self._accept(chunks[half:])
        else:
            self.core = core
            self._accepted += chunks

    def _find_absent(self) -> None:
        """Tell the changes that the core dropped without a word, and those that wait for others, by name."""
        changes = [stored for stored in self._accepted if stored.is_change]
        missing = missing_changes(self.core, NO_HEADS.union(*(stored.promises for stored in changes)))
        for stored in changes:
            if stored.promises & missing:
                self._refuse(stored.entry, "the Automerge core cannot read it")
                self._accepted.remove(stored)
        waiting = [stored for stored in self._accepted if stored.is_change] if missing else []
        found = True
        while found:
            found = False
            for stored in list(waiting):
                absent = missing.intersection(read_change(stored.chunk.data).dependencies)
                if absent:
                    found = True
                    waiting.remove(stored)
                    missing |= stored.promises
                    self.is_queueing = True
                    self._queue(stored.entry, absent)

    def _queue(self, entry: int, absent: Heads) -> None:
        if self._verdicts[entry].state is ChunkState.APPLIED:
            names = ", ".join(sorted(change.hex()[:8] for change in absent))
            self._verdicts[entry] = ChunkVerdict(
                ChunkState.QUEUED, f"it needs changes that are missing: {names}"
            )


def _assemble(chunks: list[_Stored]) -> CoreDocument:
    """Raises BadChunk."""
    try:
        try:
            core = assemble(stored.chunk for stored in chunks)
        except BaseException as error:  # a panic is no Exception
            if not is_panic(error):
                raise
            # Not always the fault of the changes: a document chunk that passed may be wrong within.
            core = assemble_anew(stored.chunk for stored in chunks)
        _check(core, chunks)
    except BaseException as error:  # a panic is no Exception, and the core's errors have no narrower class
        if is_panic(error):
            raise BadChunk(f"the Automerge core gave up on it ({error})") from None
        if isinstance(error, Exception) and not isinstance(error, BadChunk):
            raise BadChunk(str(error)) from None
        raise
    return core


def _check(core: CoreDocument, chunks: list[_Stored]) -> None:
    """Whether the core would save each change as it came. Raises BadChunk.

    Those within document chunks were checked by the core.
    """
    whole = NO_HEADS.union(*(stored.promises for stored in chunks if not stored.is_change))
    fresh = core.get_changes(sorted(whole))
    hashes = NO_HEADS.union(*(stored.promises for stored in chunks))
    is_bundled = any(stored.chunk.kind is ChunkType.BUNDLE for stored in chunks)
    if not is_bundled and not all(change.hash in hashes for change in fresh):
        raise BadChunk("the Automerge core would not save it as it is")
    check_numbering(fresh, _LastOperations(core, chunks))


class _LastOperations:
    """Of changes within document chunks: of their heads from the bytes, of others from the whole history."""

    def __init__(self, core: CoreDocument, chunks: list[_Stored]) -> None:
        self._core = core
        self._chunks = chunks
        self._last: dict[bytes, int] = {}

    def __call__(self, change: bytes) -> int:
        if not self._last:
            for stored in self._chunks:
                if stored.chunk.kind is ChunkType.DOCUMENT:
                    self._last |= head_operations(stored.chunk.body)
        if change not in self._last:
            self._last = {each.hash: each.max_op for each in self._core.get_changes([])}
        return self._last[change]
