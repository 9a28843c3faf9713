"""A WebSocket message as bytes (RFC 6455, 5.2), written without the task that tornado starts for each."""

import os

_FINAL_BINARY = 0x82
_MASKED = 0x80
_TWO_BYTES = 126
_EIGHT_BYTES = 127


def binary_message(payload: bytes, *, masked: bool) -> bytes:
    """One final, binary, uncompressed frame. Clients must mask, servers must not."""
    size = len(payload)
    flag = _MASKED if masked else 0
    if size < _TWO_BYTES:
        head = bytes((_FINAL_BINARY, flag | size))
    elif size < 1 << 16:
        head = bytes((_FINAL_BINARY, flag | _TWO_BYTES)) + size.to_bytes(2, "big")
    else:
        head = bytes((_FINAL_BINARY, flag | _EIGHT_BYTES)) + size.to_bytes(8, "big")
    if not masked:
        return head + payload
    key = os.urandom(4)
    return head + key + _masked(payload, key)


def _masked(payload: bytes, key: bytes) -> bytes:
    size = len(payload)
    mask = (key * (size // 4 + 1))[:size]
    # As integers, because that is a single pass in C; the byte order does not matter.
    return (int.from_bytes(payload, "little") ^ int.from_bytes(mask, "little")).to_bytes(size, "little")
