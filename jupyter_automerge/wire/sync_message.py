"""The outside of an automerge sync message: heads, what is asked for, what is sent. No change is looked into.

    type        1 byte: 0x42 (changes one by one), 0x43 (a whole document may stand among the changes)
    heads       count, then 32-byte hashes
    need        count, then 32-byte hashes
    have        count, then each: last_sync (count, hashes), length, Bloom filter
    changes     count, then each: length, chunk
    tail        the rest: capabilities, and whatever later versions add

Counts and lengths are unsigned LEB128, each checked against the bytes that are left before anything is made.
"""

from dataclasses import dataclass

from jupyter_automerge.errors import RemoteProtocolError
from jupyter_automerge.values.heads import HASH_BYTES, Heads
from jupyter_automerge.values.limits import MAX_SYNC_HAVES

V1 = 0x42
V2 = 0x43
_MOST_LEB128_BYTES = 10
# Magic 4, checksum 4, type 1, length 1.
_LEAST_CHUNK_BYTES = 10


@dataclass(frozen=True, slots=True)
class Have:
    """What the sender has beyond `last_sync`, as a Bloom filter; no bytes stand for an empty filter."""

    last_sync: tuple[bytes, ...] = ()
    bloom: bytes = b""


@dataclass(frozen=True, slots=True)
class SyncMessage:
    """A parsed message. `encode()` gives the very bytes it was parsed from."""

    version: int = V1
    heads: tuple[bytes, ...] = ()
    need: tuple[bytes, ...] = ()
    have: tuple[Have, ...] = ()
    changes: tuple[bytes, ...] = ()
    tail: bytes = b""

    def encode(self) -> bytes:
        """The bytes for automerge."""
        parts = _front(self.version, self.heads, self.need, self.have)
        parts.append(_leb128(len(self.changes)))
        for change in self.changes:
            parts += (_leb128(len(change)), change)
        parts.append(self.tail)
        return b"".join(parts)


@dataclass(frozen=True, slots=True)
class Opening:
    """A message whose changes, often megabytes, are not looked into: `rest` is what follows its `have`."""

    version: int
    heads: tuple[bytes, ...]
    need: tuple[bytes, ...]
    have: tuple[Have, ...]
    rest: bytes

    @property
    def carries_changes(self) -> bool:
        """Whether changes follow."""
        return self.rest[:1] != b"\x00"

    def encode(self) -> bytes:
        """The bytes for automerge."""
        return b"".join((*_front(self.version, self.heads, self.need, self.have), self.rest))


def parse(data: bytes) -> SyncMessage:
    """The parts of the message. RemoteProtocolError if it is cut, of another type, or miscounts."""
    reader = _Reader(data)
    version = reader.version()
    heads = reader.hashes("heads")
    need = reader.hashes("need")
    return SyncMessage(version, heads, need, reader.haves(), reader.changes(), reader.rest())


def parse_opening(data: bytes) -> Opening:
    """The parts before the changes. Raises as `parse`."""
    reader = _Reader(data)
    return Opening(
        reader.version(), reader.hashes("heads"), reader.hashes("need"), reader.haves(), reader.rest()
    )


def read_heads(data: bytes) -> Heads:
    """Only the sender's heads, without reading further. Raises as `parse`."""
    reader = _Reader(data)
    reader.version()
    return frozenset(reader.hashes("heads"))


class _Reader:
    """A position in the bytes; everything taken moves it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def version(self) -> int:
        if not self._data:
            raise RemoteProtocolError("the sync message is empty")
        version = self._data[0]
        if version not in (V1, V2):
            raise RemoteProtocolError(f"0x{version:02x} is no type of sync message")
        self._at = 1
        return version

    def hashes(self, field: str) -> tuple[bytes, ...]:
        number = self.count(field, least_bytes=HASH_BYTES)
        if number == 0:
            return ()
        start = self._at
        self._at = start + number * HASH_BYTES
        return tuple(self._data[at : at + HASH_BYTES] for at in range(start, self._at, HASH_BYTES))

    def haves(self) -> tuple[Have, ...]:
        number = self.count("have", least_bytes=2)
        if number > MAX_SYNC_HAVES:  # as objects they take thirty times their bytes
            raise RemoteProtocolError(f"the sync message has {number} entries in have")
        return tuple(Have(self.hashes("have.last_sync"), self.block("have.bloom")) for _ in range(number))

    def changes(self) -> tuple[bytes, ...]:
        number = self.count("changes", least_bytes=1 + _LEAST_CHUNK_BYTES)
        return tuple(self.block("change") for _ in range(number))

    def block(self, field: str) -> bytes:
        length = self.count(field, least_bytes=1)
        start = self._at
        self._at = start + length
        return self._data[start : self._at]

    def count(self, field: str, least_bytes: int) -> int:
        """A number of things that take at least so many bytes each."""
        number = self._leb128(field)
        left = len(self._data) - self._at
        if number * least_bytes > left:
            raise RemoteProtocolError(
                f"the sync message counts {number} in {field}, and only {left} bytes are left"
            )
        return number

    def rest(self) -> bytes:
        return self._data[self._at :]

    def _leb128(self, field: str) -> int:
        if self._at < len(self._data) and self._data[self._at] < 0x80:  # nearly all of them
            self._at += 1
            return self._data[self._at - 1]
        return self._long_leb128(field)

    def _long_leb128(self, field: str) -> int:
        number = 0
        for position in range(_MOST_LEB128_BYTES):
            if self._at >= len(self._data):
                raise RemoteProtocolError(f"the sync message ends within {field}")
            byte = self._data[self._at]
            self._at += 1
            number |= (byte & 0x7F) << (7 * position)
            if byte < 0x80:
                break
        if byte >= 0x80 or (byte == 0 and position > 0):  # automerge refuses padded numbers too
            raise RemoteProtocolError(f"the count of {field} in the sync message is written too long")
        return number


def _front(
    version: int, heads: tuple[bytes, ...], need: tuple[bytes, ...], haves: tuple[Have, ...]
) -> list[bytes]:
    parts = [bytes((version,)), _hashes(heads), _hashes(need), _leb128(len(haves))]
    for have in haves:
        parts += (_hashes(have.last_sync), _leb128(len(have.bloom)), have.bloom)
    return parts


def _hashes(hashes: tuple[bytes, ...]) -> bytes:
    return _leb128(len(hashes)) + b"".join(hashes)


def _leb128(number: int) -> bytes:
    if number < 0x80:
        return bytes((number,))
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
