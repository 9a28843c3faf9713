"""What lies in a store's folder. Files come and go while we look: another process may be compacting."""

import errno
from collections.abc import Iterator
from pathlib import Path

from jupyter_automerge.storage.contract import KeyInfo
from jupyter_automerge.storage.layout import is_foreign, key_of, path_of
from jupyter_automerge.storage.os_port import Kind, OsPort
from jupyter_automerge.values.keys import StorageKey

_PASSES = 5
"""How often a range is listed anew because something vanished between listing and reading."""


def infos(os: OsPort, base: Path, prefix: StorageKey) -> list[KeyInfo]:
    """All entries at or below the prefix, without their bytes."""
    found = []
    for key, path in entries(os, base, prefix):
        try:
            status = os.stat(path)
        except FileNotFoundError:
            continue
        found.append(KeyInfo(key, status.size, status.time))
    return found


def entries(os: OsPort, base: Path, prefix: StorageKey) -> Iterator[tuple[StorageKey, Path]]:
    """All entries at or below the prefix. Foreign files are passed over, symbolic links are not followed."""
    start = path_of(base, prefix)
    if prefix and _is_file(os, start):
        yield prefix, start
        return
    yield from _walk(os, start, start.relative_to(base).parts)


def read_range(os: OsPort, base: Path, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
    """All entries with their bytes.

    When a listed file is gone its content has usually moved into a new one (a snapshot replaced it), so the
    range is listed again until a whole pass went undisturbed. Raises FileNotFoundError if none ever does: what was
    found by then may be a part, or nothing, of a document that is there.
    """
    found: dict[StorageKey, bytes] = {}
    for _ in range(_PASSES):
        disturbed = False
        for key, path in entries(os, base, prefix):
            if key in found:
                continue
            data = read(os, path)
            if data is None:
                disturbed = True
            else:
                found[key] = data
        if not disturbed:
            return list(found.items())
    words = "others replace its files faster than they can be read"
    raise FileNotFoundError(errno.ENOENT, words, str(path_of(base, prefix)))


def read(os: OsPort, path: Path) -> bytes | None:
    """The file's bytes; None when there is no such file."""
    try:
        return os.read(path)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _is_file(os: OsPort, path: Path) -> bool:
    try:
        return os.stat(path).kind is Kind.FILE
    except (FileNotFoundError, NotADirectoryError):
        return False


def _walk(os: OsPort, folder: Path, parts: tuple[str, ...]) -> Iterator[tuple[StorageKey, Path]]:
    try:
        found = os.scan(folder)
    except FileNotFoundError:
        return
    except NotADirectoryError:
        if not parts:  # the store itself: a file there is no empty store
            raise
        return
    for name, kind in found:
        below = (*parts, name)
        if is_foreign(below):
            continue
        if kind is Kind.FOLDER:
            yield from _walk(os, folder / name, below)
        elif kind is Kind.FILE and (key := key_of(below)) is not None:
            yield key, folder / name
