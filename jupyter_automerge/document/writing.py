"""Planned values into an open transaction. What already stands there equal is left alone."""

from typing import Any

from jupyter_automerge.document.core import LIST, MAP, TEXT, CoreValue, ObjType, Prop, ScalarType
from jupyter_automerge.document.planning import (
    Planned,
    PlannedCounter,
    PlannedList,
    PlannedMap,
    PlannedScalar,
    PlannedText,
)
from jupyter_automerge.document.reader import Reader
from jupyter_automerge.document.specials import Special
from jupyter_automerge.document.writer import Writer


def put(writer: Writer, obj_id: bytes, prop: Prop, planned: Planned) -> None:
    """Set a key, or replace a list's element."""
    match planned:
        case PlannedScalar(kind, value):
            writer.put(obj_id, prop, kind, value)
        case PlannedCounter(value):
            writer.put_counter(obj_id, prop, value)
        case _:
            _fill(writer, writer.put_object(obj_id, prop, _object_kind(planned)), planned)


def insert(writer: Writer, obj_id: bytes, index: int, planned: Planned) -> None:
    """Insert an element before `index`."""
    match planned:
        case PlannedScalar(kind, value):
            writer.insert(obj_id, index, kind, value)
        case PlannedCounter(value):
            writer.insert_counter(obj_id, index, value)
        case _:
            _fill(writer, writer.insert_object(obj_id, index, _object_kind(planned)), planned)


def stands(reader: Reader, found: CoreValue | None, planned: Planned) -> bool:
    """Whether exactly this value is already there: same types, not only `==`."""
    if found is None:
        return False
    value, obj_id = found
    if isinstance(value, Special):
        return isinstance(planned, PlannedCounter) and value.value == planned.value
    if not isinstance(value, ObjType):
        return isinstance(planned, PlannedScalar) and _same_scalar(value, planned)
    if isinstance(planned, PlannedScalar | PlannedCounter) or value != _object_kind(planned):
        return False
    return _same_object(reader, obj_id, planned)


def is_for_the_core(found: CoreValue | None, planned: Planned) -> bool:
    """Whether the core itself leaves an equal scalar alone: no nan is equal, nor numbers of two types."""
    if found is None or not isinstance(planned, PlannedScalar) or isinstance(found[0], ObjType | Special):
        return False
    return bool(found[0][0] == planned.kind and planned.value == planned.value)


def _object_kind(planned: PlannedMap | PlannedList | PlannedText) -> Any:
    match planned:
        case PlannedMap():
            return MAP
        case PlannedList():
            return LIST
        case PlannedText():
            return TEXT


def _fill(writer: Writer, obj_id: bytes, planned: PlannedMap | PlannedList | PlannedText) -> None:
    match planned:
        case PlannedMap(items):
            for key, item in items:
                put(writer, obj_id, key, item)
        case PlannedList(items):
            for index, item in enumerate(items):
                insert(writer, obj_id, index, item)
        case PlannedText(text) if text:
            writer.splice_text(obj_id, 0, 0, text)


def _same_object(reader: Reader, obj_id: bytes, planned: PlannedMap | PlannedList | PlannedText) -> bool:
    match planned:
        case PlannedText(text):
            return reader.text(obj_id) == text
        case PlannedMap(items):
            return len(items) == reader.length(obj_id) and all(
                stands(reader, reader.get(obj_id, key), item) for key, item in items
            )
        case PlannedList(items):
            return len(items) == reader.length(obj_id) and all(
                stands(reader, found, item) for found, item in zip(reader.values(obj_id), items, strict=True)
            )


def _same_scalar(value: tuple[Any, Any], planned: PlannedScalar) -> bool:
    kind, plain = value
    wanted: Any = planned.value
    if kind == ScalarType.Uint and planned.kind == ScalarType.Int:
        return bool(plain == wanted)
    if kind != planned.kind:
        return False
    if kind == ScalarType.F64 and wanted != wanted:
        return bool(plain != plain)
    if kind == ScalarType.Timestamp:
        return bool(round(plain.timestamp() * 1000) == round(wanted.timestamp() * 1000))
    return bool(plain == wanted)
