"""What a sync message brings, read before the core sees it."""

from functools import cached_property

from jupyter_automerge.document.chunks import Chunk, ChunkType, split_chunks
from jupyter_automerge.document.sync_session import carried_chunks
from jupyter_automerge.errors import BadChunk
from jupyter_automerge.values.heads import NO_HEADS, Heads


class Delivery:
    """The chunks of a message. Raises BadChunk for a header, checksum or filter that is wrong."""

    def __init__(self, message: bytes) -> None:
        self.chunks: list[Chunk] = []
        self._promises: list[Heads] = []
        for entry in carried_chunks(message):
            try:
                self._read(entry)
            except BadChunk as error:
                raise BadChunk(error.reason, entry) from None

    def _read(self, entry: bytes) -> None:
        # One entry may hold several chunks, end to end: so a V2 sender answers a need (measured).
        for chunk in split_chunks(entry):
            self.chunks.append(chunk)
            self._promises.append(chunk.checked_promises())

    @cached_property
    def promised(self) -> Heads:
        """The changes that the document must have afterwards, or wait with."""
        return NO_HEADS.union(*self._promises)

    @property
    def is_whole(self) -> bool:
        """Whether it is made of whole documents: the core itself compares their changes with their hashes."""
        return all(chunk.kind is ChunkType.DOCUMENT for chunk in self.chunks)

    @cached_property
    def bytes_of_changes(self) -> dict[bytes, bytes]:
        """The chunk of each single change, by its hash."""
        return {
            change: chunk.data
            for chunk, changes in zip(self.chunks, self._promises, strict=True)
            if chunk.kind is not ChunkType.DOCUMENT
            for change in changes
        }
