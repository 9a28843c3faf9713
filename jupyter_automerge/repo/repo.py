"""Repo: documents, a store and connections, in one place."""

import asyncio
import uuid
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from ssl import SSLContext
from types import TracebackType
from typing import Any, Self

from jupyter_automerge.engine.events import PolicyChanged, Tick
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.errors import RepoAlreadyOpen, RepoClosed
from jupyter_automerge.network import MemoryTransport, WebSocketConnector
from jupyter_automerge.network.contract import Connector, Transport, TransportSink
from jupyter_automerge.repo.audience import stream, tell
from jupyter_automerge.repo.connections import connections_of
from jupyter_automerge.repo.counting import metrics_of
from jupyter_automerge.repo.creating import document_from_bytes, merge_in, new_document, take_in_new
from jupyter_automerge.repo.dialer import Dialer, keep_dialing
from jupyter_automerge.repo.directory import ConnectionInfo, DialerInfo
from jupyter_automerge.repo.documents import documents_of
from jupyter_automerge.repo.engine_view import EngineView
from jupyter_automerge.repo.feed import Feed
from jupyter_automerge.repo.forks import Birthplace
from jupyter_automerge.repo.goal import Way, Wish
from jupyter_automerge.repo.handle import DocHandle
from jupyter_automerge.repo.home import HomeLoop
from jupyter_automerge.repo.identity import introduce, new_peer_id
from jupyter_automerge.repo.leaving import Until, exit_report, leave
from jupyter_automerge.repo.linking import link
from jupyter_automerge.repo.listeners import Unsubscribe
from jupyter_automerge.repo.listening import Listener, listen
from jupyter_automerge.repo.making import new_engine
from jupyter_automerge.repo.naming import DocumentName, NewId, interpret
from jupyter_automerge.repo.own_store import OwnStore, own_store
from jupyter_automerge.repo.pending import Pending
from jupyter_automerge.repo.removing import wait_removed, wait_unloaded
from jupyter_automerge.repo.report import CloseReport, ExitReport, RepoSyncReport
from jupyter_automerge.repo.running import Running
from jupyter_automerge.repo.safety import SAFE, SafetyPolicy
from jupyter_automerge.repo.saving import wait_all_saved
from jupyter_automerge.repo.searching import Search, present, wait_found
from jupyter_automerge.repo.share import FixedShare, PeerInfo, SharePolicy
from jupyter_automerge.repo.stores import Stores
from jupyter_automerge.repo.syncing_all import wait_all_synced, waits_of
from jupyter_automerge.repo.targets import Target
from jupyter_automerge.repo.verdicts import Notice
from jupyter_automerge.repo.watched import Watched, watch
from jupyter_automerge.storage.contract import Storage
from jupyter_automerge.storage.urls import open_storage
from jupyter_automerge.values.identity import User
from jupyter_automerge.values.ids import (
    DocumentId,
    PeerId,
    SessionId,
    StorageId,
    interpret_document_id,
    parse_peer_id,
)
from jupyter_automerge.values.limits import (
    FIND_TIMEOUT_SECONDS,
    SAVE_TIMEOUT_SECONDS,
    STORE_KEPT_SECONDS,
    SYNC_TIMEOUT_SECONDS,
    UNLOAD_AFTER_SECONDS,
)
from jupyter_automerge.values.status import Access, Direction, Level

Headers = Mapping[str, str] | Callable[[], Mapping[str, str]]


class Repo:
    """A running instance that keeps documents and syncs them: `async with Repo(storage=...) as repo`.

    It lives on the event loop on which it was opened; every method may be called from any thread. What has to
    wait returns a Pending: `await` it on any loop, or call its `.result()` in another thread. Calls before
    `open()` and after `close()` raise RepoClosed, in a forked child RepoForkedError.
    """

    def __init__(
        self,
        storage: Storage | str | Path | None = None,
        *,
        name: str = "",
        kind: str = "script",
        peer_id: str | None = None,
        share: SharePolicy | None = None,
        new_id: NewId | None = None,
        safety: SafetyPolicy = SAFE,
        ack_after_save: bool = False,
        unload_after: float | None = UNLOAD_AFTER_SECONDS,
        retain: float = STORE_KEPT_SECONDS,
        engine: Callable[[LocalPeer, SharePolicy], EngineView] | None = None,
    ) -> None:
        """`storage` is where documents are kept: a folder, the URL of a store, or an adapter. Without one they
        live in memory only, and other Repos are told so. Raises InvalidId for a URL that names no store.

        `name` is what people call it, `kind` what it is. A `peer_id` of one's own must be unique; the default
        is unguessable. `share` decides who gets which documents; the default gives all to all. `new_id` names
        new documents by their first heads; the default is random. `safety` says when a document counts as safe:
        by default once one other store has stored it. With `ack_after_save` peers are sent no heads
        that are not durable here: for a server of plain JavaScript clients, at the price of a put's time.
        A document that is saved, of which nobody holds a handle and that no peer has open leaves memory after
        `unload_after` seconds, and comes back for whoever asks; None: never. Other stores that were out of reach
        for `retain` seconds are unknown to the next Repo on this store, with what documents remember of them,
        unless `repo.stores` was told a name or a trust for them; `math.inf`: never.
        `engine` is for tests.
        """
        self._storage = open_storage(storage) if isinstance(storage, str | Path) else storage
        self._name = name
        self._kind = kind
        self._share = share or FixedShare()
        self._new_id = new_id
        self.safety = safety
        self._engine = engine or partial(
            new_engine, ack_after_save=ack_after_save, unload_after=unload_after, retain=retain
        )
        self._running: Running | None = None
        self._was_opened = False
        self._birthplace = Birthplace()
        self._listeners: list[Listener] = []
        self.peer_id: PeerId = new_peer_id(kind) if peer_id is None else parse_peer_id(peer_id)
        self.session_id = SessionId(str(uuid.uuid4()))

    def __repr__(self) -> str:
        state = "closed" if self.closed else "open"
        return f"Repo({self._name!r}, {self.peer_id}, {state})"

    # Life

    async def open(self) -> None:
        """Bind to the running loop. Raises StorageError if the store's id can be neither read nor written."""
        self._birthplace.check()
        if self._was_opened:
            raise RepoAlreadyOpen
        self._was_opened = True
        try:
            local = await introduce(self.peer_id, self.session_id, self._name, self._kind, self._storage)
        except BaseException:  # a cancelled one too: whoever failed to open may try again
            self._was_opened = False
            raise
        home = HomeLoop(asyncio.get_running_loop())
        self._running = Running(
            home, local, self._engine(local, self._share), self._storage, self._share, self.safety
        )
        # What is known of other stores is read before anybody asks for it.
        self._running.post(Tick())

    def close(self, timeout: float | None = None, *, wait: Until = "saved") -> Pending[CloseReport]:
        """Save what is unsaved, say goodbye to peers, close the store. The report names what stayed unsaved.

        Without a `timeout` this goes on for as long as the store saves anything, and gives up after five seconds
        in which it did not.
        With `wait="synced"` others are first given the documents that are open, as `synced()` does, within the
        same time; the report names those that they do not have then. A second call has no effect, or, during
        that wait, ends it.
        """
        self._birthplace.check()
        if wait not in ("saved", "synced"):
            raise ValueError(f'wait={wait!r}: "saved" or "synced"')
        running = self._running
        if running is None or running.closed or running.home.loop.is_closed():
            return Pending.answered(CloseReport())
        return running.tasks.answer(lambda: self._close(running, timeout, wait), abandon=False)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def closed(self) -> bool:
        """Not open: closed, not opened yet, or left behind by a fork."""
        return self._running is None or self._running.closed or not self._birthplace.is_here

    @property
    def name(self) -> str:
        return self._name

    @property
    def storage_id(self) -> StorageId | None:
        """The id of the store, known once the Repo is open; None without a store."""
        return None if self._running is None else self._running.local.storage_id

    # Documents

    def create(self, value: Mapping[str, Any] | None = None) -> DocHandle:
        """A new document with this content, ready at once; saving and announcing begin with the next turn."""
        return take_in_new(self._open(), new_document(value), self._new_id)

    def find(self, url: DocumentName, *, timeout: float | None = FIND_TIMEOUT_SECONDS) -> Pending[DocHandle]:
        """Get the document from memory, the store or peers.

        A URL with heads gives a DocView, read-only, of the document at these heads, once they are here.

        Raises InvalidId at once; DocumentUnavailable when everybody said no; StorageError when nobody else
        has it and the store cannot be read; FindTimeout while somebody may still answer or is being dialed.
        """
        running, wanted = self._open(), interpret(url)
        # In another thread the document might leave memory in the very moment that it is held here.
        if running.home.is_here() and (handle := present(running, wanted)) is not None:
            return Pending.answered(handle)
        return running.tasks.answer(lambda: wait_found(running, wanted, timeout))

    def search(self, url: DocumentName) -> Search:
        """Begin to look for the document, and watch how it goes."""
        return Search(self._open(), interpret(url))

    def clone(self, source: DocHandle) -> DocHandle:
        """A new document with the same history; from there on the two go their own ways."""
        return take_in_new(self._open(), source._content.fork(), self._new_id)

    def import_document(self, data: bytes, *, document_id: DocumentName | None = None) -> DocHandle:
        """A document from Automerge's own format, history and all. Raises BadChunk if the bytes are not that.

        With the id of a document that is here already the imported changes are merged into it.
        """
        running, document = self._open(), document_from_bytes(data)
        if document_id is None:
            return take_in_new(running, document, self._new_id)
        return merge_in(running, interpret_document_id(document_id), document)

    def export(self, url: DocumentName, *, timeout: float | None = FIND_TIMEOUT_SECONDS) -> Pending[bytes]:
        """The document in Automerge's own format, up to the URL's heads, if any; fails as `find` does."""
        running, wanted = self._open(), interpret(url)

        async def export() -> bytes:
            return (await wait_found(running, wanted, timeout)).save()

        return running.tasks.answer(export)

    def delete(self, url: DocumentName, *, force: bool = False) -> Pending[None]:
        """Delete the document from this store for good; others keep theirs.

        Raises UnsafeDelete, unless `force`, when others do not keep all of it as `safety` asks, or none of them
        that is connected says so now; a document that is only in the store is opened to see that. StorageError
        when the deletion could not be made to last, and then the document is here as before.
        """
        running = self._open()
        document_id = interpret_document_id(url)
        return running.tasks.answer(lambda: wait_removed(running, document_id, force))

    def unload(self, url: DocumentName) -> Pending[None]:
        """Drop the document from memory once it is saved, unless somebody looks for it before that.

        `find` loads it again, with a new handle.
        """
        running = self._open()
        document_id = interpret_document_id(url)
        return running.tasks.answer(lambda: wait_unloaded(running, document_id))

    @property
    def handles(self) -> Mapping[DocumentId, DocHandle]:
        """The documents in memory, as of now; they stay there for as long as their handles are held."""
        return self._open().documents.held

    def document_ids(self) -> Pending[tuple[DocumentId, ...]]:
        """The documents in the store and in memory, sorted."""
        running = self._open()
        return running.tasks.answer(lambda: documents_of(running, self._storage))

    def saved(self, timeout: float | None = SAVE_TIMEOUT_SECONDS) -> Pending[None]:
        """Wait until every document in memory is saved as it is now; one that fails keeps no other from it.

        Raises StorageError; of several documents one that names them all.
        """
        running = self._open()
        waiting = [(one._live, one.heads) for one in running.documents.ready.values()]
        return running.tasks.answer(lambda: wait_all_saved(running, waiting, timeout))

    def synced(
        self,
        with_: Target = None,
        level: Level | None = None,
        timeout: float | None = SYNC_TIMEOUT_SECONDS,
        *,
        direction: Way = "out",
        copies: int | None = None,
    ) -> Pending[RepoSyncReport]:
        """As DocHandle.synced, for every document in memory. One that fails keeps no other from it.

        Raises what they failed with, or SyncTimeout where that differs, with a report that names them all.
        """
        running = self._open()
        waits = waits_of(running, Wish(with_, level, direction, None, copies))
        return running.tasks.answer(lambda: wait_all_synced(running, waits, timeout))

    def safe_to_exit(self) -> Pending[ExitReport]:
        """Whether nothing would be lost with this machine now, by `safety` and as far as anybody told.

        About every document, also those in the store that are not open; those are read one by one, and what
        was found is remembered until somebody writes to them. Raises StorageError if the store cannot say
        which there are.
        """
        running = self._open()
        return running.tasks.answer(lambda: exit_report(running))

    # Connections

    def connect(self, url: str, *, headers: Headers | None = None, ssl: SSLContext | None = None) -> Dialer:
        """Keep a connection to a sync server (`ws://` or `wss://`), now and whenever it is lost.

        `headers` go with each try; a function is asked anew each time. Raises DialError for no such URL.
        """
        asked = headers if callable(headers) or headers is None else lambda: headers
        return self.dial(WebSocketConnector(url, asked, ssl))

    def dial(self, connector: Connector) -> Dialer:
        """As `connect`, over any kind of transport."""
        return keep_dialing(self._open(), connector)

    def listen(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        *,
        token: str | None = None,
        origins: Collection[str] = (),
        ssl: SSLContext | None = None,
    ) -> Pending[Listener]:
        """Serve the sync protocol; port 0 takes a free one. Raises ListenError.

        With a `token` connections need it in their Authorization header. Browser pages may connect from this
        machine and from `origins` ("https://example.org", or "*" for any). With `ssl` it is `wss://`.
        """
        running = self._open()

        async def start() -> Listener:
            listener = await listen(running, port, host, token, origins, ssl)
            self._listeners.append(listener)
            return listener

        return running.tasks.answer(start)

    def accept(
        self, transport: Transport, *, endpoint: str, user: User | None = None, access: Access = Access.WRITE
    ) -> TransportSink:
        """Take in a connection that a host opened; `user` and `access` are what it knows of the other side.

        To be called on the Repo's loop. The transport tells its news to the sink that this returns.
        """
        running = self._open()
        running.directory.is_reachable = True
        return running.links.open(transport, Direction.INCOMING, endpoint, user=user, access=access)

    def link(self, other: "Repo") -> MemoryTransport:
        """Connect with another Repo of this process, on this or another loop. Returns our end."""
        return link(self._open(), other._open())

    @property
    def peers(self) -> tuple[PeerInfo, ...]:
        """The Repos connected now."""
        return self._open().directory.peers

    @property
    def connections(self) -> tuple[ConnectionInfo, ...]:
        """The open connections; several may lead to one peer."""
        return connections_of(self._open())

    @property
    def dialers(self) -> tuple[DialerInfo, ...]:
        """What is to be connected, and how that goes."""
        return self._open().directory.dialers

    @property
    def own_store(self) -> OwnStore | None:
        """This Repo's own store: where it is, and who else writes there. None without one."""
        return own_store(self._open())

    @property
    def stores(self) -> Stores:
        """Every other store known here, connected or not; and what we call it and think of it."""
        return Stores.of(self._open())

    def share_policy_changed(self) -> None:
        """The share policy answers differently from now on: ask it again about everybody."""
        self._open().post(PolicyChanged())

    # Watching

    def on_event(self, callback: Callable[[Notice], object], *kinds: type[Notice]) -> Unsubscribe:
        """Call it on the Repo's loop with everything that happens, or only with these kinds of notices.

        It may be `async`. Returns what ends that.
        """
        return tell(self._open(), callback, kinds)

    def events(self, *kinds: type[Notice]) -> Feed[Notice]:
        """Everything that happens from this call on, or only these kinds, for one `async for` on any loop.

        Of more than 1000 that wait the oldest leave, and the iterator's `lost` counts them.
        """
        return stream(self._open(), kinds)

    def watch_stores(self) -> tuple[Stores, Watched[Stores]]:
        """`stores` as of now, and for one `async for` each next state of it; see DocHandle.watch_peers."""
        running = self._open()
        return watch(running, lambda: Stores.of(running))

    def metrics(self) -> dict[str, int]:
        """How full the tables are, and what went through. In another thread it waits for the Repo's loop."""
        running = self._open()
        if running.home.is_here():
            return metrics_of(running)

        async def count() -> dict[str, int]:
            return metrics_of(running)

        return running.tasks.answer(count).result()

    # Within

    def _open(self) -> Running:
        self._birthplace.check()
        if self._running is None:
            raise RepoClosed(
                "the Repo is not open: use `async with Repo(...) as repo`, or `await repo.open()`"
            )
        self._running.check()
        return self._running

    async def _close(self, running: Running, seconds: float | None, wait: Until) -> CloseReport:
        report = await leave(running, seconds, wait)
        for listener in self._listeners:
            await listener.ended()
        return report
