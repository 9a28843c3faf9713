"""What others write into a store's folder: other processes, on this machine, and tools that sync folders (P63).

Where the system tells of nothing (network file systems), or of nothing more (its limit of watches), it is told
once a second that anything may have changed: whoever hears that looks at what is open, and at nothing else.
"""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from watchfiles import Change, watch

from jupyter_automerge.storage.layout import is_foreign, key_of
from jupyter_automerge.storage.mounts import silent_file_system
from jupyter_automerge.storage.news import ANYTHING, News
from jupyter_automerge.values.keys import StorageKey

_logger = logging.getLogger(__name__)

_STEP_MS = 50
_GROUPED_MS = 200
"""Changes that follow one another within a step are told together, after so long at the latest."""
_PULSE_MS = 1_000
"""How often it is looked whether the folder is still the same one."""
_UNSURE_SECONDS = 60.0
"""The system drops what nobody fetches in time, without a word: so often anything may have changed."""
_POLL_SECONDS = 0.75
_ABSENT_SECONDS = 0.25
_ENDING_SECONDS = 2.0
_FILE_PARTS = 4  # base/24/y37C…/snapshot/080f…


async def hear_folder(base: Path, news: News) -> None:
    """Tell what happens in the folder, which need not exist yet, until this is cancelled."""
    watcher = _Watcher(base, news, asyncio.get_running_loop())
    thread = threading.Thread(target=watcher.run, name="automerge-store-watch", daemon=True)
    thread.start()
    try:
        await asyncio.Event().wait()
    finally:
        watcher.stop.set()
        # Not left to itself: at the interpreter's end it might still ask for Python's lock.
        await asyncio.to_thread(thread.join, _ENDING_SECONDS)


class _Watcher:
    """Lives in a thread of its own; only `stop` is for others."""

    def __init__(self, base: Path, news: News, loop: asyncio.AbstractEventLoop) -> None:
        self.stop = threading.Event()
        self._base = base
        self._news = news
        self._loop = loop
        self._roots = (str(base), os.path.realpath(base))

    def run(self) -> None:
        """Watch, and begin anew whenever the folder was replaced."""
        try:
            while self._is_there():
                self._tell([ANYTHING])
                self._watch()
        except RuntimeError:
            if not self._loop.is_closed():  # else nobody listens any more
                raise

    def _is_there(self) -> bool:
        """Wait for the folder; False: nobody wants it any more."""
        while not self.stop.is_set() and not self._base.is_dir():
            self.stop.wait(_ABSENT_SECONDS)
        return not self.stop.is_set()

    def _watch(self) -> None:
        reason = self._why_deaf()
        if not reason:
            try:
                self._listen()
            except (
                OSError,
                RuntimeError,
            ) as error:  # the limit of watches; the package has no narrower class
                if self._loop.is_closed():
                    raise
                reason = str(error) or type(error).__name__
        if reason:
            _logger.warning(
                "%s: the system does not tell what others write there (%s); it is looked at once a second",
                self._base,
                reason,
            )
            while not self.stop.wait(_POLL_SECONDS):
                self._tell([ANYTHING])

    def _why_deaf(self) -> str:
        if os.environ.get("WATCHFILES_FORCE_POLLING", "") not in ("", "false", "disable", "disabled"):
            return "WATCHFILES_FORCE_POLLING is set"
        silent = silent_file_system(self._base)
        return silent and f"it lies on {silent}"

    def _listen(self) -> None:
        """Until the folder is no longer the one that it was."""
        identity, unsure_at = _identity(self._base), 0.0
        for changes in watch(
            self._base,
            watch_filter=None,
            step=_STEP_MS,
            debounce=_GROUPED_MS,
            rust_timeout=_PULSE_MS,
            yield_on_timeout=True,
            stop_event=self.stop,
            raise_interrupt=False,
            force_polling=False,
            ignore_permission_denied=True,
        ):
            # The first time it is sure that nothing is missed from here on.
            if time.monotonic() >= unsure_at:
                unsure_at = time.monotonic() + _UNSURE_SECONDS
                self._tell([ANYTHING])
            self._tell(dict.fromkeys(self._places(changes)))
            # A new folder may get the number of the one that was removed.
            is_gone = any(change is Change.deleted and path in self._roots for change, path in changes)
            if is_gone or _identity(self._base) != identity:
                return

    def _places(self, changes: Iterable[tuple[Change, str]]) -> Iterator[StorageKey]:
        for change, path in changes:
            parts = self._parts(path)
            if not parts or is_foreign(parts):
                continue
            if change is Change.deleted:
                yield _emptier(parts)
            elif len(parts) < _FILE_PARTS and Path(path).is_dir():
                # What was put into a new folder before it was watched is told by nobody else.
                yield from _below(path, parts)
            else:
                yield _place(parts)

    def _parts(self, path: str) -> tuple[str, ...]:
        for root in self._roots:
            if path.startswith(root + os.sep):
                return PurePath(path[len(root) + 1 :]).parts
        return ()

    def _tell(self, places: Iterable[StorageKey]) -> None:
        told = list(places)
        if told and not self.stop.is_set():
            self._loop.call_soon_threadsafe(self._pass_on, told)

    def _pass_on(self, places: list[StorageKey]) -> None:
        for place in places:
            self._news.tell(place)


def _place(parts: tuple[str, ...]) -> StorageKey:
    """The key of a path, or the prefix of what is below it."""
    if parts[0].startswith("."):
        return parts
    return key_of(parts) or ANYTHING


def _emptier(parts: tuple[str, ...]) -> StorageKey:
    """Of a document something is gone: news of just that entry would pass for those of our having written it."""
    place = _place(parts)
    return place if parts[0].startswith(".") else place[:1]


def _below(path: str, parts: tuple[str, ...]) -> Iterator[StorageKey]:
    for folder, folders, files in os.walk(path):
        inner = PurePath(folder).relative_to(path).parts
        folders[:] = [name for name in folders if not is_foreign((*parts, *inner, name))]
        for name in files:
            if not is_foreign((*parts, *inner, name)) and (key := key_of((*parts, *inner, name))) is not None:
                yield key


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
