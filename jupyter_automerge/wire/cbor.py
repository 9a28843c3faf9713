"""The CBOR that automerge-repo's JavaScript (cbor-x) writes and bears.

It writes maps with 16-bit counts, `undefined` for missing values and float64 for integers from 2**32 on.
It turns 64-bit integers into BigInt, and dies of indefinite-length strings and of bytes behind the item.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO

import cbor2

from jupyter_automerge.errors import LocalProtocolError, RemoteProtocolError
from jupyter_automerge.values.limits import MAX_CBOR_DEPTH, MAX_CBOR_INTEGER_BYTES

_UNDEFINED = 0xF7
_LEAST_INTEGER = -(2**32)
_FIRST_FLOAT = 2**32


def encode(value: object) -> bytes:
    """One item that JavaScript reads as the same value; LocalProtocolError for what it has no value for.

    None, bool, int, float, str, bytes, aware datetimes, lists, tuples, and mappings with text keys. Integers
    outside 32 bits become floats, so they are exact up to 2**53 only.
    """
    return encode_plain(_portable(value, MAX_CBOR_DEPTH))


def encode_plain(value: object) -> bytes:
    """As `encode`, but not looked through first: no large integers, no dates, no foreign types in it."""
    try:
        return cbor2.dumps(value)
    except (cbor2.CBOREncodeError, UnicodeError) as error:
        raise LocalProtocolError(f"cannot be written as CBOR: {error}") from error


def decode(data: bytes) -> object:
    """The one item in `data`, with everything `undefined` taken out (None in lists).

    JavaScript's Map becomes a dict, its Set a list. RemoteProtocolError unless `data` is one whole item.
    """
    value = decode_item(data)
    return _without_undefined(value) if _UNDEFINED in data else value


def decode_item(data: bytes) -> object:
    """As `decode`, but `undefined` may occur in it: see `is_missing`."""
    if not data:
        raise RemoteProtocolError("the frame is empty")
    stream = BytesIO(data)
    try:
        value: object = cbor2.CBORDecoder(
            stream,
            str_errors="replace",  # JavaScript writes lone surrogates, which are not UTF-8
            max_depth=MAX_CBOR_DEPTH,
            strict_hashable_types=True,
            semantic_decoders=_TAGS,
        ).decode()
    except cbor2.CBORDecodeError as error:
        raise RemoteProtocolError(f"not valid CBOR: {error}") from error
    if stream.tell() != len(data):
        raise RemoteProtocolError(f"{len(data) - stream.tell()} bytes follow the CBOR item")
    return value


def is_missing(value: object) -> bool:
    """Whether JavaScript would call it null or undefined."""
    return value is None or value is cbor2.undefined


def _portable(value: object, depth: int) -> object:
    if value is None or isinstance(value, bool | float | str | bytes):
        return value
    if isinstance(value, int):
        return value if _LEAST_INTEGER <= value < _FIRST_FLOAT else _as_float(value)
    if depth == 0:
        raise LocalProtocolError(f"nested deeper than {MAX_CBOR_DEPTH} levels (does it contain itself?)")
    if isinstance(value, Mapping):
        return {_text_key(key): _portable(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_portable(item, depth - 1) for item in value]
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    if isinstance(value, datetime):
        return _as_date(value)
    raise LocalProtocolError(f"a {type(value).__name__} has no counterpart in JavaScript")


def _text_key(key: object) -> str:
    if not isinstance(key, str):
        raise LocalProtocolError(f"map keys are text in JavaScript, not {type(key).__name__}")
    return key


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        raise LocalProtocolError("an integer is too large for a JavaScript number") from None


def _as_date(value: datetime) -> cbor2.CBORTag:
    if value.tzinfo is None:
        raise LocalProtocolError("a date without time zone names no moment: use datetime.now(timezone.utc)")
    return cbor2.CBORTag(1, value.timestamp())


def _without_undefined(value: object) -> object:
    if value is cbor2.undefined:
        return None
    if isinstance(value, Mapping):
        return {key: _without_undefined(item) for key, item in value.items() if item is not cbor2.undefined}
    if isinstance(value, list | tuple):
        return [_without_undefined(item) for item in value]
    return value


_TagDecoder = Callable[[object, bool], object]


def _content(value: object, _immutable: bool) -> object:
    return value


def _listed(value: object, _immutable: bool) -> object:
    return list(value) if isinstance(value, list | tuple) else value


def _integer(sign: int) -> _TagDecoder:
    def read(value: object, _immutable: bool) -> object:
        if not isinstance(value, bytes) or len(value) > MAX_CBOR_INTEGER_BYTES:
            raise ValueError(f"an integer of more than {MAX_CBOR_INTEGER_BYTES} bytes")
        number = int.from_bytes(value)
        return number if sign > 0 else -1 - number

    return read


def _unread(tag: int) -> _TagDecoder:
    def keep(value: object, _immutable: bool) -> object:
        return cbor2.CBORTag(tag, value)

    return keep


# Tags that cbor2 would turn into regular expressions, MIME messages, fractions of any size, references that
# make cycles and so on: no peer sends them in good faith. Dates (0, 1) and 55799 stay with cbor2.
_FOREIGN_TAGS = (4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 260, 261, 1004, 43000)

_TAGS: dict[int, _TagDecoder] = {tag: _unread(tag) for tag in _FOREIGN_TAGS} | {
    2: _integer(1),
    3: _integer(-1),
    64: _content,  # Uint8Array, where an encoder tags it
    258: _listed,
    259: _content,
}
