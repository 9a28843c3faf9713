"""The last events of a Repo, so that a defect is logged with what led to it. Small and bounded."""

from collections import deque
from collections.abc import Sequence

from jupyter_automerge.engine.events import Event
from jupyter_automerge.values.limits import TRACED_EVENTS


class Trace:
    """Remembers the kind, subject and size of events, never their contents: a frame may have 100 MiB."""

    def __init__(self) -> None:
        self._events: deque[tuple[float, str]] = deque(maxlen=TRACED_EVENTS)

    def note(self, events: Sequence[Event], now: float) -> None:
        """Called with each batch before the Engine sees it."""
        for event in events[-TRACED_EVENTS:]:
            self._events.append((now, describe(event)))

    def __str__(self) -> str:
        return "\n".join(f"  {now:.3f} {text}" for now, text in self._events)


def describe(event: Event) -> str:
    """The event in a short line."""
    parts = [type(event).__name__]
    for name in ("connection", "dialer", "document_id", "token"):
        if (value := getattr(event, name, None)) is not None:
            parts.append(f"{name}={value}")
    frame = getattr(event, "frame", None)
    if frame is not None:
        parts.append(f"({len(frame)} bytes)")
    return " ".join(parts)
