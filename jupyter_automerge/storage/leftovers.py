"""What writers that died left in `<base>/.tmp/`. Nothing there was ever acknowledged, so it may go."""

import logging
import time
from pathlib import Path
from threading import Lock

from jupyter_automerge.storage.os_port import OsPort
from jupyter_automerge.storage.unfinished import remove_tree

_ABANDONED_SECONDS = 3600.0
"""Process ids are used again, in containers always the same ones; no write takes this long."""


_log = logging.getLogger(__name__)


class Tidying:
    """Removes the leftovers once, by whichever thread comes first. Others wait for it."""

    def __init__(self, os: OsPort, temporary: Path) -> None:
        self._os = os
        self._temporary = temporary
        self._lock = Lock()
        self._done = False
        self._complaint: OSError | None = None

    def once(self) -> None:
        """Never raises: leftovers are waste, and no reason to refuse work."""
        with self._lock:
            if self._done:
                return
            self._done = True
            try:
                remove_leftovers(self._os, self._temporary)
            except OSError as error:
                self._complaint = error

    def tell(self) -> None:
        """Log what could not be removed. To be called once other work succeeded: where that fails, too, its own
        error says it, and a line about leftovers before it would only mislead.
        """
        complaint, self._complaint = self._complaint, None
        if complaint is not None:
            _log.warning("unfinished files in %s stay there: %s", self._temporary, complaint)


def remove_leftovers(os: OsPort, temporary: Path) -> None:
    """Remove unfinished files of dead processes. Those of living ones, and names we do not know, stay."""
    try:
        found = os.scan(temporary)
    except FileNotFoundError:
        return
    for name, _ in found:
        pid, _, rest = name.partition(".")
        path = temporary / name
        if pid.isascii() and pid.isdigit() and rest and _may_go(os, int(pid), path):
            remove_tree(os, path)


def _may_go(os: OsPort, process_id: int, path: Path) -> bool:
    if not os.is_running(process_id):
        return True
    try:
        return time.time() - os.stat(path).time > _ABANDONED_SECONDS
    except FileNotFoundError:
        return False
