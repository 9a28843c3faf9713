"""Planned values into an open transaction. What already stands there equal is left alone."""

import struct
from typing import Any

from jupyter_automerge.document.core import (
    LIST,
    MAP,
    TEXT,
    CoreReader,
    CoreTransaction,
    CoreValue,
    ObjType,
    Prop,
    ScalarType,
)
from jupyter_automerge.document.planning import (
    Planned,
    PlannedCounter,
    PlannedList,
    PlannedMap,
    PlannedScalar,
    PlannedText,
)


def put(core: CoreTransaction, obj_id: bytes, prop: Prop, planned: Planned) -> None:
    """Set a key, or replace a list's element."""
    if isinstance(planned, PlannedScalar):
        core.put(obj_id, prop, planned.kind, planned.value)
    else:
        fill(core, core.put_object(obj_id, prop, object_kind(planned)), planned)


def insert(core: CoreTransaction, obj_id: bytes, index: int, planned: Planned) -> None:
    """Insert an element before `index`."""
    if isinstance(planned, PlannedScalar):
        core.insert(obj_id, index, planned.kind, planned.value)
    else:
        fill(core, core.insert_object(obj_id, index, object_kind(planned)), planned)


def object_kind(planned: Planned) -> Any:
    """The core's type for a planned container."""
    if isinstance(planned, PlannedMap):
        return MAP
    return LIST if isinstance(planned, PlannedList) else TEXT


def fill(core: CoreTransaction, obj_id: bytes, planned: Planned) -> None:
    """Write the contents of a container that was just made."""
    match planned:
        case PlannedMap(items):
            for key, item in items:
                put(core, obj_id, key, item)
        case PlannedList(items):
            for index, item in enumerate(items):
                insert(core, obj_id, index, item)
        case PlannedText(text) if text:
            core.splice_text(obj_id, 0, 0, text)


def stands(core: CoreReader, found: CoreValue | None, planned: Planned) -> bool:
    """Whether exactly this value is already there: same types, not only `==`."""
    if found is None:
        return False
    value, obj_id = found
    if not isinstance(value, ObjType):
        return isinstance(planned, PlannedScalar) and _same_scalar(value, planned)
    if isinstance(planned, PlannedScalar | PlannedCounter) or value != object_kind(planned):
        return False
    return _same_object(core, obj_id, planned)


def _same_object(core: CoreReader, obj_id: bytes, planned: PlannedMap | PlannedList | PlannedText) -> bool:
    match planned:
        case PlannedText(text):
            return core.text(obj_id) == text
        case PlannedMap(items):
            return len(items) == core.length(obj_id) and all(
                stands(core, core.get(obj_id, key), item) for key, item in items
            )
        case PlannedList(items):
            return len(items) == core.length(obj_id) and all(
                stands(core, core.get(obj_id, index), item) for index, item in enumerate(items)
            )


def _same_scalar(value: tuple[Any, Any], planned: PlannedScalar) -> bool:
    kind, plain = value
    if kind != planned.kind:
        return (
            kind in (ScalarType.Int, ScalarType.Uint)
            and planned.kind in (ScalarType.Int, ScalarType.Uint)
            and plain == planned.value
        )
    if kind == ScalarType.F64:
        return struct.pack("<d", plain) == struct.pack("<d", planned.value)
    if kind == ScalarType.Timestamp:
        return bool(plain.timestamp() == planned.value.timestamp())  # type: ignore[attr-defined]
    return bool(plain == planned.value)
