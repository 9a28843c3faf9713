"""Automerge's chunks: magic, the first four bytes of a SHA-256, a type, a length, then the body."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from jupyter_automerge.document.leb128 import read_unsigned, write_unsigned
from jupyter_automerge.errors import BadChunk
from jupyter_automerge.values.heads import HASH_BYTES
from jupyter_automerge.values.limits import MAX_INFLATED_BYTES

MAGIC = b"\x85oJ\x83"
_CHECKSUM_BYTES = 4
_TYPE_AT = len(MAGIC) + _CHECKSUM_BYTES


class ChunkType(IntEnum):
    """What the body of a chunk is."""

    DOCUMENT = 0  # a whole document
    CHANGE = 1  # one change
    COMPRESSED = 2  # one change, its body deflated
    BUNDLE = 3  # several changes in columns


class TornChunk(BadChunk):
    """The bytes end within the chunk."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: its kind, its body as it stands, and the bytes from magic to end."""

    kind: ChunkType
    body: bytes
    data: bytes

    def checksum_is_right(self) -> bool:
        """Of a compressed change the checksum covers the inflated form; one that does not inflate is
        wrong."""
        try:
            return self.hash()[:_CHECKSUM_BYTES] == self.data[len(MAGIC) : _TYPE_AT]
        except BadChunk:
            return False

    def checked_promises(self) -> frozenset[bytes]:
        """As `promises`, of a chunk whose checksum is right: hashed and inflated once. Raises BadChunk."""
        digest = self.hash()
        if digest[:_CHECKSUM_BYTES] != self.data[len(MAGIC) : _TYPE_AT]:
            raise BadChunk("a chunk's checksum is wrong")
        if self.kind in (ChunkType.CHANGE, ChunkType.COMPRESSED):
            return frozenset([digest])
        return self.promises()

    def promises(self) -> frozenset[bytes]:
        """The hashes of changes that must be in a document after the chunk was applied. Raises BadChunk."""
        if self.kind is ChunkType.DOCUMENT:
            return _document_heads(self.body)
        return frozenset() if self.kind is ChunkType.BUNDLE else frozenset([self.hash()])

    def hash(self) -> bytes:
        """SHA-256 over type, length and plain body: of a change, its hash. Raises BadChunk."""
        kind, body = self.plain()
        return sha256(bytes([kind]) + write_unsigned(len(body)) + body).digest()

    def plain(self) -> tuple[ChunkType, bytes]:
        """Kind and body with the change's compression undone. Raises BadChunk."""
        if self.kind is not ChunkType.COMPRESSED:
            return self.kind, self.body
        return ChunkType.CHANGE, inflate(self.body)


def inflate(data: bytes) -> bytes:
    """Undo raw deflate. Raises BadChunk."""
    stream = zlib.decompressobj(wbits=-15)
    try:
        plain = stream.decompress(data, MAX_INFLATED_BYTES)
    except zlib.error as error:
        raise BadChunk(f"its compressed body does not inflate ({error})") from None
    if not stream.eof:
        raise BadChunk(f"its compressed body is cut, or has more than {MAX_INFLATED_BYTES >> 20} MiB")
    return plain


def write_chunk(kind: ChunkType, body: bytes) -> tuple[bytes, bytes]:
    """A chunk around the body, and its hash."""
    head = bytes([kind]) + write_unsigned(len(body))
    digest = sha256(head + body).digest()
    return MAGIC + digest[:_CHECKSUM_BYTES] + head + body, digest


def read_chunk(data: bytes, start: int = 0) -> tuple[Chunk, int]:
    """The chunk at `start`, and the position after it.

    Raises TornChunk or BadChunk; the checksum is not checked.
    """
    if data[start : start + len(MAGIC)] != MAGIC[: len(data) - start]:
        raise BadChunk("it does not begin as an Automerge chunk does")
    try:
        kind = data[start + _TYPE_AT]
        length, body_at = read_unsigned(data, start + _TYPE_AT + 1)
    except IndexError:
        raise TornChunk("it ends within its header") from None
    if kind not in ChunkType._value2member_map_:
        raise BadChunk(f"chunk type {kind} is not known")
    if body_at + length > len(data):
        raise TornChunk(f"{body_at + length - len(data)} bytes of it are missing")
    end = body_at + length
    return Chunk(ChunkType(kind), data[body_at:end], data[start:end]), end


def split_chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks that stand one after the other. Raises TornChunk or BadChunk at the first that is none."""
    at = 0
    while at < len(data):
        chunk, at = read_chunk(data, at)
        yield chunk


def begins_as_chunk(data: bytes) -> bool:
    """Whether these are the bytes of a chunk, at least the first ones."""
    return data.startswith(MAGIC)


def torn_reason(data: bytes) -> str:
    """What is wrong with a stored entry that is cut, or whose bytes are not those that were written; "" if nothing.

    Only headers and checksums are looked at: an entry that is whole by them may still wait for other changes, or be
    refused by the core.
    """
    try:
        for chunk in split_chunks(data):
            if not chunk.checksum_is_right():
                return "its checksum is wrong"
    except BadChunk as error:
        return error.reason
    return "" if data else "it is empty"


def sound_part(data: bytes) -> bytes:
    """Of a torn entry the chunks that are whole."""
    sound: list[bytes] = []
    try:
        for chunk in split_chunks(data):
            if chunk.checksum_is_right():
                sound.append(chunk.data)
    except BadChunk:
        return b"".join(sound)  # Where the next one would begin is not known any more.
    return b"".join(sound)


def promised_by(data: bytes) -> frozenset[bytes]:
    """The changes that must be in a document after the whole entry was applied. Raises BadChunk."""
    return frozenset[bytes]().union(*(chunk.promises() for chunk in split_chunks(data)))


def whole_document(data: bytes) -> bytes:
    """Of what the core saves the document itself, without the queued changes that follow it."""
    return read_chunk(data)[0].data


def _document_heads(body: bytes) -> frozenset[bytes]:
    try:
        count, at = read_unsigned(body, 0)
        for _ in range(count):
            length, at = read_unsigned(body, at)
            at += length
        count, at = read_unsigned(body, at)
    except IndexError:
        raise BadChunk("its list of actors is cut") from None
    return frozenset(split_hashes(body, at, count))


def split_hashes(body: bytes, at: int, count: int) -> list[bytes]:
    """So many hashes, one after the other. Raises BadChunk where there are fewer."""
    end = at + count * HASH_BYTES
    if end > len(body):
        raise BadChunk(f"it ends within a list of {count} hashes")
    return [body[i : i + HASH_BYTES] for i in range(at, end, HASH_BYTES)]
