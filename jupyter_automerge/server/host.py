"""The Repo of a Jupyter server, from start to stop, with the kernels' token and the catalogue document."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Mapping

from tornado.web import HTTPError

from jupyter_automerge.errors import AutomergeError
from jupyter_automerge.repo import Repo, Storage, line_about_neighbours
from jupyter_automerge.server.catalogue import open_catalogue
from jupyter_automerge.server.front_end import FrontEnd
from jupyter_automerge.server.upstreams import connect_upstreams
from jupyter_automerge.values import limits


class RepoHost:
    """Holds what the handlers of one server share. `repo` is None before `start` and after `stop`."""

    def __init__(
        self, make_repo: Callable[[Storage], Repo], make_storage: Callable[[], Storage], log: logging.Logger
    ) -> None:
        self._make_repo = make_repo
        self._make_storage = make_storage
        self._log = log
        self.repo: Repo | None = None
        self.kernel_token: str | None = None
        self.catalogue: str | None = None
        self.store: str | None = None
        self.message_bytes = limits.MAX_MESSAGE_BYTES
        self.ping_interval = limits.PING_INTERVAL_SECONDS
        self.ping_timeout = limits.PING_TIMEOUT_SECONDS
        self.find_timeout = 10.0
        self.upstreams: Mapping[str, str] = {}
        self.front_end = FrontEnd()
        self._started = asyncio.Event()

    def let_kernels_in(self) -> str:
        """Make the token that kernels of this server show, and return it."""
        self.kernel_token = secrets.token_hex(32)
        return self.kernel_token

    async def start(self) -> None:
        """Open the store and the Repo on the running loop, and the catalogue in it.

        Raises StorageError when there is no store to speak of; without a catalogue alone it goes on.
        """
        try:
            storage = self._make_storage()
            self.store = storage.place
            repo = self._make_repo(storage)
            await repo.open()
            self.repo = repo
        finally:
            self._started.set()
        connect_upstreams(repo, self.upstreams, self._log)
        await self._tell_of_neighbours(repo)
        try:
            self.catalogue = await open_catalogue(repo, storage, self._log)
        except AutomergeError as error:
            self._log.error("The catalogue of documents cannot be opened: %s", error)

    async def _tell_of_neighbours(self, repo: Repo) -> None:
        try:
            line = await line_about_neighbours(repo)
        except AutomergeError as error:
            self._log.warning("Who else uses the store of documents cannot be read: %s", error)
        else:
            if line:
                self._log.info("%s", line)

    async def when_running(self) -> Repo:
        """The Repo, waited for while the server starts. Raises HTTPError 503 when there is none.

        automerge-repo's own client ends its whole program when an upgrade is answered with a status.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limits.DIAL_TIMEOUT_SECONDS):
                await self._started.wait()
        if self.repo is None:
            raise HTTPError(503, "The document server is not running (starting or stopping).")
        return self.repo

    async def stop(self, seconds: float) -> None:
        """Let no kernel in any more, save what is unsaved and close the sockets, within `seconds`."""
        self.kernel_token = None
        repo, self.repo = self.repo, None
        if repo is None:
            return
        report = await repo.close(timeout=seconds)
        for document_id in report.unsaved:
            self._log.error("Stopped before the last edits of %s were saved.", document_id)
