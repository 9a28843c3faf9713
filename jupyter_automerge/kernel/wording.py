"""How what others wrote, numbers and errors are put into the lines that a person reads."""

from jupyter_automerge.errors import AutomergeError
from jupyter_automerge.repo import DocHandle
from jupyter_automerge.values.status import DocumentState

MAX_SHOWN_CHARACTERS = 80


def shown(text: str, most: int = MAX_SHOWN_CHARACTERS) -> str:
    """A text of somebody else's on one line: bounded, without control characters, which a terminal obeys."""
    clean = "".join(character if character.isprintable() else " " for character in text[: most + 1])
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def counted(number: int, noun: str) -> str:
    """ "1 change", "2 changes"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


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
