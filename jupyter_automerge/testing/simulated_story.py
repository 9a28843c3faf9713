"""The last things that happened in a simulation, in words, for a failing test to print."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from jupyter_automerge.engine.effects import Emit
from jupyter_automerge.engine.notices import RowsChanged
from jupyter_automerge.errors import AutomergeError
from jupyter_automerge.values.heads import HASH_BYTES
from jupyter_automerge.wire.codec import decode
from jupyter_automerge.wire.messages import Request, Sync
from jupyter_automerge.wire.sync_message import parse

LINES = 60
MOST_CHARACTERS = 220


class SimulatedStory:
    """Remembers events and effects as they are, and puts them into words only when asked."""

    def __init__(self) -> None:
        self._record: deque[tuple[float, str, Any]] = deque(maxlen=LINES)

    def record(self, when: float, who: str, things: Iterable[Any]) -> None:
        self._record.extend((when, who, thing) for thing in things)

    def lines(self) -> list[str]:
        return [f"  t={when:.3f} {who}: {describe(thing)}" for when, who, thing in self._record]


def describe(thing: Any) -> str:
    """One line: class and fields; frames decoded, bytes as the beginning of their hex, rows left out."""
    text = (
        "(its rows moved)"
        if isinstance(thing, Emit) and isinstance(thing.notice, RowsChanged)
        else _words(thing)
    )
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 3]}..."


def _words(thing: Any) -> str:
    if isinstance(thing, bytes):
        return thing[:4].hex() if len(thing) == HASH_BYTES else f"<{len(thing)} bytes>"
    if isinstance(thing, frozenset):
        return f"{{{', '.join(sorted(map(_words, thing)))}}}"
    if isinstance(thing, Mapping):
        return f"{{{', '.join(f'{_words(key)}: {_words(value)}' for key, value in thing.items())}}}"
    if isinstance(thing, tuple | list):
        return f"[{', '.join(map(_words, thing))}]"
    if isinstance(thing, Sync | Request):
        return f"{type(thing).__name__}({thing.document_id[:6]}, {_sync_words(thing.data)})"
    if is_dataclass(thing) and not isinstance(thing, type):
        parts = (_field_words(field.name, getattr(thing, field.name)) for field in fields(thing))
        return f"{type(thing).__name__}({', '.join(part for part in parts if part)})"
    return str(thing) if isinstance(thing, str) else repr(thing)


def _field_words(name: str, value: Any) -> str:
    if name == "frame" and isinstance(value, bytes):
        try:
            return _words(decode(value))
        except AutomergeError as error:
            return f"{_words(value)}, unreadable: {error}"
    if name in ("document_id", "id"):
        return str(value)[:6]
    return f"{name}={_words(value)}" if value not in (None, "", (), frozenset(), False) else ""


def _sync_words(data: bytes) -> str:
    try:
        message = parse(data)
    except AutomergeError as error:
        return f"unreadable: {error}"
    shared = [hash for have in message.have for hash in have.last_sync]
    return (
        f"heads {_words(message.heads)} need {_words(message.need)} since {_words(tuple(shared))} "
        f"have {len(message.have)} changes {len(message.changes)} of {sum(map(len, message.changes))} bytes"
    )
