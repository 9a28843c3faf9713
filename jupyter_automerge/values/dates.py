"""Times of day that were written down, read by a clock that may have been set since (E10)."""

from math import inf

from jupyter_automerge.values.limits import CLOCK_AHEAD_SECONDS


def is_to_come(said: float, wall: float) -> bool:
    """Whether a clock was set wrong, then or now: something is said to have happened after now. Seconds since 1970."""
    return said > wall + CLOCK_AHEAD_SECONDS


def heard_at(said: float, wall: float, now: float) -> float:
    """The reading of a clock, which says `now` at the time of day `wall`, when something was said.

    What is said to have come after now came nobody knows when: `-inf`, which is longer ago than anybody asks for.
    """
    return -inf if is_to_come(said, wall) else now - max(0.0, wall - said)
