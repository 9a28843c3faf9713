"""What the operating system says, in words that name the path and the remedy."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_automerge.errors import StorageError

_REMEDIES = {
    errno.ENOSPC: "free some space on this disk",
    errno.EDQUOT: "free some space of your quota on this disk",
    errno.EACCES: "check who owns the store's folder and who may write there",
    errno.EPERM: "check who owns the store's folder and who may write there",
    errno.EROFS: "the file system is read-only: put the store elsewhere or mount it writable",
    errno.EMFILE: "too many files are open in this process: raise its limit (ulimit -n)",
    errno.ENFILE: "too many files are open on this machine",
    errno.EIO: "the disk reports a fault: copy the store to another one",
    errno.ENOTDIR: "a file is where a folder must be: move it away",
    errno.EEXIST: "a file is where a folder must be: move it away",
    errno.EISDIR: "a folder is where a file must be: move it away",
    errno.ENOTEMPTY: "a folder is where a file must be: move it away",
}


@contextmanager
def told(doing: str, path: Path) -> Iterator[None]:
    """Turn an OSError into a StorageError that says what was being done, to which path, and the remedy."""
    try:
        yield
    except OSError as error:
        where = error.filename2 or error.filename or path
        said = error.strerror or str(error)
        remedy = _REMEDIES.get(error.errno or 0)
        raise StorageError(f"cannot {doing} {where}: {said}" + (f"; {remedy}" if remedy else "")) from error
