"""One deadline at a time, for whoever looks by himself at what is due."""

from collections.abc import Callable

from jupyter_automerge.engine.desk import Desk


class Alarm:
    """Rings at the earliest of the times it was set to; then it must be set anew.

    The Desk's deadlines cannot be withdrawn, so one that is put off at every message would pile up there.
    """

    __slots__ = ("_action", "_desk", "_due")

    def __init__(self, desk: Desk, action: Callable[[], None]) -> None:
        self._desk = desk
        self._action = action
        self._due: float | None = None

    def set(self, when: float) -> None:
        """Ring then, at the latest."""
        if self._due is None or when < self._due:
            self._due = when
            self._desk.at(when, lambda: self._ring(when))

    def _ring(self, when: float) -> None:
        if self._due == when:
            self._due = None
            self._action()
