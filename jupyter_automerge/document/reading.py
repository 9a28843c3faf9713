"""Values of the core as Python values."""

from datetime import UTC, datetime
from typing import Any, cast

from jupyter_automerge.document.core import LIST, MAP, CoreReader, CoreValue, ObjType, ScalarType
from jupyter_automerge.document.value_types import ImmutableString

Heads = list[bytes] | None


def read_object(core: CoreReader, obj_id: bytes, kind: Any, heads: Heads = None) -> Any:
    """A whole object: dict, list or str."""
    if kind == MAP:
        values = core.values(obj_id, heads)
        return {
            key: read_value(core, value, heads)
            for key, value in zip(core.keys(obj_id, heads), values, strict=True)
        }
    if kind == LIST:
        return [read_value(core, value, heads) for value in core.values(obj_id, heads)]
    return core.text(obj_id, heads)


def read_value(core: CoreReader, found: CoreValue, heads: Heads = None) -> Any:
    """What stands at one key or index, nested objects included."""
    value, obj_id = found
    if isinstance(value, ObjType):
        return read_object(core, obj_id, value, heads)
    return read_scalar(value)


def read_scalar(value: tuple[Any, object]) -> Any:
    """A scalar: strings are ImmutableString, timestamps UTC-aware."""
    kind, plain = value
    if kind == ScalarType.Str:
        return ImmutableString(plain)
    if kind == ScalarType.Timestamp:
        # The binding gives local time without a zone; `fold` is right, so this is exact in every zone.
        return cast(datetime, plain).astimezone(UTC)
    if kind == ScalarType.Bytes:
        return bytes(cast(bytes, plain))
    return plain
