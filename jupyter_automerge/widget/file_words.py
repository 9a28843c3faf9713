"""What the row of a file says that is written from a document (E46). The same words as `js/src/peers/file-words.ts`."""

from collections.abc import Mapping
from typing import Any

from jupyter_automerge.widget.lack_words import lacks

_IN_REACH = ("connected", "relayed")


def says(row: Mapping[str, Any]) -> str:
    """What the file has."""
    missing = row["missingThere"]
    if missing == 0:
        return "has everything, written"
    words = "not written yet" if missing is None else lacks(row)
    return f"{words}, and cannot be written" if row["trouble"] else words


def reach(row: Mapping[str, Any]) -> str:
    """Over whom it is seen. While it cannot be written its row is offline, and nobody's but its own fault."""
    if row["link"] == "relayed":
        return f"a file, through {', '.join(row['via']) or 'others'}"
    return "a file" if row["link"] == "connected" or row["trouble"] else "a file, out of reach"


def why(row: Mapping[str, Any]) -> str:
    """Why it is behind; a file that is not is no copy either."""
    if row["trouble"]:
        return f"It cannot be written: {row['trouble']}."
    if row["missingThere"] == 0:
        return "A file made from the document: it is not counted as a copy."
    return "It is being written." if row["link"] in _IN_REACH else "What became of it is not known here."
