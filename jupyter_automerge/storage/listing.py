"""What lies in a store's folder. Files come and go while we look: another process may be compacting."""

import os
from collections.abc import Iterator
from pathlib import Path

from jupyter_automerge.storage.contract import KeyInfo
from jupyter_automerge.storage.layout import is_foreign, key_of, path_of
from jupyter_automerge.values.keys import StorageKey

_PASSES = 5
"""How often a range is listed anew because something vanished between listing and reading."""


def entries(base: Path, prefix: StorageKey) -> Iterator[tuple[KeyInfo, Path]]:
    """All entries at or below the prefix. Foreign files are passed over, symbolic links are not followed."""
    start = path_of(base, prefix)
    if prefix and start.is_file():
        status = start.stat()
        yield KeyInfo(prefix, status.st_size, status.st_mtime), start
        return
    yield from _walk(start, start.relative_to(base).parts)


def read_range(base: Path, prefix: StorageKey) -> list[tuple[StorageKey, bytes]]:
    """All entries with their bytes.

    When a listed file is gone its content has usually moved into a new one (a snapshot replaced it), so the
    range is listed again until a whole pass went undisturbed.
    """
    found: dict[StorageKey, bytes] = {}
    for _ in range(_PASSES):
        disturbed = False
        for info, path in entries(base, prefix):
            if info.key in found:
                continue
            data = read(path)
            if data is None:
                disturbed = True
            else:
                found[info.key] = data
        if not disturbed:
            break
    return list(found.items())


def read(path: Path) -> bytes | None:
    """The file's bytes; None when there is no such file."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _walk(folder: Path, parts: tuple[str, ...]) -> Iterator[tuple[KeyInfo, Path]]:
    try:
        with os.scandir(folder) as listing:
            found = list(listing)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in found:
        below = (*parts, entry.name)
        if is_foreign(below):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder / entry.name, below)
        elif entry.is_file(follow_symlinks=False):
            yield from _file(entry, below)


def _file(entry: os.DirEntry[str], parts: tuple[str, ...]) -> Iterator[tuple[KeyInfo, Path]]:
    key = key_of(parts)
    if key is None:
        return
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return
    yield KeyInfo(key, status.st_size, status.st_mtime), Path(entry.path)
