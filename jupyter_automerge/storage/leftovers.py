"""What writers that died left in `<base>/.tmp/`. Nothing there was ever acknowledged, so it may go."""

import logging
import os
import sys
import time
from pathlib import Path
from threading import Lock

from jupyter_automerge.storage.durable import remove_unfinished

_ABANDONED_SECONDS = 3600.0
"""Process ids are used again, in containers always the same ones; no write takes this long."""


_log = logging.getLogger(__name__)


class Tidying:
    """Removes the leftovers once, by whichever thread comes first. Others wait for it."""

    def __init__(self, temporary: Path) -> None:
        self._temporary = temporary
        self._lock = Lock()
        self._done = False

    def once(self) -> None:
        """Never raises: leftovers are waste, and no reason to refuse work."""
        with self._lock:
            if self._done:
                return
            self._done = True
            try:
                remove_leftovers(self._temporary)
            except OSError as error:
                _log.warning("unfinished files in %s stay there: %s", self._temporary, error)


def remove_leftovers(temporary: Path) -> None:
    """Remove unfinished files of dead processes. Those of living ones, and names we do not know, stay."""
    if not temporary.is_dir():
        return
    for path in temporary.iterdir():
        pid, _, rest = path.name.partition(".")
        if pid.isascii() and pid.isdigit() and rest and (_is_dead(int(pid)) or _is_abandoned(path)):
            remove_unfinished(path)


def _is_dead(pid: int) -> bool:
    if pid == os.getpid() or sys.platform == "win32":
        return False  # On Windows os.kill() has no harmless signal; there age alone decides.
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        return False
    return False


def _is_abandoned(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > _ABANDONED_SECONDS
    except FileNotFoundError:
        return False
