"""Writes of what may be lost: at leisure, and never two of one key at a time."""

from collections.abc import Callable

from jupyter_automerge.engine.alarm import Alarm
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.effects import Delete, Put
from jupyter_automerge.engine.events import Event, PutFailed
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.limits import PUT_RETRY_MOST_SECONDS, STORE_SAVE_SECONDS

Content = Callable[[], bytes]


class SlowWrites:
    """Each key is written once a second at most, with what there is to say by then.

    A thousand keys that move at once are a thousand writes: no key waits for another (E34).
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._due: dict[StorageKey, Content] = {}
        self._writing: set[StorageKey] = set()
        self._removals = 0
        self._finishing = False
        self._alarm = Alarm(desk, self.flush)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._writing and not self._removals

    def write(self, key: StorageKey, content: Content) -> None:
        """Write what `content` gives when the time has come."""
        self._due[key] = content
        if self._finishing:
            self.flush()
        else:
            self._alarm.set(self._desk.now + STORE_SAVE_SECONDS)

    def remove(self, *keys: StorageKey) -> None:
        """Nothing is to be kept under these keys."""
        for key in keys:
            self._due.pop(key, None)
        self._removals += 1
        self._desk.ask(lambda token: Delete(token, keys), self._removed)

    def forget_below(self, first: str) -> None:
        """What was to be written under keys that begin so is of no interest any more."""
        for key in [key for key in self._due if key[0] == first]:
            del self._due[key]

    def flush(self) -> None:
        """Write now what waits, unless its key is being written."""
        self._flush(lambda key: True)

    def flush_below(self, first: str) -> None:
        """The same, of keys that begin so."""
        self._flush(lambda key: key[0] == first)

    def finish(self) -> None:
        """From now on everything is written at once, and nothing a second time."""
        self._finishing = True
        self.flush()

    def _flush(self, wanted: Callable[[StorageKey], bool]) -> None:
        for key in [key for key in self._due if key not in self._writing and wanted(key)]:
            self._put(key, self._due.pop(key))
        if self._due:
            self._alarm.set(self._desk.now + STORE_SAVE_SECONDS)

    def _put(self, key: StorageKey, content: Content) -> None:
        data = content()
        self._writing.add(key)
        self._desk.ask(lambda token: Put(token, key, data), lambda event: self._wrote(key, content, event))

    def _wrote(self, key: StorageKey, content: Content, event: Event) -> None:
        self._writing.discard(key)
        if self._finishing:
            self.flush()
        elif isinstance(event, PutFailed) and key not in self._due:
            self._due[key] = content
            self._alarm.set(self._desk.now + PUT_RETRY_MOST_SECONDS)

    def _removed(self, _event: Event) -> None:
        # What could not be removed says too much of a store, or of one that is unknown: both are borne.
        self._removals -= 1
