"""Variable-length integers, as Automerge's chunks write them: seven bits a byte, low bits first."""

_MOST_BITS = 10 * 7


def write_unsigned(number: int) -> bytes:
    """The shortest form of a number >= 0."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def write_signed(number: int) -> bytes:
    """The shortest form of any number, two's complement; bit 6 of the last byte is the sign."""
    out = bytearray()
    while not -0x40 <= number < 0x40:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number & 0x7F)
    return bytes(out)


def read_unsigned(data: bytes, position: int) -> tuple[int, int]:
    """The number at `position`, and the position after it.

    Raises IndexError when the bytes end within it, or it has no end.
    """
    number = shift = 0
    while True:
        byte = data[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position
        shift = _next(shift)


def read_signed(data: bytes, position: int) -> tuple[int, int]:
    """The signed number at `position`, and the position after it.

    Raises IndexError when the bytes end within it, or it has no end.
    """
    number = shift = 0
    while True:
        byte = data[position]
        position += 1
        number |= (byte & 0x7F) << shift
        shift = _next(shift)
        if byte < 0x80:
            return (number - (1 << shift) if byte & 0x40 else number), position


def _next(shift: int) -> int:
    """A longer number than 64 bits need is no number; reading on would cost the square of its length."""
    if shift >= _MOST_BITS:
        raise IndexError("a number is too long")
    return shift + 7
