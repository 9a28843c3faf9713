"""What a row of a document says, in words. The same words as the page's, `js/src/peers/words.ts`."""

from collections.abc import Mapping
from typing import Any

from jupyter_automerge.widget import file_words
from jupyter_automerge.widget.lack_words import lacks

Row = Mapping[str, Any]
"""A row as JSON: what pages get of a DocPeer."""

_REACHABLE = ("connected", "relayed")
_LACKING = {
    "connected": "They are on their way.",
    "relayed": "They reach it through others.",
    "dialing": "It gets them as soon as it answers.",
    "offline": "It gets them when it is back.",
    "gone": "It cannot come back.",
}
_STALLED = {
    "connected": "Nothing has moved for a while: it may be busy, stuck, or refuse them.",
    "relayed": "Nothing was heard of it for a while.",
}


def says(row: Row) -> str:
    """What the store has."""
    missing = row["missingThere"]
    if row["projection"]:
        return file_words.says(row)
    if row["denied"]:
        return "not shared with it"
    if row["unavailable"]:
        return "does not have it"
    if missing is None:
        return "has told nothing yet"
    if missing > 0:
        moves = ", and nothing moves" if _stalled(row) else ""
        return f"{lacks(row)}{moves}{_more(row) if row['reader'] else ''}"
    return _has_all_in_words(row) + _more(row)


def reach(row: Row) -> str:
    """Whether and how it is reached."""
    if row["projection"]:
        return file_words.reach(row)
    words = {"dialing": "out of reach, being dialed", "offline": "out of reach"}
    if row["link"] == "relayed":
        return f"through {', '.join(row['via']) or 'others'}"
    return words.get(row["link"], str(row["link"]))


def why(row: Row) -> str:
    """Why a wait for it would hang, or why it does not count; "" when there is nothing to say."""
    if row["projection"]:
        return file_words.why(row)
    return _why_not_counted(row) or _why_not_there(row) or _why_not_lasting(row)


def _has_all_in_words(row: Row) -> str:
    if row["level"] == "stored":
        return "has everything, stored"
    if _came_back(row):
        return "had everything before it came back"
    if _hearsay(row) and not row["ephemeral"]:
        return "has everything, others say"
    if row["link"] not in _REACHABLE:  # nobody knows whether the process still runs, and with it its memory
        return "had everything in memory"
    if row["ephemeral"]:
        return "has everything, in memory"
    if row["trouble"]:
        return "has everything, and cannot store it"
    return "has everything, not stored yet" if row["durableAcks"] else "has everything"


def _more(row: Row) -> str:
    """What it has beyond ours. The changes of a reader stay where they are (E45)."""
    if not row["missingHere"]:
        return ""
    return "; its edits are not accepted" if row["reader"] else ", and more"


def _why_not_counted(row: Row) -> str:
    if row["sameStore"]:
        return "It works on the same store: it is no other copy."
    if row["clone"]:
        return "It claims the id of our own store, as a copied folder does: it is not counted as a copy."
    if row["trust"] == "dead":
        return "It is marked as lost for good."
    if row["denied"]:
        return "The share policy keeps the document from it."
    if row["unavailable"]:
        return "It said that it does not have the document."
    return f"Its disk fails: {row['trouble']}." if row["trouble"] else ""


def _why_not_there(row: Row) -> str:
    reachable, missing = row["link"] in _REACHABLE, row["missingThere"]
    if missing is None:
        return (
            "It has not said yet what it has." if reachable else "It was never heard of about this document."
        )
    if missing > 0:
        if row["ephemeral"] and row["link"] == "offline":
            return "It gets them if it comes back."
        return (_STALLED if _stalled(row) else _LACKING)[row["link"]]
    if _came_back(row):
        return "It has not said since then what it has."
    if _hearsay(row) and row["level"] != "stored" and not row["ephemeral"]:
        return "Others say so; what is on its disk is not known here."
    if row["durableAcks"] and row["level"] != "stored":
        return (
            "It has them in memory; its disk has not confirmed them."
            if reachable
            else "It went out of reach before its disk had confirmed them."
        )
    return ""


def _why_not_lasting(row: Row) -> str:
    if row["trust"] == "untrusted":
        return "It is not trusted: it is not counted as a copy."
    if row["ephemeral"]:
        return "Only the memory of a process: no lasting copy."
    return "" if row["durableAcks"] or row["level"] == "stored" else "It cannot tell what is on its disk."


def _stalled(row: Row) -> bool:
    return bool(row["activity"] == "stalled" and row["link"] in _REACHABLE)


def _came_back(row: Row) -> bool:
    """Whether it had all in a life that is over, and the one that is connected has not said yet what it has (E40)."""
    return row["missingThere"] == 0 and row["level"] in ("none", "sent") and row["link"] in _REACHABLE


def _hearsay(row: Row) -> bool:
    """Whether what it has is known by the word of others."""
    return bool(row["via"]) and row["link"] != "connected"
