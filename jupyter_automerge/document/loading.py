"""Stored chunks into a core document, with a verdict for each of them."""

from collections.abc import Sequence

from jupyter_automerge.document.assembling import assemble
from jupyter_automerge.document.change_chunk import read_change
from jupyter_automerge.document.changed import ChunkState, ChunkVerdict
from jupyter_automerge.document.chunks import Chunk, ChunkType, TornChunk, read_chunk
from jupyter_automerge.document.core import CoreDocument, is_panic, new_document
from jupyter_automerge.document.missing import missing_changes
from jupyter_automerge.errors import BadChunk


class Load:
    """One load. An entry of a store may hold several chunks; good ones count even beside bad ones."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        self._verdicts = [ChunkVerdict(ChunkState.APPLIED)] * len(entries)
        self._good: list[tuple[int, Chunk]] = []
        self._accepted: list[tuple[int, Chunk]] = []
        self.core = new_document()
        for entry, data in enumerate(entries):
            self._read(entry, data)
        # Whole documents first, as the core takes them.
        self._good.sort(key=lambda pair: pair[1].kind is not ChunkType.DOCUMENT)
        self._accept(list(self._good))
        self._find_queued()

    @property
    def image(self) -> bytes:
        """The chunks that were accepted."""
        return b"".join(chunk.data for _, chunk in self._accepted)

    @property
    def verdicts(self) -> tuple[ChunkVerdict, ...]:
        """In input order; of an entry with several chunks the worst."""
        return tuple(self._verdicts)

    def _read(self, entry: int, data: bytes) -> None:
        """Headers and checksums, before the core sees a byte."""
        position = 0
        if not data:
            self._verdicts[entry] = ChunkVerdict(ChunkState.TORN, "it is empty")
        try:
            while position < len(data):
                chunk, position = read_chunk(data, position)
                if chunk.checksum_is_right():
                    self._good.append((entry, chunk))
                else:
                    self._refuse(entry, "its checksum is wrong")
        except TornChunk as error:
            self._verdicts[entry] = ChunkVerdict(ChunkState.TORN, error.reason)
        except BadChunk as error:
            self._refuse(entry, error.reason)

    def _refuse(self, entry: int, reason: str) -> None:
        self._verdicts[entry] = ChunkVerdict(ChunkState.BAD, reason)

    def _accept(self, chunks: list[tuple[int, Chunk]]) -> None:
        """All in one call; where that fails by halves, so that one bad chunk costs a few loads and not
        all."""
        if not chunks:
            return
        core, failure = _try(self._accepted + chunks)
        if core is not None and not self._is_faithful(core, chunks):
            core, failure = None, "the Automerge core would not save it as it is"
        if core is not None:
            self.core = core
            self._accepted += chunks
        elif len(chunks) == 1:
            self._refuse(chunks[0][0], failure)
            self._good.remove(chunks[0])
        else:
            half = len(chunks) // 2
            self._accept(chunks[:half])
            self._accept(chunks[half:])

    def _is_faithful(self, core: CoreDocument, chunks: list[tuple[int, Chunk]]) -> bool:
        """Whether each change has, as the core would save it, the hash that it came with.

        Those within document chunks were checked by the core.
        """
        promised = [(chunk.kind, chunk.promises()) for _, chunk in [*self._accepted, *chunks]]
        if any(kind is ChunkType.BUNDLE for kind, _ in promised):
            return True
        whole = frozenset[bytes]().union(*(names for kind, names in promised if kind is ChunkType.DOCUMENT))
        hashes = frozenset[bytes]().union(*(names for _, names in promised))
        return all(change.hash in hashes for change in core.get_changes(sorted(whole)))

    def _find_queued(self) -> None:
        missing = missing_changes(self.core)
        changes = (ChunkType.CHANGE, ChunkType.COMPRESSED)
        waiting = [pair for pair in self._good if pair[1].kind in changes] if missing else []
        found = True
        while found:
            found = False
            for entry, chunk in list(waiting):
                absent = missing.intersection(read_change(chunk.data).dependencies)
                if absent:
                    found = True
                    waiting.remove((entry, chunk))
                    missing |= {chunk.hash()}
                    self._queue(entry, absent)

    def _queue(self, entry: int, absent: frozenset[bytes]) -> None:
        if self._verdicts[entry].state is ChunkState.APPLIED:
            names = ", ".join(sorted(change.hex()[:8] for change in absent))
            self._verdicts[entry] = ChunkVerdict(
                ChunkState.QUEUED, f"it depends on changes not here: {names}"
            )


def _try(chunks: list[tuple[int, Chunk]]) -> tuple[CoreDocument | None, str]:
    try:
        return assemble(chunk for _, chunk in chunks), ""
    except BaseException as error:
        if is_panic(error):
            return None, f"the Automerge core gave up on it ({error})"
        if isinstance(error, Exception):
            return None, str(error)
        raise
