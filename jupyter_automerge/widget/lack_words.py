"""How much a store lacks, in words."""

from collections.abc import Mapping
from typing import Any


def lacks(row: Mapping[str, Any]) -> str:
    """Of a row that lacks something. Heads that are unknown here may contain some of what seems to be missing."""
    count = row["missingThere"]
    changes = "1 change" if count == 1 else f"{count} changes"
    return f"lacks {'' if row['certain'] else 'up to '}{changes}"
