"""There is no Repo, and why: what handlers answer meanwhile."""

from enum import StrEnum
from math import ceil

from tornado.web import HTTPError


class HostState(StrEnum):
    """Where the Repo of a server is between its start and its end."""

    STARTING = "starting"
    WAITING = "waiting for its store"
    """It did not answer, and is tried again."""
    RUNNING = "running"
    FAILED = "failed"
    """Time alone would not help: see the log."""
    STOPPED = "stopped"


class NotRunning(HTTPError):
    """503. `reason_in_words`: the store's own word, or empty. `retry_seconds`: when it is tried again, or None."""

    def __init__(self, state: HostState, reason: str, retry_seconds: float | None) -> None:
        because = f": {reason}" if reason else ""
        self.sentence = f"The document server is not running ({state.value}{because})."
        # tornado formats and logs it.
        super().__init__(503, self.sentence.replace("%", "%%"))
        self.state = state
        self.reason_in_words = reason
        self.retry_after = None if retry_seconds is None else max(ceil(retry_seconds), 1)
