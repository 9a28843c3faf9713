"""Document values as JSON, for clients that are not peers."""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from jupyter_automerge.repo import Counter, ImmutableString

EXACT_INTEGERS = 2**53


def value_to_json(value: object) -> Any:
    """What JSON has no word for becomes an object with one key.

    `$bytes` (base64), `$date` (ISO, UTC), `$counter`, `$string` (not collaborative), `$int` (beyond 2^53).
    """
    if isinstance(value, Mapping):
        return {str(key): value_to_json(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        return [value_to_json(item) for item in value]
    return _scalar_to_json(value)


def _scalar_to_json(value: object) -> Any:
    match value:
        case Counter():
            return {"$counter": value.value}
        case ImmutableString():
            return {"$string": str(value)}
        case bytes() | bytearray():
            return {"$bytes": base64.b64encode(value).decode()}
        case datetime():
            return {"$date": value.astimezone(UTC).isoformat()}
        case int() if not isinstance(value, bool) and abs(value) > EXACT_INTEGERS:
            return {"$int": str(value)}
    return value
