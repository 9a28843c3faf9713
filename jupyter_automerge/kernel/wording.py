"""How what others wrote, numbers and errors are put into the lines that a person reads."""

from datetime import datetime

from jupyter_automerge.errors import AutomergeError
from jupyter_automerge.repo import DocHandle
from jupyter_automerge.values.status import DocumentState

MAX_SHOWN_CHARACTERS = 80
DAY = 24 * 3600
_UNITS = (("s", 1, 120), ("min", 60, 2 * 3600), ("h", 3600, 2 * DAY))
"""Unit, its seconds, and below how many seconds it is used."""


def shown(text: str, most: int = MAX_SHOWN_CHARACTERS) -> str:
    """A text of somebody else's on one line: bounded, without control characters, which a terminal obeys."""
    clean = "".join(character if character.isprintable() else " " for character in text[: most + 1])
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def counted(number: int, noun: str) -> str:
    """ "1 change", "2 changes"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def lasting(begin: datetime, now: datetime) -> str:
    """How long it is since then, in one unit: "12 s", "5 min", "3 h", "4 d"; never negative."""
    seconds = max(0, int((now - begin).total_seconds()))
    for unit, size, most in _UNITS:
        if seconds < most:
            return f"{seconds // size} {unit}"
    return f"{seconds // DAY} d"


def one_line(error: Exception) -> str:
    """The message of an error without line breaks."""
    return " ".join(str(error).split())


def title_of(handle: DocHandle) -> str:
    """The text `title` in its root, without reading the rest of what may be a large document; "" if none."""
    if handle.state is not DocumentState.READY:
        return ""
    try:
        title = handle.get(["title"])
    except (AutomergeError, RecursionError):
        return ""
    return shown(str(title)) if isinstance(title, str) else ""
