"""One of every kind of value that a document can hold."""

import math
from datetime import UTC, datetime
from typing import Any

from jupyter_automerge.document import Counter, ImmutableString

EVERY_VALUE: dict[str, Any] = {
    "none": None,
    "yes": True,
    "no": False,
    "int": -7,
    "big": 2**63 - 1,
    "unsigned": 2**64 - 1,
    "float": 1.5,
    "infinity": math.inf,
    "zero": -0.0,
    "bytes": b"\x00\xff",
    "text": "Zwölf Boxkämpfer 🥊",
    "empty": "",
    "fixed": ImmutableString("v1"),
    "time": datetime(2024, 2, 29, 23, 59, 59, 123000, tzinfo=UTC),
    "counter": Counter(3),
    "list": [1, [2, [3]], {"deep": "x"}],
    "map": {"": 1, "é": {"🥊": []}},
}
