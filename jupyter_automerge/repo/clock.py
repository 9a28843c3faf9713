"""The Engine's clock read as the time of day."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """`now()` is monotonic, in seconds; `utc()` dates its readings by the wall clock as it is set then."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now

    def utc(self, reading: float) -> datetime:
        """When that was or will be."""
        return datetime.now(UTC) + timedelta(seconds=reading - self.now())
