"""A document's value as JSON: what is saved in notebooks and sent to pages that do not speak Automerge.

bytes            {"$bytes": base64}        Counter           {"$counter": n}
datetime         {"$date": ISO 8601}       ImmutableString   {"$string": text}
int beyond 2^53  {"$int": "…"}             nan, infinity     {"$float": "nan"}
UnknownValue     {"$unknown": {"kind": n, "bytes": base64}}
TooDeep          {"$deep": "map" or "list"}
"""

import base64
import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from jupyter_automerge.document import Counter, ImmutableString, TooDeep, UnknownValue

EXACT_IN_JAVASCRIPT = 2**53
CUT = "…"


def value_to_json(value: object) -> Any:
    """The whole value, as `json.dumps` takes it."""
    if isinstance(value, Mapping):
        return {str(key): value_to_json(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [value_to_json(one) for one in value]
    return _scalar(value)


def bounded_json(value: object, budget: int) -> tuple[Any, bool]:
    """As much of the value as fits into `budget` bytes of JSON, from the front; and whether that is all."""
    room = _Room(budget)
    return room.render(value), room.complete


def _scalar(value: object) -> Any:
    match value:
        case None | bool():
            return value
        case ImmutableString():
            return {"$string": str(value)}
        case Counter():
            return {"$counter": value.value}
        case int():
            return value if abs(value) <= EXACT_IN_JAVASCRIPT else {"$int": str(value)}
        case float():
            return value if math.isfinite(value) else {"$float": str(value)}
        case bytes():
            return {"$bytes": _base64(value)}
        case datetime():
            return {"$date": value.isoformat()}
        case UnknownValue(kind, data):
            return {"$unknown": {"kind": kind, "bytes": _base64(data)}}
        case TooDeep(kind):
            return {"$deep": kind}
        case _:
            return str(value)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


class _Room:
    """What is left of the budget while a value is rendered."""

    def __init__(self, budget: int) -> None:
        self._left = budget
        self.complete = True

    def render(self, value: object) -> Any:
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            return self._sequence(value)
        return self._leaf(value)

    def _mapping(self, value: Mapping[str, object]) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        self._left -= 2
        for key, one in value.items():
            if not self._take(len(json.dumps(str(key))) + 4):
                break
            shown[str(key)] = self.render(one)
        return shown

    def _sequence(self, value: Sequence[object]) -> list[Any]:
        shown: list[Any] = []
        self._left -= 2
        for one in value:
            if not self._take(2):
                break
            shown.append(self.render(one))
        return shown

    def _leaf(self, value: object) -> Any:
        if isinstance(value, str) and not isinstance(value, ImmutableString):
            return self._text(value)
        rendered = _scalar(value)
        if self._take(len(json.dumps(rendered))):
            return rendered
        return CUT

    def _text(self, value: str) -> str:
        size = len(json.dumps(value[: self._left + 1]))
        if len(value) <= self._left and size <= self._left:
            self._left -= size
            return value
        self.complete = False
        # No character becomes more than twelve bytes of JSON.
        kept = value[: max(0, self._left // 12)]
        self._left = 0
        return kept + CUT

    def _take(self, size: int) -> bool:
        if size > self._left:
            self.complete = False
            self._left = 0
            return False
        self._left -= size
        return True
