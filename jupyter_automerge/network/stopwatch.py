"""How long a ping takes there and back."""

from collections.abc import Callable

_PAYLOAD_BYTES = 4


class Stopwatch:
    """Times one ping at a time; each has a number in it, so that no other's answer is taken for its own.

    What it finds is an upper bound: the answer also waits behind a large frame of the peer, and for a busy loop.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._number = 0
        self._began_at: float | None = None

    def begin(self, *, is_clear: bool) -> bytes:
        """What to put into the ping that is sent now. `is_clear`: nothing else waits before it."""
        self._number += 1
        self._began_at = self._now() if is_clear else None
        return self._payload

    def end(self, payload: bytes) -> float | None:
        """A pong came with this payload: the seconds since its ping, or None if that is not being timed."""
        began_at = self._began_at
        if began_at is None or payload != self._payload:
            return None
        self._began_at = None
        return max(self._now() - began_at, 0.0)

    @property
    def _payload(self) -> bytes:
        return self._number.to_bytes(_PAYLOAD_BYTES)
