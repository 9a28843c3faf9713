"""Values of the core as Python values."""

from datetime import UTC, datetime
from typing import Any, cast

from jupyter_automerge.document.core import LIST, MAP, ROOT, CoreReader, CoreValue, ObjType, Prop, ScalarType
from jupyter_automerge.document.planning import Path
from jupyter_automerge.document.value_types import ImmutableString
from jupyter_automerge.errors import DocumentError

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


def read_path(core: CoreReader, path: Path, heads: Heads = None) -> Any:
    """The plain value at a path. Raises DocumentError where there is nothing."""
    found: CoreValue = (MAP, ROOT)
    for depth, prop in enumerate(path):
        found = _step(core, found, prop, path[: depth + 1], heads)
    return read_value(core, found, heads)


def _step(core: CoreReader, found: CoreValue, prop: Prop, path: Path, heads: Heads) -> CoreValue:
    kind, obj_id = found
    fits = (kind == MAP and isinstance(prop, str)) or (kind == LIST and isinstance(prop, int))
    if fits and isinstance(prop, int) and prop < 0:
        prop += core.length(obj_id, heads)
        fits = prop >= 0
    inner = core.get(obj_id, prop, heads) if fits else None
    if inner is None:
        raise DocumentError("there is nothing", path)
    return inner
