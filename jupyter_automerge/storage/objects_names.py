"""Keys as names of objects, and back.

`("24y37C…", "snapshot", "080f…")` is `<prefix>/entries/24y37C…/snapshot/080f…`. Whatever is not a plain
letter, digit, `-`, `_` or `.` is percent-encoded, so that every service takes the name, and none of the
programs in between can mistake it. News lies beside the entries, so that listing one does not list the other.
"""

from urllib.parse import quote, unquote

from jupyter_automerge.storage.key_rules import check_key
from jupyter_automerge.values.keys import StorageKey

ENTRIES = "entries"
NEWS = "news"


def name_of(key: StorageKey) -> str:
    """The object of a key, or what the objects below a prefix begin with, below the store's own prefix."""
    return "/".join((ENTRIES, *(quote(component, safe="") for component in key)))


def key_of(name: str) -> StorageKey | None:
    """The key of an object; None for one that no key has."""
    root, *steps = name.split("/")
    key = tuple(unquote(step, errors="replace") for step in steps)
    try:
        check_key(key)
    except ValueError:
        return None
    return key if root == ENTRIES and name_of(key) == name else None
