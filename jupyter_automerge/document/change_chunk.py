"""A change chunk's own fields, read and rewritten without the core."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from jupyter_automerge.document.chunks import ChunkType, read_chunk, split_hashes, write_chunk
from jupyter_automerge.document.leb128 import read_signed, read_unsigned, write_signed, write_unsigned
from jupyter_automerge.errors import BadChunk
from jupyter_automerge.values.heads import HASH_BYTES


@dataclass(frozen=True, slots=True)
class ChangeFields:
    """What stands before the operations. `time` is in seconds UTC, 0 where the author gave none.

    `numbering` is actor, sequence number and first operation number as they stand; `operations` is all that
    follows the message.
    """

    dependencies: tuple[bytes, ...]
    actor: bytes
    sequence: int
    first_operation: int
    time: int
    message: str
    numbering: bytes
    operations: bytes


def read_change(data: bytes) -> ChangeFields:
    """The fields of a change chunk, compressed or not. Raises BadChunk."""
    kind, body = read_chunk(data)[0].plain()
    if kind is not ChunkType.CHANGE:
        raise BadChunk(f"a change was expected, not a chunk of type {kind.name}")
    try:
        return _read_fields(body)
    except (IndexError, UnicodeDecodeError) as error:
        raise BadChunk(f"the change's fields cannot be read ({error})") from None


def _read_fields(body: bytes) -> ChangeFields:
    count, at = read_unsigned(body, 0)
    numbering_at = at + count * HASH_BYTES
    dependencies = tuple(split_hashes(body, at, count))
    actor, at = _read_bytes(body, numbering_at)
    sequence, at = read_unsigned(body, at)
    first_operation, time_at = read_unsigned(body, at)
    time, at = read_signed(body, time_at)
    message, at = _read_bytes(body, at)
    return ChangeFields(
        dependencies,
        actor,
        sequence,
        first_operation,
        time,
        message.decode(),
        body[numbering_at:time_at],
        body[at:],
    )


def _read_bytes(body: bytes, at: int) -> tuple[bytes, int]:
    length, at = read_unsigned(body, at)
    if at + length > len(body):
        raise IndexError("a field is longer than its chunk")
    return body[at : at + length], at + length


def write_change(
    fields: ChangeFields, dependencies: Iterable[bytes], time: int, message: str
) -> tuple[bytes, bytes]:
    """The same operations with other dependencies, time and message: the new chunk, and its hash."""
    parents = sorted(dependencies)
    text = message.encode()
    body = b"".join(
        [
            write_unsigned(len(parents)),
            *parents,
            fields.numbering,
            write_signed(time),
            write_unsigned(len(text)),
            text,
            fields.operations,
        ]
    )
    return write_chunk(ChunkType.CHANGE, body)


def empty_operations(fields: ChangeFields) -> ChangeFields:
    """The same change without operations: no other actors, no columns."""
    return replace(fields, operations=b"\x00\x00")
