"""The two calls on which "STORED" rests. Nothing else in the package makes bytes durable."""

import os
import sys
from pathlib import Path


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
    finally:
        os.close(descriptor)
