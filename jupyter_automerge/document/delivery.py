"""What a sync message brings, read before the core sees it."""

from functools import cached_property

from jupyter_automerge.document.chunks import ChunkType, split_chunks
from jupyter_automerge.document.sync_session import carried_chunks
from jupyter_automerge.errors import BadChunk
from jupyter_automerge.values.heads import NO_HEADS, Heads


class Delivery:
    """The chunks of a message. Raises BadChunk for a header, checksum or filter that is wrong."""

    def __init__(self, message: bytes) -> None:
        # One entry may hold several chunks, end to end: so a V2 sender answers a need (measured).
        self.chunks = tuple(chunk for entry in carried_chunks(message) for chunk in split_chunks(entry))
        for chunk in self.chunks:
            if not chunk.checksum_is_right():
                raise BadChunk("a chunk's checksum is wrong")
        self._promises = [chunk.promises() for chunk in self.chunks]

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
