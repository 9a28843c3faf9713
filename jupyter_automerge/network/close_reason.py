"""Why a connection ended."""

from dataclasses import dataclass

from jupyter_automerge.values.limits import MAX_CLOSE_REASON_BYTES

GOING_AWAY = 1001
NO_CODE = 1005
TOO_BIG = 1009


@dataclass(frozen=True, slots=True)
class Ending:
    """A WebSocket close code (None: cut without a word) and a reason that may be empty."""

    code: int | None
    reason: str


def fitted(reason: str) -> str:
    """As much of the reason as a close frame has room for, cut between characters."""
    return reason.encode()[:MAX_CLOSE_REASON_BYTES].decode(errors="ignore")


def too_big(size: int, limit: int) -> Ending:
    """For a frame that no peer would take."""
    return Ending(TOO_BIG, f"a frame of {size} bytes is too big: the limit is {limit} bytes")
