"""Values of the core as Python values."""

from datetime import UTC, datetime
from typing import Any, cast

from jupyter_automerge.document.core import LIST, MAP, ROOT, CoreValue, ObjType, Prop, ScalarType
from jupyter_automerge.document.planning import Path
from jupyter_automerge.document.reader import Reader
from jupyter_automerge.document.specials import Special
from jupyter_automerge.document.value_types import ImmutableString, TooDeep
from jupyter_automerge.errors import DocumentError
from jupyter_automerge.values.limits import MAX_VALUE_DEPTH


def read_object(reader: Reader, obj_id: bytes, kind: Any, depth: int = 0) -> Any:
    """A whole object: dict, list or str. What stands more than MAX_VALUE_DEPTH below the first is TooDeep."""
    if kind not in (MAP, LIST):
        return reader.text(obj_id)
    if depth > MAX_VALUE_DEPTH:
        return TooDeep("map" if kind == MAP else "list")
    below = depth + 1
    if kind == LIST:
        return [read_value(reader, value, below) for value in reader.values(obj_id)]
    names, values = reader.keys(obj_id), reader.values(obj_id)
    if len(names) == len(values):
        return {name: read_value(reader, value, below) for name, value in zip(names, values, strict=True)}
    # A document that was put together wrong has keys without a value.
    found = {name: reader.get(obj_id, name) for name in names}
    return {name: read_value(reader, value, below) for name, value in found.items() if value is not None}


def read_value(reader: Reader, found: CoreValue, depth: int = 0) -> Any:
    """What stands at one key or index, nested objects included."""
    value, obj_id = found
    if isinstance(value, ObjType):
        return read_object(reader, obj_id, value, depth)
    return read_scalar(value)


def read_scalar(value: Any) -> Any:
    """A scalar: strings are ImmutableString, timestamps UTC-aware."""
    if isinstance(value, Special):
        return value.value
    kind, plain = value
    if kind == ScalarType.Str:
        return ImmutableString(plain)
    if kind == ScalarType.Timestamp:
        # The binding gives local time without a zone; `fold` is right, so this is exact in every zone.
        return cast(datetime, plain).astimezone(UTC)
    if kind == ScalarType.Bytes:
        return bytes(plain)
    return plain


def find(reader: Reader, path: Path) -> CoreValue:
    """What stands at a path of keys and indexes. Raises DocumentError where there is nothing."""
    found: CoreValue = (MAP, ROOT)
    for depth, prop in enumerate(path):
        found = _step(reader, found, prop, path[: depth + 1])
    return found


def _step(reader: Reader, found: CoreValue, prop: Prop, path: Path) -> CoreValue:
    kind, obj_id = found
    fits = (kind == MAP and isinstance(prop, str)) or (kind == LIST and isinstance(prop, int))
    if fits and isinstance(prop, int) and prop < 0:
        prop += reader.length(obj_id)
        fits = prop >= 0
    inner = reader.get(obj_id, prop) if fits else None
    if inner is None:
        raise DocumentError("there is nothing", path)
    return inner
