"""The documents of one kernel: its Repo, the thread it runs on, and the server it is connected to."""

import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

from jupyter_automerge.errors import DialError
from jupyter_automerge.kernel.catalogue import Catalogue, OwnCatalogue, SharedCatalogue, look_up
from jupyter_automerge.kernel.discovery import Attempt, Discovery
from jupyter_automerge.kernel.first_answer import first_answer
from jupyter_automerge.kernel.flush import flush
from jupyter_automerge.kernel.interrupts import wake_on_signals
from jupyter_automerge.kernel.loop_thread import LoopThread
from jupyter_automerge.kernel.wording import shown
from jupyter_automerge.repo import Dialer, Repo, ServerAddress, fetch_info
from jupyter_automerge.values.limits import KERNEL_CLOSE_TIMEOUT_SECONDS
from jupyter_automerge.values.status import DialerState

OPEN_SECONDS = 10.0
FIND_SECONDS = 10.0
FIRST_ANSWER_SECONDS = 1.0


class KernelSession:
    """One per process. Everything here may be called from the main thread."""

    def __init__(self, name: str) -> None:
        self.pid = os.getpid()
        self.closed = False
        self.thread = LoopThread()
        self.repo = Repo(name=name, kind="kernel")
        self.thread.run(self._open(), OPEN_SECONDS)
        self.rule = "not looked for"
        self.failed: tuple[Attempt, ...] = ()
        self.address: ServerAddress | None = None
        self.info: Mapping[str, Any] = {}
        self.dialer: Dialer | None = None
        self._connect: Callable[[], Dialer] | None = None
        self._own_catalogue = OwnCatalogue()
        self._waker = wake_on_signals()

    async def _open(self) -> None:
        await self.repo.open()

    def use(self, found: Discovery) -> None:
        """Connect to what discovery found; if it found nothing, only its words are kept."""
        self.rule, self.failed = found.rule, found.failed
        if found.address is not None:
            self.connect(found.address, found.info)

    @property
    def server_url(self) -> str | None:
        """Of the server that this kernel keeps a connection to; None without one."""
        if self.address is not None:
            return self.address.url
        return None if self.dialer is None else self.dialer.url

    def connect(self, address: ServerAddress, info: Mapping[str, Any]) -> None:
        """Keep a connection to this Jupyter server from now on, instead of another."""
        context = address.ssl_context()
        self._call(lambda: self.repo.connect(address.sync_url, headers=address.headers, ssl=context))
        self.address, self.info = address, info

    def dial(self, url: str) -> None:
        """Keep a connection to any automerge-repo server. Raises DialError for what is no WebSocket URL."""
        self._call(lambda: self.repo.connect(url))
        self.address, self.info = None, {}

    def _call(self, connect: Callable[[], Dialer]) -> None:
        before, self.dialer = self.dialer, connect()
        self._connect = connect
        if before is not None:
            before.close()

    def wait_for_first_answer(self, seconds: float = FIRST_ANSWER_SECONDS) -> None:
        """Block while the first try of the connection is under way, at most `seconds`."""
        if self.dialer is not None:
            self.thread.run(first_answer(self.repo, self.dialer, seconds))

    def catalogue(self) -> Catalogue:
        """The server's, or this kernel's own without a Jupyter server. Blocks until it is there.

        Raises FindError, or DialError while the server has not made its catalogue yet.
        """
        if self.address is None:
            return self._own_catalogue
        if self.info.get("catalogue") is None:
            # It was waiting for its store, or had not made one yet.
            self.info = fetch_info(self.address)
        url = self.info.get("catalogue")
        if not isinstance(url, str):
            reason = self.info.get("message")
            because = f" ({shown(reason, 300)})" if isinstance(reason, str) else ""
            raise DialError(f"the server has no catalogue yet{because}: wait a moment and try again")
        return SharedCatalogue(self.repo.find(url, timeout=FIND_SECONDS).result())

    def loaded_catalogue(self) -> Catalogue | None:
        """The catalogue if it is in memory; never waits."""
        if self.address is None:
            return self._own_catalogue
        url = self.info.get("catalogue")
        handles = self.repo.handles.values()
        return next((SharedCatalogue(handle) for handle in handles if handle.url == url), None)

    def bring_names(self) -> tuple[str, ...]:
        """Give the names used without a server to the server; returns those that it has already."""
        shared, taken = self.catalogue(), []
        for entry in self._own_catalogue.take_all():
            if look_up(shared, entry.name) is None:
                shared.enter(entry.name, entry.url)
            else:
                taken.append(entry.name)
        return tuple(taken)

    def close(self, timeout: float = KERNEL_CLOSE_TIMEOUT_SECONDS) -> tuple[str, ...]:
        """Send what can be sent within `timeout` seconds, then close; what was not sent, as sentences."""
        if self.closed:
            return ()
        self.closed = True
        if self._waker is not None and threading.current_thread() is threading.main_thread():
            self._waker.stop()
        try:
            return self.thread.run(self._end(timeout), 2 * timeout + 1)
        finally:
            self.thread.stop(timeout)

    async def _end(self, seconds: float) -> tuple[str, ...]:
        if self.dialer is not None and self.dialer.state is DialerState.WAITING and self._connect is not None:
            # The next try may be due long after this second.
            self._call(self._connect)
        unsent = await flush(self.repo, seconds) if self.dialer is not None else ()
        await self.repo.close(timeout=seconds)
        return unsent
