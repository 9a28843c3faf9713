"""Base58check without a version byte: how automerge-repo writes document ids and change hashes as text.

text = base58(payload + first 4 bytes of SHA-256(SHA-256(payload))), in Bitcoin's alphabet.
"""

from hashlib import sha256

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.values.limits import MAX_BASE58_CHARACTERS

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGIT = {character: value for value, character in enumerate(_ALPHABET)}
_CHECKSUM = 4


def encode_check(payload: bytes) -> str:
    """The text of any payload, the empty one too."""
    return _encode(payload + _checksum(payload))


def decode_check(text: str) -> bytes:
    """The payload of the text; InvalidId when a character, the length or the checksum is wrong."""
    if len(text) > MAX_BASE58_CHARACTERS:  # decoding costs the square of the length
        raise InvalidId("base58check text", text, f"longer than {MAX_BASE58_CHARACTERS} characters")
    data = _decode(text)
    payload, checksum = data[:-_CHECKSUM], data[-_CHECKSUM:]
    if len(checksum) < _CHECKSUM or checksum != _checksum(payload):
        raise InvalidId("base58check text", text, "the checksum is wrong, so it was cut or mistyped")
    return payload


def _checksum(payload: bytes) -> bytes:
    return sha256(sha256(payload).digest()).digest()[:_CHECKSUM]


def _encode(data: bytes) -> str:
    number = int.from_bytes(data)
    digits = []
    while number:
        number, digit = divmod(number, 58)
        digits.append(_ALPHABET[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(digits))


def _decode(text: str) -> bytes:
    number = 0
    for character in text:
        digit = _DIGIT.get(character)
        if digit is None:
            raise InvalidId("base58check text", text, f"{character!r} is not a base58 character")
        number = number * 58 + digit
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)
