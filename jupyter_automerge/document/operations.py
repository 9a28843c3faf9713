"""The operations of a change or of a whole document, decoded from their columns.

For the few questions that the binding does not answer: which scalars it cannot read, and which values are in
conflict. Costs about two microseconds an operation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice, repeat
from typing import NamedTuple, TypeVar

from jupyter_automerge.document.change_chunk import ChangeFields
from jupyter_automerge.document.columns import (
    read_booleans,
    read_columns,
    read_deltas,
    read_layout,
    read_numbers,
    read_string,
    read_values,
)
from jupyter_automerge.document.leb128 import read_unsigned
from jupyter_automerge.values.heads import HASH_BYTES

T = TypeVar("T")

OBJECT_ACTOR, OBJECT_COUNTER = 0x01, 0x02
KEY_ACTOR, KEY_COUNTER, KEY_TEXT = 0x11, 0x13, 0x15
ID_ACTOR, ID_COUNTER = 0x21, 0x23
INSERT, ACTION, VALUE_META, VALUE = 0x34, 0x42, 0x56, 0x57
PREDECESSORS, SUCCESSORS = (0x70, 0x71, 0x73), (0x80, 0x81, 0x83)

SET, DELETE, INCREMENT, MARK = 1, 3, 5, 7


class OperationId(NamedTuple):
    """Which operation. Of several at one place the greatest wins."""

    counter: int
    actor: bytes


Place = str | OperationId  # a map's key, or the id of the insertion that made a list's element


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    `links` are those that it overwrites in a change, those that overwrite it in a document.
    """

    id: OperationId
    object: OperationId | None
    place: Place | None
    action: int
    kind: int
    data: bytes
    links: tuple[OperationId, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """The operation columns of a change or a document, with the actors that they number."""

    actors: tuple[bytes, ...]
    data: dict[int, bytes]

    def value_kinds(self) -> list[int]:
        """Type code and length of every value, as it is written: the code in the low four bits."""
        return [meta or 0 for meta in read_numbers(self.data.get(VALUE_META, b""))]


def change_columns(fields: ChangeFields) -> Columns:
    """The columns of a change. Its own actor is number 0."""
    others, at = _read_actors(fields.operations, 0)
    layout, at = read_layout(fields.operations, at)
    return Columns((fields.actor, *others), read_columns(fields.operations, at, layout)[0])


def document_columns(body: bytes) -> Columns:
    """The operation columns of a document chunk's body."""
    actors, at = _read_actors(body, 0)
    heads, at = read_unsigned(body, at)
    of_changes, at = read_layout(body, at + heads * HASH_BYTES)
    of_operations, at = read_layout(body, at)
    at += sum(length for _, length in of_changes)
    return Columns(actors, read_columns(body, at, of_operations)[0])


def change_operations(fields: ChangeFields) -> Iterator[Operation]:
    """The operations of a change, in the order of their ids."""
    columns = change_columns(fields)
    ids = (OperationId(counter, fields.actor) for counter in count(fields.first_operation))
    return _operations(columns, ids, PREDECESSORS)


def document_operations(columns: Columns) -> Iterator[Operation]:
    """The operations of a document, object by object, lists in their order. Deletions are links only."""
    ids = _ids(columns, ID_ACTOR, read_deltas(columns.data.get(ID_COUNTER, b"")))
    return _operations(columns, (each for each in ids if each is not None), SUCCESSORS)


def _operations(
    columns: Columns, ids: Iterator[OperationId], links: tuple[int, int, int]
) -> Iterator[Operation]:
    data = columns.data
    metas = columns.value_kinds()
    objects = _ids(columns, OBJECT_ACTOR, read_numbers(data.get(OBJECT_COUNTER, b"")))
    elements = _ids(columns, KEY_ACTOR, read_deltas(data.get(KEY_COUNTER, b"")))
    rows = zip(
        read_numbers(data.get(ACTION, b"")),
        ids,
        _endless(objects, None),
        _endless(read_values(data.get(KEY_TEXT, b""), read_string), None),
        _endless(elements, None),
        _endless(read_booleans(data.get(INSERT, b"")), False),
        _endless(metas, 0),
        _endless(_split(data.get(VALUE, b""), metas), b""),
        _endless(_links(columns, links), ()),
        strict=False,
    )
    for action, own, parent, key, element, inserts, meta, value, linked in rows:
        place = key if key is not None else own if inserts else element
        yield Operation(own, parent, place, action or 0, meta & 0xF, value, linked)


def _read_actors(body: bytes, at: int) -> tuple[tuple[bytes, ...], int]:
    number, at = read_unsigned(body, at)
    actors = []
    for _ in range(number):
        length, at = read_unsigned(body, at)
        actors.append(body[at : at + length])
        at += length
    return tuple(actors), at


def _ids(columns: Columns, actor_column: int, counters: list[int | None]) -> Iterator[OperationId | None]:
    actors = _endless(read_numbers(columns.data.get(actor_column, b"")), None)
    for actor, counter in zip(actors, counters, strict=False):
        yield None if actor is None or counter is None else OperationId(counter, columns.actors[actor])


def _links(columns: Columns, specification: tuple[int, int, int]) -> Iterator[tuple[OperationId, ...]]:
    numbers, actor_column, counters = (columns.data.get(column, b"") for column in specification)
    ids = _ids(columns, specification[1], read_deltas(counters)) if actor_column else iter(())
    for number in read_numbers(numbers):
        yield tuple(each for each in islice(ids, number or 0) if each is not None)


def _split(data: bytes, metas: list[int]) -> Iterator[bytes]:
    at = 0
    for meta in metas:
        yield data[at : at + (meta >> 4)]
        at += meta >> 4


def _endless(rows: Iterator[T] | list[T], rest: T) -> Iterator[T]:
    """A column may end early: what follows is its empty value."""
    yield from rows
    yield from repeat(rest)
