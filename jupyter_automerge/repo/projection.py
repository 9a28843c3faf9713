"""A file that is written from a document whenever it changes, with a row of its own beside those of stores (E46)."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.errors import DocumentGone, RepoClosed, StorageError
from jupyter_automerge.repo.rendering import value_to_json
from jupyter_automerge.repo.storing import in_words
from jupyter_automerge.storage import fsync
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.limits import PUT_RETRY_FIRST_SECONDS, PUT_RETRY_MOST_SECONDS
from jupyter_automerge.values.status import Link

if TYPE_CHECKING:
    from jupyter_automerge.repo.handle import DocHandle
    from jupyter_automerge.repo.running import Running
    from jupyter_automerge.repo.view import DocView

FILE = "file"
"""The `kind` of such a row."""
Render = Callable[["DocView"], bytes]


class Projection:
    """Lives until `close()`, or until the document or the Repo ends; it holds the document.

    Each write replaces the whole file and is durable when the row says so. A file that somebody else wrote is not
    written over: the row then says so, and stays behind until `overwrite()`.
    """

    def __init__(
        self, handle: "DocHandle", running: "Running", path: Path, render: Render, overwrite: bool
    ) -> None:
        self.path = path.absolute()
        self.trouble = ""
        """Why the file is behind; empty while it is written without trouble."""
        self._handle = handle
        self._running = running
        self._render = render
        self._may_overwrite = overwrite
        self._digest = b""
        self._written: Heads | None = None
        self._as_of: float | None = None
        self._moved = asyncio.Event()
        self._closed = False
        self._unsubscribe = handle.on_change(lambda event: self._moved.set())
        running.home.soon(lambda: running.tasks.start(self._follow()))

    def __repr__(self) -> str:
        return f"<Projection of {self._handle.url} in {self.path}{self.trouble and f': {self.trouble}'}>"

    @property
    def id(self) -> str:
        """By which its row goes, and a wait: `handle.synced(with_=projection.id)`."""
        return f"file:{self.path}"

    def overwrite(self) -> None:
        """Replace the file, whoever wrote it last. Any thread may ask."""
        self._may_overwrite = True
        self._running.home.soon(self._moved.set)

    def close(self) -> None:
        """Write no more; the file stays as it is, and its row goes. Any thread may ask."""
        self._closed = True
        self._unsubscribe()
        self._running.home.soon(self._moved.set)

    def row(self) -> StoreRow:
        """What the file has, as a store's row."""
        return StoreRow(
            store_id=self.id,
            peer_ids=(),
            sessions=0,
            name=self.path.name,
            kind=FILE,
            user=None,
            link=Link.OFFLINE if self.trouble else Link.CONNECTED,
            same_store=False,
            ephemeral=False,
            durable_acks=True,
            denied=False,
            unavailable=False,
            sent=NO_HEADS,
            received=NO_HEADS,
            stored=self._written or NO_HEADS,
            known=True,
            as_of=self._as_of,
            moved_at=self._as_of,
            is_projection=True,
            trouble=self.trouble,
        )

    async def _follow(self) -> None:
        failures = 0
        self._show()
        with contextlib.suppress(DocumentGone, RepoClosed):
            while not self._closed:
                self._moved.clear()
                if self._handle.heads == self._written:
                    await self._moved.wait()
                elif await self._write(self._handle.heads):
                    failures = 0
                else:
                    failures += 1
                    await self._pause(failures)
        self._running.documents.project(self._handle.document_id, self.id, None)

    async def _pause(self, failures: int) -> None:
        """Longer each time; `overwrite` and `close` end it."""
        self._moved.clear()
        seconds = min(PUT_RETRY_FIRST_SECONDS * 2 ** min(failures - 1, 16), PUT_RETRY_MOST_SECONDS)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._moved.wait()

    async def _write(self, heads: Heads) -> bool:
        try:
            view = self._handle.at(heads)
            self._digest = await asyncio.to_thread(self._replace, view)
        except (DocumentGone, RepoClosed):
            raise
        except Exception as error:  # noqa: BLE001 - `render` is the user's, and may raise anything; it is shown
            self.trouble = error.reason if isinstance(error, StorageError) else in_words(error)
        else:
            self._written, self._as_of, self.trouble = heads, self._running.clock.now(), ""
            self._may_overwrite = False
        self._show()
        return not self.trouble

    def _replace(self, view: "DocView") -> bytes:
        """Write the file anew, durably; the digest of what it holds then. Raises StorageError."""
        data = self._render(view)
        try:
            return self._put(data)
        except OSError as error:
            # Its own words would name the unfinished file, which is another at each attempt.
            raise StorageError(f"{self.path}: {error.strerror or error}") from error

    def _put(self, data: bytes) -> bytes:
        there = self.path.read_bytes() if self.path.exists() else None
        is_ours = there is None or there == data or sha256(there).digest() == self._digest
        if not is_ours and not self._may_overwrite:
            raise StorageError(f"{self.path} was written by somebody else: overwrite() replaces it")
        if there != data:
            _write_durably(self.path, data)
        return sha256(data).digest()

    def _show(self) -> None:
        self._running.documents.project(self._handle.document_id, self.id, self.row())


def as_json(view: "DocView") -> bytes:
    """The value, indented, as `value_to_json` makes it."""
    return json.dumps(value_to_json(view.value), ensure_ascii=False, indent=2).encode() + b"\n"


def _write_durably(path: Path, data: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.{uuid4()}")
    try:
        with unfinished.open("xb") as file:
            file.write(data)
            file.flush()
            fsync.sync_file(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    fsync.sync_directory(path.parent)
