"""The Repo of a Jupyter server, from start to stop, with the kernels' token and the catalogue document."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Mapping

from jupyter_automerge.errors import AutomergeError, StorageError
from jupyter_automerge.repo import Notice, Repo, Storage, StoreRegressed, line_about_neighbours
from jupyter_automerge.server.catalogue import CatalogueOpening
from jupyter_automerge.server.front_end import FrontEnd
from jupyter_automerge.server.not_running import HostState, NotRunning
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
        self.patience = limits.DIAL_TIMEOUT_SECONDS
        """For how many seconds a socket waits for the Repo."""
        self.state = HostState.STARTING
        self._trouble = ""
        self._opening: CatalogueOpening | None = None
        self._retry_seconds = limits.START_RETRY_FIRST_SECONDS
        self._settled = asyncio.Event()

    def let_kernels_in(self) -> str:
        """Make the token that kernels of this server show, and return it."""
        self.kernel_token = secrets.token_hex(32)
        return self.kernel_token

    async def start(self) -> bool:
        """Open the store, the Repo on the running loop, and the catalogue. False: `keep_starting` does the rest.

        Raises what no other try would mend, as InvalidId; without a catalogue alone it runs.
        """
        try:
            storage, self.repo = await self._open()
        except (StorageError, OSError) as error:
            self._not_yet(error.reason if isinstance(error, StorageError) else str(error))
            return False
        except BaseException as error:
            self._settle(HostState.FAILED, str(error))
            raise
        self._trouble = ""
        self._log.info("jupyter_automerge keeps documents in %s", self.store)
        connect_upstreams(self.repo, self.upstreams, self._log)
        await self._tell_of_neighbours(self.repo)
        self._opening = CatalogueOpening(self.repo, storage, self._log)
        self.repo.on_event(self._keep_the_name, StoreRegressed)
        await self._open_catalogue(self._opening)
        self._settle(HostState.RUNNING, self._trouble)
        return self.catalogue is not None

    async def keep_starting(self) -> None:
        """After a start in vain: try again, less often each time, until the store answers and has a catalogue."""
        while self.catalogue is None:
            await asyncio.sleep(self._retry_seconds)
            self._retry_seconds = min(2 * self._retry_seconds, limits.START_RETRY_MOST_SECONDS)
            try:
                await (self.start() if self._opening is None else self._open_catalogue(self._opening))
            except Exception:  # noqa: BLE001 - logged in full, as nobody awaits this task
                self._log.exception("jupyter_automerge could not be started")
                return

    async def _open(self) -> tuple[Storage, Repo]:
        storage = self._make_storage()
        self.store = storage.place
        repo = self._make_repo(storage)
        try:
            await repo.open()
        except BaseException:  # a cancelled one holds connections, too
            with contextlib.suppress(StorageError, OSError):
                await storage.close()
            raise
        return storage, repo

    def _not_yet(self, reason: str) -> None:
        if reason != self._trouble:
            self._log.error("jupyter_automerge has no documents yet, and tries again: %s", reason)
        self.state, self._trouble = HostState.WAITING, reason

    def _settle(self, state: HostState, trouble: str = "") -> None:
        self.state, self._trouble = state, trouble
        self._settled.set()

    async def _open_catalogue(self, opening: CatalogueOpening) -> None:
        try:
            async with asyncio.timeout(limits.CATALOGUE_TIMEOUT_SECONDS):
                self.catalogue = await opening.url()
        except (AutomergeError, TimeoutError) as error:
            reason = str(error) or "the store does not answer"
            if reason != self._trouble:
                self._log.error(
                    "The catalogue of documents cannot be opened yet, and is tried again: %s", reason
                )
            self._trouble = reason

    async def _keep_the_name(self, told: Notice) -> None:
        is_own = (
            isinstance(told, StoreRegressed)
            and self.repo is not None
            and told.store_id == self.repo.storage_id
        )
        if is_own and self._opening is not None and self.catalogue is not None:
            await self._opening.name_again(self.catalogue)

    async def _tell_of_neighbours(self, repo: Repo) -> None:
        try:
            line = await line_about_neighbours(repo)
        except AutomergeError as error:
            self._log.warning("Who else uses the store of documents cannot be read: %s", error)
        else:
            if line:
                self._log.info("%s", line)

    async def when_running(self) -> Repo:
        """The Repo, waited for while the server starts, or its store does not answer; not for ever. Raises NotRunning.

        automerge-repo's own client ends its whole program when an upgrade is answered with a status.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.patience):
                await self._settled.wait()
        return self.running_repo

    @property
    def running_repo(self) -> Repo:
        """The Repo as of now. Raises NotRunning."""
        if self.repo is None or self.state is not HostState.RUNNING:
            is_hopeful = self.state in (HostState.STARTING, HostState.WAITING)
            raise NotRunning(self.state, self._trouble, self._retry_seconds if is_hopeful else None)
        return self.repo

    async def stop(self, seconds: float) -> None:
        """Let no kernel in any more, save what is unsaved and close the sockets, within `seconds`."""
        self.kernel_token = None
        self._settle(HostState.STOPPED)
        repo, self.repo = self.repo, None
        if repo is None:
            return
        report = await repo.close(timeout=seconds)
        for document_id in report.unsaved:
            self._log.error("Stopped before the last edits of %s were saved.", document_id)
