"""How full the tables beside one document are."""

from typing import NamedTuple


class Fill(NamedTuple):
    """As of a moment; for metrics, so nobody waits for it."""

    journal_bytes: int
    passed_heads: int
    pending_changes: int
    frontiers_cached: int
