"""Keys as paths, the way automerge-repo's nodefs adapter lays them out, both ways.

`("24y37C…", "snapshot", "080f…")` is `<base>/24/y37C…/snapshot/080f…`. A first component that starts with
a dot is ours and is not split; JavaScript never looks there.
"""

from pathlib import Path

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.storage.key_rules import TEMPORARY_COMPONENT, check_key
from jupyter_automerge.values.keys import StorageKey

_SPLIT_AT = 2


def path_of(base: Path, key: StorageKey) -> Path:
    """The file of a key, or the folder of a prefix. The key must have passed the key rules."""
    if not key:
        return base
    first, *others = key
    return base.joinpath(*_split(first), *others)


def key_of(parts: tuple[str, ...]) -> StorageKey | None:
    """The key of a path below the base, given by its names; None for a file that no key can have.

    So whatever is listed can be read and removed by its key.
    """
    if len(parts) < 2:
        return None
    if parts[0].startswith("."):
        key = parts
    elif len(parts[0]) == _SPLIT_AT:
        key = (parts[0] + parts[1], *parts[2:])
    else:
        return None
    try:
        check_key(key)
    except InvalidId:
        return None
    return key


def is_foreign(parts: tuple[str, ...]) -> bool:
    """Whether nothing at or below this path can be an entry: not worth a look."""
    if parts[0] == TEMPORARY_COMPONENT or any(name.startswith(".") for name in parts[1:]):
        return True
    return not parts[0].startswith(".") and len(parts[0]) != _SPLIT_AT


def _split(first: str) -> tuple[str, ...]:
    return (first,) if first.startswith(".") else (first[:_SPLIT_AT], first[_SPLIT_AT:])
