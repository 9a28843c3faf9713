"""The two calls on which "STORED" rests. Nothing else in the package makes bytes durable."""

import errno
import logging
import os
import sys
from functools import cache
from pathlib import Path

_log = logging.getLogger(__name__)
_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})


def sync_file(descriptor: int) -> None:
    """When this returns, the content of the open file survives the loss of power."""
    if sys.platform == "darwin":
        import fcntl

        # There fsync() stops at the drive's cache (man 2 fsync); this goes through it.
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def sync_directory(directory: Path) -> None:
    """When this returns, names made, moved and removed in the directory stay so after the loss of power."""
    if sys.platform == "win32":
        return  # A directory cannot be opened there; NTFS journals names by itself.
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
        _say_once(os.fstat(descriptor).st_dev, error.strerror)
    finally:
        os.close(descriptor)


@cache
def _say_once(device: int, said: str) -> None:
    # Some network file systems cannot do it; refusing to save at all would be the greater loss.
    _log.warning("the file system %x cannot sync folders (%s): power loss may take new files", device, said)
