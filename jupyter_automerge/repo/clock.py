"""The Engine's clock read as the time of day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Moment:
    """Both clocks at once: `now` is monotonic, in seconds; `wall` is what the machine's clock says, in UTC."""

    now: float
    wall: datetime

    def utc(self, reading: float) -> datetime:
        """When that was or will be, by the machine's clock as it is set now."""
        return self.wall + timedelta(seconds=reading - self.now)

    def past(self, reading: float) -> datetime:
        """When that was. Never in the future, also where a clock that was set back says so."""
        return self.utc(min(reading, self.now))


class Clock:
    """`now()` is monotonic, in seconds; `utc()` dates its readings by the wall clock as it is set then."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now

    def moment(self) -> Moment:
        """Now. For all that is looked at together."""
        return Moment(self.now(), datetime.now(UTC))

    def utc(self, reading: float) -> datetime:
        """When that was or will be."""
        return self.moment().utc(reading)
