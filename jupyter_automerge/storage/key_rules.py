"""Which keys every store takes. Strict enough that a key can be a path, and never one outside the store."""

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.values.keys import StorageKey

TEMPORARY_COMPONENT = ".tmp"
"""First component of what is being written; no key begins with it."""
MIN_FIRST_CHARACTERS = 3
"""Automerge-repo splits the first component after two characters; shorter ones come back as another key."""
MAX_COMPONENT_BYTES = 255

_SEPARATORS = frozenset("/\\")


def check_key(key: StorageKey) -> None:
    """Raises InvalidId unless the key is a non-empty tuple of components that any store can hold."""
    if not key:
        raise InvalidId("storage key", key, "it is empty")
    check_prefix(key)


def check_prefix(prefix: StorageKey) -> None:
    """As check_key, but the empty prefix, which means everything, passes."""
    if not isinstance(prefix, tuple):
        raise InvalidId("storage key", prefix, "it is not a tuple of texts")
    for position, component in enumerate(prefix):
        of_place = _fault_of_other if position else _fault_of_first
        fault = _fault(component) or of_place(component)
        if fault:
            raise InvalidId("storage key", prefix, f"component {position + 1} {fault}")


def _fault(component: object) -> str | None:
    if not isinstance(component, str):
        return "is not a text"
    if not component:
        return "is empty"
    if not _SEPARATORS.isdisjoint(component):
        return "contains a path separator"
    if not component.isprintable():
        return "contains a character that cannot be printed"
    if len(component.encode()) > MAX_COMPONENT_BYTES:
        return f"is longer than {MAX_COMPONENT_BYTES} bytes"
    return None


def _fault_of_first(component: str) -> str | None:
    if not component.isascii():
        return "is not ASCII"
    if len(component) < MIN_FIRST_CHARACTERS:
        return f"is shorter than {MIN_FIRST_CHARACTERS} characters"
    if component == TEMPORARY_COMPONENT:
        return "is the name of the store's folder for unfinished files"
    # The two halves become names of their own, and ".." would be a way up.
    if component.startswith("..") or (component[0] != "." and "." in (component[1], component[2])):
        return "has a dot among its first three characters"
    return None


def _fault_of_other(component: str) -> str | None:
    # Dots lead up, and files that systems leave behind (.DS_Store, .nfs0001) begin with one.
    return "begins with a dot" if component.startswith(".") else None
