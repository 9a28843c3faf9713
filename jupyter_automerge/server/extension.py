"""The extension as Jupyter sees it: settings with help, handlers, start and stop."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jupyter_core.paths import jupyter_data_dir
from jupyter_server.extension.application import ExtensionApp
from jupyter_server.serverapp import ServerApp
from traitlets import Bool, Dict, Enum, Float, Integer, List, TraitError, Unicode, default

from jupyter_automerge.errors import AutomergeError
from jupyter_automerge.repo import FileStorage, Repo, SafetyPolicy, Storage, open_storage
from jupyter_automerge.server.connection_file import ConnectionFile
from jupyter_automerge.server.host import RepoHost
from jupyter_automerge.server.routes import ROUTES
from jupyter_automerge.server.settings import HOST
from jupyter_automerge.server.upstreams import share_with
from jupyter_automerge.values import limits
from jupyter_automerge.values.status import Level
from jupyter_automerge.version import __version__

LEVELS = {"stored": Level.STORED, "received": Level.RECEIVED}
LOOPBACK = {"", "localhost", "0.0.0.0", "::", "*", "127.0.0.1"}


class JupyterAutomerge(ExtensionApp):
    """Live documents for everybody who is logged in to this server, and for its kernels."""

    name = "jupyter_automerge"
    load_other_extensions = True
    connection_file: ConnectionFile | None = None
    _starting: asyncio.Task[None] | None = None

    store = Unicode(
        help="Where documents are kept: a folder, in the layout of automerge-repo's nodefs, or the URL of a "
        "store that several servers may share: file:///folder, s3://bucket/prefix, gs://bucket/prefix, "
        "az://container/prefix, redis://host:6379/0, rediss://host:6379/0, memory:"
    ).tag(config=True)
    repo_name = Unicode("Jupyter server", help="What peers call this server.").tag(config=True)
    kernel_access = Bool(
        True, help="Whether kernels started by this server may read and change documents."
    ).tag(config=True)
    max_message_mb = Integer(
        limits.MAX_MESSAGE_BYTES // 2**20,
        min=1,
        help="Largest message of a peer, in MiB; a larger one closes the socket with 1009.",
    ).tag(config=True)
    ping_interval = Float(
        limits.PING_INTERVAL_SECONDS, min=1.0, help="Seconds between pings on the sockets."
    ).tag(config=True)
    ping_timeout = Float(
        limits.PING_TIMEOUT_SECONDS, min=1.0, help="Seconds a ping may go unanswered; at most ping_interval."
    ).tag(config=True)
    stop_timeout = Float(
        limits.CLOSE_TIMEOUT_SECONDS,
        min=0.0,
        help="Seconds to save and to say goodbye when the server stops.",
    ).tag(config=True)
    find_timeout = Float(
        10.0, min=0.0, help="Seconds that a REST request waits for a document that only peers may have."
    ).tag(config=True)

    unload_after = Float(
        limits.UNLOAD_AFTER_SECONDS,
        min=0.0,
        help="Seconds that a document which nobody has open stays in memory. It stays in the store for good.",
    ).tag(config=True)
    ack_after_save = Bool(
        False,
        help="Name only what is on the disk in sync messages, so that plain JavaScript clients may rely on it;"
        " each exchange then takes as long as a write. Pages and kernels are told what is on the disk anyway.",
    ).tag(config=True)

    upstreams = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        help="Sync servers that are told of, and may have, every document that is open here: {URL: token}, an "
        "empty token for none. ws(s):// for any automerge-repo server, http(s):// for a Jupyter server.",
    ).tag(config=True)

    safety_copies = Integer(
        1,
        min=1,
        help="How many stores besides this server's own must have a document for it to be called safe.",
    ).tag(config=True)
    safety_level = Enum(
        tuple(LEVELS),
        "stored",
        help="What those stores must have said: that it is on their disk, or that it is in their memory.",
    ).tag(config=True)
    safety_stores = List(
        Unicode(),
        help="Only these stores count, by id, by name, or by the URL of an upstream; none: any store.",
    ).tag(config=True)

    @default("store")
    def _default_store(self) -> str:
        return str(Path(jupyter_data_dir()) / "automerge")

    def initialize_settings(self) -> None:
        self.safety = self._safety()
        self.repo_host = RepoHost(self._make_repo, self._make_storage, self.log)
        self.repo_host.message_bytes = self.max_message_mb * 2**20
        self.repo_host.ping_interval = self.ping_interval
        self.repo_host.ping_timeout = min(self.ping_timeout, self.ping_interval)
        self.repo_host.find_timeout = self.find_timeout
        self.repo_host.upstreams = self.upstreams
        self.settings[HOST] = self.repo_host

    def initialize_handlers(self) -> None:
        self.handlers.extend(ROUTES)

    def _make_storage(self) -> Storage:
        storage = open_storage(self.store)
        if isinstance(storage, FileStorage):
            # Private to its owner; a folder that is there already stays as it was made.
            storage.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return storage

    def _make_repo(self, storage: Storage) -> Repo:
        # Reading and writing by those who connect are the authorizer's decision.
        return Repo(
            storage=storage,
            name=self.repo_name,
            kind="server",
            share=share_with(self.upstreams),
            ack_after_save=self.ack_after_save,
            safety=self.safety,
            unload_after=self.unload_after,
        )

    def _safety(self) -> SafetyPolicy:
        stores = self.safety_stores or None
        try:
            return SafetyPolicy(self.safety_copies, LEVELS[self.safety_level], stores)
        except ValueError as error:
            raise TraitError(f"JupyterAutomerge.safety_...: {error}") from error

    async def _start_jupyter_server_extension(self, serverapp: ServerApp) -> None:
        """Runs once the server listens: its port and token are final now."""
        try:
            is_running = await self.repo_host.start()
        except AutomergeError as error:
            self.log.error("jupyter_automerge has no documents: %s", error)
            return
        if not is_running:
            self._starting = asyncio.create_task(self.repo_host.keep_starting())
        if self.kernel_access:
            self._tell_kernels(serverapp)

    def _tell_kernels(self, serverapp: ServerApp) -> None:
        if serverapp.sock:
            self.log.warning("Kernels cannot reach documents of a server that listens on a UNIX socket only.")
            return
        self.connection_file = ConnectionFile(Path(serverapp.runtime_dir))
        ssl = {"certfile": serverapp.certfile} if serverapp.certfile else None
        token = self.repo_host.let_kernels_in()
        try:
            self.connection_file.write(local_url(serverapp), token, __version__, ssl)
        except (OSError, RuntimeError) as error:  # RuntimeError: the file system keeps nothing private
            self.log.warning("Kernels are not told how to reach documents: %s", error)

    async def stop_extension(self) -> None:
        """Runs before kernels are shut down: nothing is lost, as they keep what they could not send."""
        if self.connection_file is not None:
            self.connection_file.remove()
        if self._starting is not None:
            self._starting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._starting
        await self.repo_host.stop(self.stop_timeout)

    def current_activity(self) -> dict[str, Any] | None:
        """Connected peers keep an idle server from shutting itself down."""
        repo = self.repo_host.repo
        peers = len(repo.peers) if repo is not None else 0
        return {"peers": peers} if peers else None


def local_url(serverapp: ServerApp) -> str:
    """The URL of the server for processes on the same machine, ending in a slash, without a token."""
    parts = urlsplit(serverapp.connection_url)
    host = "127.0.0.1" if serverapp.ip in LOOPBACK else serverapp.ip
    host = f"[{host}]" if ":" in host else host
    return parts._replace(netloc=f"{host}:{serverapp.port}", path=serverapp.base_url, query="").geturl()
