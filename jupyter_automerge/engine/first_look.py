"""What is read of our own store when a Repo begins, and what must not be done before."""

from collections.abc import Callable

from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.effects import Load
from jupyter_automerge.engine.events import Event, Loaded, LoadFailed
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.limits import PUT_RETRY_MOST_SECONDS


class FirstLook:
    """Reads one kind of entries, until it succeeds, and has them taken in. Without a store there are none."""

    def __init__(
        self, local: LocalPeer, desk: Desk, prefix: StorageKey, take: Callable[[Loaded], None]
    ) -> None:
        self._desk = desk
        self._prefix = prefix
        self._take = take
        self._failed = False
        self._waiting: list[Callable[[], None]] = []
        self.is_over = not local.has_storage

    def begin(self) -> None:
        if not self.is_over:
            self._desk.ask(lambda token: Load(token, self._prefix), self._looked)

    def then(self, action: Callable[[], None]) -> None:
        """Do it once they are taken in, or cannot be read for now."""
        if self.is_over or self._failed:
            action()
        else:
            self._waiting.append(action)

    def _looked(self, event: Event) -> None:
        if isinstance(event, LoadFailed):
            self._failed = True
            self._desk.at(self._desk.now + PUT_RETRY_MOST_SECONDS, self.begin)
        else:
            assert isinstance(event, Loaded)
            self.is_over, self._failed = True, False
            self._take(event)
        waiting, self._waiting = self._waiting, []
        for action in waiting:
            action()
