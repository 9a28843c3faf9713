"""A Python value checked whole before the first byte is written, as a tree of what is to be written.

A value that does not fit raises DocumentError here, so a change never holds half of one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from jupyter_automerge.document.core import ScalarType
from jupyter_automerge.document.value_types import Counter, ImmutableString
from jupyter_automerge.errors import DocumentError
from jupyter_automerge.values.limits import MAX_VALUE_DEPTH

Path = tuple[str | int, ...]

# A day within what Python can tell in every zone: the binding gives dates in the local one.
FIRST_DATE, LAST_DATE = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
_INT_MIN, _INT_MAX, _UINT_MAX = -(2**63), 2**63 - 1, 2**64 - 1


@dataclass(frozen=True, slots=True)
class PlannedMap:
    """A new map, or the wish that there be an equal one."""

    items: tuple[tuple[str, "Planned"], ...]


@dataclass(frozen=True, slots=True)
class PlannedList:
    """A new list."""

    items: tuple["Planned", ...]


@dataclass(frozen=True, slots=True)
class PlannedText:
    """Collaborative text."""

    text: str


@dataclass(frozen=True, slots=True)
class PlannedScalar:
    """A scalar, with the type that the core is to give it."""

    kind: Any
    value: object


@dataclass(frozen=True, slots=True)
class PlannedCounter:
    """A new counter with its first value."""

    value: int


Planned = PlannedMap | PlannedList | PlannedText | PlannedScalar | PlannedCounter


class Placed:
    """What has its place in a document already.

    An object cannot be at two places: written again it is copied.
    """

    __slots__ = ()

    @property
    def owner(self) -> object:
        """The change it was read in."""
        raise NotImplementedError

    @property
    def value(self) -> Any:
        """A plain copy."""
        raise NotImplementedError


def plan(value: object, path: Path, owner: object, above: tuple[int, ...] = ()) -> Planned:
    """What writing `value` at `path` in the change `owner` means. Raises DocumentError for the exact place
    and value.

    `above` are the identities of the containers around the value: one met again is a cycle.
    """
    if isinstance(value, Placed):
        if value.owner is not owner:
            raise DocumentError("this belongs to another document or to a change that is over", path, value)
        value = value.value
    scalar = _plan_scalar(value, path)
    if scalar is not None:
        return scalar
    if id(value) in above:
        raise DocumentError("a container must not contain itself", path, value)
    if len(path) > MAX_VALUE_DEPTH and isinstance(value, Mapping | Sequence):
        raise DocumentError(f"lists and maps are nested at most {MAX_VALUE_DEPTH} deep", path, value)
    inside = (*above, id(value))
    if isinstance(value, Mapping):
        items = tuple((_key(key, path, value), item) for key, item in value.items())
        return PlannedMap(tuple((key, plan(item, (*path, key), owner, inside)) for key, item in items))
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview | range):
        return PlannedList(tuple(plan(item, (*path, i), owner, inside) for i, item in enumerate(value)))
    raise DocumentError(
        f"a {type(value).__name__} cannot be kept in a document; it takes dict, list, str, ImmutableString, "
        "int, float, bool, None, bytes, datetime and Counter",
        path,
        value,
    )


def _key(key: object, path: Path, value: object) -> str:
    if type(key) is not str and not isinstance(key, str):
        raise DocumentError(f"keys are text, not {type(key).__name__} ({key!r})", path, value)
    return check_text(str(key), (*path, str(key)))


def _plan_scalar(value: object, path: Path) -> Planned | None:
    match value:
        case None:
            return PlannedScalar(ScalarType.Null, None)
        case bool():
            return PlannedScalar(ScalarType.Boolean, value)
        case int():
            return _plan_int(value, path)
        case float():
            return PlannedScalar(ScalarType.F64, float(value))
        case ImmutableString():
            return PlannedScalar(ScalarType.Str, check_text(str(value), path))
        case str():
            return PlannedText(check_text(str(value), path))
        case bytes() | bytearray() | memoryview():
            return PlannedScalar(ScalarType.Bytes, bytes(value))
        case datetime():
            return PlannedScalar(ScalarType.Timestamp, _utc(value, path))
        case Counter():
            if not _INT_MIN <= value.value <= _INT_MAX:
                raise DocumentError("a counter has 64 bits", path, value)
            return PlannedCounter(value.value)
    return None


def _plan_int(value: int, path: Path) -> PlannedScalar:
    if _INT_MIN <= value <= _INT_MAX:
        return PlannedScalar(ScalarType.Int, int(value))
    if 0 <= value <= _UINT_MAX:
        return PlannedScalar(ScalarType.Uint, int(value))
    raise DocumentError("ints have 64 bits: from -2**63 to 2**64 - 1", path, value)


def is_text(text: str) -> bool:
    """Whether it can be in a document at all: UTF-8 cannot carry lone surrogates."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def check_text(text: str, path: Path) -> str:
    """The text itself. Raises DocumentError for lone surrogates, which UTF-8 cannot carry."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DocumentError(
            f"text with a lone surrogate at {error.start} cannot be kept", path, text
        ) from None
    return text


def _utc(value: datetime, path: Path) -> datetime:
    if value.tzinfo is None:
        raise DocumentError("a datetime needs a time zone, such as datetime.UTC", path, value)
    try:
        moment = value.astimezone(UTC)
    except OverflowError:
        moment = datetime.max.replace(tzinfo=UTC)
    if not FIRST_DATE <= moment <= LAST_DATE:
        raise DocumentError("the date is at the end of the calendar: not every zone has it", path, value)
    return moment
