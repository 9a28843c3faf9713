"""How those who share a bucket hear of one another: each keeps one object that says what it wrote last.

Listing all entries to find what is new would cost a request for each thousand of them, every two seconds.
Instead each writer has a log, `<prefix>/news/<writer>.<number>`: what it wrote below, in the order of its own
count, and no more than the newest of each prefix. Who watches lists these few objects, which is one request,
and reads the logs whose tags have changed. No clock is compared, nothing is lost between two looks: whoever
finds that a log has forgotten what it had not read, takes anything to have changed.
"""

import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from jupyter_automerge.storage.key_rules import check_key
from jupyter_automerge.storage.objects_names import NEWS
from jupyter_automerge.values.keys import StorageKey

MAX_LOGGED = 256
"""Prefixes in a log, about 16 kB; the ones written the longest ago leave."""
_DEPTH = 2
"""A document's snapshots are one prefix, its increments another: what is read anew when they change."""


class WriterLog:
    """What one writer wrote, newest last."""

    def __init__(self, writer: str) -> None:
        self._writer = writer
        self._count = 0
        self._forgotten = 0
        self._written: OrderedDict[StorageKey, int] = OrderedDict()

    def note(self, key: StorageKey) -> None:
        """Something at or below the key was written."""
        self._count += 1
        prefix = key[:_DEPTH]
        self._written[prefix] = self._count
        self._written.move_to_end(prefix)
        while len(self._written) > MAX_LOGGED:
            self._forgotten = self._written.popitem(last=False)[1]

    def encoded(self) -> bytes:
        """The object's content."""
        written = [[count, *key] for key, count in self._written.items()]
        return json.dumps(
            {"forgotten": self._forgotten, "count": self._count, "written": written}, separators=(",", ":")
        ).encode()

    def name(self, number: int) -> str:
        """The object that has it."""
        return f"{NEWS}/{self._writer}.{number}"


def writer_of(name: str) -> str:
    """Whose log an object is."""
    return name.removeprefix(f"{NEWS}/").partition(".")[0]


@dataclass(frozen=True, slots=True)
class ReadLog:
    """A log as others find it: all after `forgotten` up to `count` is in it."""

    forgotten: int
    count: int
    written: tuple[tuple[int, StorageKey], ...]

    def since(self, count: int) -> tuple[StorageKey, ...] | None:
        """What was written after `count`; None if the log does not know any more, or counts anew."""
        if count < self.forgotten or count > self.count:
            return None
        return tuple(key for number, key in self.written if number > count)


def read_log(data: bytes) -> ReadLog:
    """Raises ValueError for what is no log."""
    try:
        content: Any = json.loads(data)
        written = tuple((int(count), _checked(tuple(key))) for count, *key in content["written"])
        return ReadLog(int(content["forgotten"]), int(content["count"]), written)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a log of changes: {error!r}") from error


def _checked(key: StorageKey) -> StorageKey:
    check_key(key)
    return key
