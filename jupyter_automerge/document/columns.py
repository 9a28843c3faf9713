"""The columns in which Automerge writes operations: run-length, delta, boolean.

Only for bytes that the core has written or accepted: nothing is checked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate, chain, groupby, repeat
from typing import TypeVar

from jupyter_automerge.document.chunks import inflate
from jupyter_automerge.document.leb128 import read_signed, read_unsigned, write_signed, write_unsigned

T = TypeVar("T")

_DEFLATED = 0b1000


def read_layout(body: bytes, at: int) -> tuple[list[tuple[int, int]], int]:
    """The (specification, length) pairs that stand before columns, and the position after them."""
    count, at = read_unsigned(body, at)
    layout = []
    for _ in range(count):
        specification, at = read_unsigned(body, at)
        length, at = read_unsigned(body, at)
        layout.append((specification, length))
    return layout, at


def read_columns(body: bytes, at: int, layout: list[tuple[int, int]]) -> tuple[dict[int, bytes], int]:
    """The bytes of each column, compression undone, by its specification; and the position after them."""
    columns = {}
    for specification, length in layout:
        data = body[at : at + length]
        at += length
        columns[specification & ~_DEFLATED] = inflate(data) if specification & _DEFLATED else data
    return columns, at


def write_columns(columns: Mapping[int, bytes]) -> bytes:
    """Layout and bytes of plain columns; empty ones are left out."""
    filled = {specification: data for specification, data in sorted(columns.items()) if data}
    layout = [
        write_unsigned(specification) + write_unsigned(len(data)) for specification, data in filled.items()
    ]
    return b"".join([write_unsigned(len(filled)), *layout, *filled.values()])


def read_string(data: bytes, at: int) -> tuple[str, int]:
    """Text with its length before it."""
    length, at = read_unsigned(data, at)
    return data[at : at + length].decode(), at + length


def read_runs(data: bytes, read: Callable[[bytes, int], tuple[T, int]]) -> Iterator[tuple[int, T | None]]:
    """(how often, value) pairs; None is null."""
    at = 0
    while at < len(data):
        count, at = read_signed(data, at)
        if count > 0:
            value, at = read(data, at)
            yield count, value
        elif count < 0:
            for _ in range(-count):
                value, at = read(data, at)
                yield 1, value
        else:
            count, at = read_unsigned(data, at)
            yield count, None


def read_values(data: bytes, read: Callable[[bytes, int], tuple[T, int]]) -> list[T | None]:
    """The values of a run-length column, one per row."""
    return list(chain.from_iterable(repeat(value, count) for count, value in read_runs(data, read)))


def read_numbers(data: bytes) -> list[int | None]:
    """A run-length column of numbers >= 0."""
    return read_values(data, read_unsigned)


def read_deltas(data: bytes) -> list[int | None]:
    """A column of differences, as the sums they stand for."""
    steps = read_values(data, read_signed)
    sums = accumulate(step or 0 for step in steps)
    return [None if step is None else total for step, total in zip(steps, sums, strict=True)]


def read_booleans(data: bytes) -> list[bool]:
    """Lengths of alternating runs, the first of False."""
    rows: list[bool] = []
    value, at = False, 0
    while at < len(data):
        count, at = read_unsigned(data, at)
        rows += [value] * count
        value = not value
    return rows


def write_numbers(values: Iterable[int | None]) -> bytes:
    """A run-length column of numbers >= 0, byte for byte as the core writes it."""
    out = bytearray()
    singles: list[int] = []
    for value, group in groupby(values):
        count = sum(1 for _ in group)
        if value is not None and count == 1:
            singles.append(value)
            continue
        out += _literal(singles)
        singles = []
        if value is None:
            out += b"\x00" + write_unsigned(count)
        else:
            out += write_signed(count) + write_unsigned(value)
    return bytes(out + _literal(singles))


def _literal(values: list[int]) -> bytes:
    if not values:
        return b""
    return write_signed(-len(values)) + b"".join(map(write_unsigned, values))
