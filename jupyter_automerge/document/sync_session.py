"""Automerge's sync protocol: one state per (connection, document), and messages made of bare changes."""

from collections.abc import Iterable

from jupyter_automerge.document.core import new_sync_state
from jupyter_automerge.document.leb128 import read_unsigned, write_unsigned
from jupyter_automerge.errors import BadChunk
from jupyter_automerge.values.heads import HASH_BYTES
from jupyter_automerge.values.limits import MAX_FILTER_PROBES

_V1, _V2 = 0x42, 0x43


class SyncSession:
    """One sync state, opaque.

    Use it with one document only; a message generated from it must be delivered.
    """

    __slots__ = ("state",)

    def __init__(self) -> None:
        self.state = new_sync_state()


def message_of_changes(chunks: Iterable[bytes]) -> bytes:
    """A sync message that carries change chunks and nothing else: no heads, no need, no have."""
    carried = tuple(chunks)
    parts = [bytes([_V1, 0, 0, 0]), write_unsigned(len(carried))]
    for chunk in carried:
        parts += (write_unsigned(len(chunk)), chunk)
    return b"".join(parts)


def message_of_heads(heads: Iterable[bytes]) -> bytes:
    """A sync message that says which heads its sender has, and nothing else."""
    told = sorted(heads)
    return b"".join([bytes([_V1]), write_unsigned(len(told)), *told, b"\x00\x00\x00"])


def carried_chunks(message: bytes) -> list[bytes]:
    """The chunks that a sync message carries.

    Raises BadChunk where it is cut, is no sync message, or has a Bloom filter that the core must not see.
    """
    try:
        if message[0] not in (_V1, _V2):
            raise BadChunk(f"{message[0]:#x} begins no sync message")
        at = _skip_hashes(message, _skip_hashes(message, 1))
        count, at = read_unsigned(message, at)
        for _ in range(count):
            start = _skip_hashes(message, at)
            at = _skip_bytes(message, start)
            _check_filter(message[read_unsigned(message, start)[1] : at])
        count, at = read_unsigned(message, at)
        chunks = []
        for _ in range(count):
            start = at
            at = _skip_bytes(message, at)
            chunks.append(message[read_unsigned(message, start)[1] : at])
    except IndexError:
        raise BadChunk("the sync message is cut") from None
    return chunks


def needed_changes(message: bytes) -> frozenset[bytes]:
    """The `need` of a sync message: the hashes that its sender lacks."""
    count, at = read_unsigned(message, _skip_hashes(message, 1))
    return frozenset(message[i : i + HASH_BYTES] for i in range(at, at + count * HASH_BYTES, HASH_BYTES))


def _check_filter(data: bytes) -> None:
    """The core divides by a filter's size, and probes as often as the filter says: hours, if it says so."""
    if not data:
        return
    entries, at = read_unsigned(data, 0)
    bits_each, at = read_unsigned(data, at)
    probes, at = read_unsigned(data, at)
    if entries and not (bits_each and 0 < probes <= MAX_FILTER_PROBES):
        raise BadChunk(f"a Bloom filter of {bits_each} bits and {probes} probes an entry is of no use")


def _skip_hashes(message: bytes, at: int) -> int:
    count, at = read_unsigned(message, at)
    return _within(message, at + count * HASH_BYTES)


def _skip_bytes(message: bytes, at: int) -> int:
    length, at = read_unsigned(message, at)
    return _within(message, at + length)


def _within(message: bytes, at: int) -> int:
    if at > len(message):
        raise IndexError
    return at
