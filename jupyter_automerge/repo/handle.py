"""What a user holds of a document: read it, change it, watch it, and ask who has it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from jupyter_automerge.document import ChangeRecord, Document, MapProxy, Patch
from jupyter_automerge.engine.events import Broadcast
from jupyter_automerge.repo.await_guard import AwaitGuard
from jupyter_automerge.repo.change_block import ChangeBlock
from jupyter_automerge.repo.changes import BroadcastEvent, ChangeEvent
from jupyter_automerge.repo.display import mime_bundle
from jupyter_automerge.repo.feed import Feed
from jupyter_automerge.repo.goal import Way, Wish
from jupyter_automerge.repo.listeners import Unsubscribe
from jupyter_automerge.repo.live import LiveDocument
from jupyter_automerge.repo.local_copy import LocalCopy
from jupyter_automerge.repo.looking import copy_here, peers, summary
from jupyter_automerge.repo.pending import Pending
from jupyter_automerge.repo.projection import Projection, Render, as_json
from jupyter_automerge.repo.report import SyncReport
from jupyter_automerge.repo.rows import Peers
from jupyter_automerge.repo.saving import wait_saved
from jupyter_automerge.repo.summary import SyncSummary
from jupyter_automerge.repo.syncing import SyncWait
from jupyter_automerge.repo.targets import Target
from jupyter_automerge.repo.watched import Watched, follow, watch
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.limits import SAVE_TIMEOUT_SECONDS, SYNC_TIMEOUT_SECONDS
from jupyter_automerge.values.status import DocumentState, Level
from jupyter_automerge.values.url import AutomergeUrl
from jupyter_automerge.wire.cbor import encode

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running
    from jupyter_automerge.repo.view import DocView


class DocHandle:
    """One document in one Repo. A Repo gives the same handle for the same document as long as it is loaded.

    All methods may be called from any thread. After the document was deleted or unloaded they raise
    DocumentGone, after the Repo was closed RepoClosed, in a forked child RepoForkedError; `value`, `heads`,
    `history`, `at` and `save` go on working after close, with what is in memory.
    """

    def __init__(self, live: LiveDocument, running: "Running") -> None:
        self._live = live
        self._running = running
        self.document_id: DocumentId = live.document_id
        self.url = str(AutomergeUrl(live.document_id))

    def __repr__(self) -> str:
        return f"DocHandle({self.url!r}, {self.state.value})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} belongs to one Repo in one process and cannot be pickled or copied: "
            f"send its url, {self.url}, and open that there with repo.find(url)"
        )

    def __getitem__(self, key: object) -> NoReturn:
        raise TypeError(f"to read from a document take its value: handle.value[{key!r}]")

    def __setitem__(self, key: object, value: object) -> NoReturn:
        raise TypeError(f"changes are made in a block: with handle.change() as doc: doc[{key!r}] = ...")

    @property
    def state(self) -> DocumentState:
        return self._live.state

    @property
    def value(self) -> Any:
        """The document as plain Python values, a copy. During an open change: as it was before."""
        return self._document.value()

    @property
    def heads(self) -> Heads:
        """Where the document stands; a set, to be compared by ancestry. Never waits."""
        return self._document.heads

    def change(self, message: str | None = None) -> ChangeBlock:
        """Edit the document: `with handle.change("why") as d: d["n"] = 1`.

        All of the block happens, or nothing of it if it raises. No `await` inside: ChangeAwaited, rolled
        back. When the block ends the change is on its way to peers and store; `saved()` and `synced()` tell
        when it is there. A second block, in another thread, waits for the first. Without `with` nothing is
        changed, and a RuntimeWarning says so.
        """

        @contextmanager
        def opened() -> Iterator[MapProxy]:
            document = self._writable
            with document.change(message, time=datetime.now(UTC)) as root, AwaitGuard():
                yield root

        return ChangeBlock(self.url, message, opened)

    def at(self, heads: Heads) -> "DocView":
        """The document as it was at these heads, read-only. Raises DocumentError if it has no such heads."""
        from jupyter_automerge.repo.view import DocView

        return DocView(self, heads)

    def history(self) -> list[ChangeRecord]:
        """All changes, each after those it depends on."""
        return self._document.history()

    def get(self, path: Sequence[str | int]) -> Any:
        """The plain value at a path of keys and indexes. Raises DocumentError where there is nothing."""
        return self._document.get(tuple(path))

    def diff(self, before: Heads, after: Heads | None = None) -> tuple[Patch, ...]:
        """What differs between two points of history; `after` None means now."""
        return self._document.diff(before, self.heads if after is None else after)

    def merge(self, other: "DocHandle") -> None:
        """Bring the other document's changes into this one; the other stays as it is."""
        self._writable.merge(other._content)

    def save(self) -> bytes:
        """The document in Automerge's own format, as `repo.import_document` reads it.

        Waits for the short work of other threads, never for an open change, and leaves that out.
        """
        return self._content.export()

    def changes(self) -> Feed[ChangeEvent]:
        """What happens from this call on, local, remote and from storage, for one `async for` on any loop.

        Nothing is lost: when more than 1000 events wait, the newest become one that spans them. Ends when the
        document is unloaded or deleted, or the Repo closes.
        """
        self._running.check()
        self._live.require()
        return self._live.feed(self)

    def on_change(self, callback: Callable[[ChangeEvent], object]) -> Unsubscribe:
        """Call it on the Repo's loop after each change; it may be `async`. Returns what ends that."""
        self._running.check()
        return self._live.on_change.add(partial(_call, self, callback))

    @property
    def peers(self) -> Peers:
        """One row per store other than our own: who has what of this document, as of now."""
        return self.peers_at(self.heads)

    def peers_at(self, heads: Heads) -> Peers:
        """The same rows for these heads instead of the present ones; those unknown here do not count."""
        return peers(self._running, self._live, self._document, heads)

    @property
    def local(self) -> LocalCopy:
        """This Repo's own copy: what is in memory, and what of it is durable."""
        return self.local_at(self.heads)

    def local_at(self, heads: Heads) -> LocalCopy:
        """The same for these heads, known here or not: what of them this Repo has, and how well."""
        return copy_here(self._running, self._live, self._document, heads)

    @property
    def sync(self) -> SyncSummary:
        """In one word and one line whether anything is at risk, by the Repo's SafetyPolicy, as of now."""
        return summary(self._running, self._live, self._document, self.heads)

    def watch_peers(self) -> tuple[Peers, Watched[Peers]]:
        """The rows as of now, and for one `async for` each next state of them.

        None is left out between the two, none comes twice; of several that passed meanwhile the newest is
        given. Ends when the document is unloaded or deleted, or the Repo closes.
        """
        self._running.check()
        return watch(self._running, lambda: self.peers, self.document_id)

    def on_peers(
        self, callback: Callable[[], object], ended: Callable[[], object] | None = None
    ) -> Unsubscribe:
        """Call it on the Repo's loop whenever `peers`, `local` or `sync` may be another; it may be `async`.

        `ended` is called there once, when that is over: the document was unloaded or deleted, or the Repo
        closes. Returns what ends both.
        """
        self._running.check()
        return follow(self._running, callback, ended, self)

    def synced(
        self,
        with_: Target = None,
        level: Level | None = None,
        timeout: float | None = SYNC_TIMEOUT_SECONDS,
        *,
        direction: Way = "out",
        heads: Heads | None = None,
        copies: int | None = None,
    ) -> Pending[SyncReport]:
        """Wait until others have what is in the document now; later changes do not prolong it.

        `with_`: None for as many stores as the Repo's SafetyPolicy asks for (or `copies`), else a row, a
        store, a peer, a connection, a Dialer, an id, a name, an address, a predicate of rows, `any_of(...)`,
        or a list of these, all of which are waited for. `level` None means the policy's; a store that cannot
        report STORED is taken at its best word, RECEIVED, while no better one is in reach, and the report
        says "reported in memory". `heads`: other heads than the present ones.

        `direction` "in" waits until everything is here that they had when the wait first saw them (or
        `heads`), of all in reach or of those named; "both" for both.

        Ends with a report or raises SyncTimeout, NoPeers (at once, when nobody can be reached and nothing is
        dialing, or when `level` is STORED and nobody there ever reports that), PeerGone, SyncDenied, DocumentGone
        or RepoClosed. Where this Repo's own store fails as well, StorageError takes the place of the first four,
        as a SaveTimeout for SyncTimeout, with the same report; that others have it is a success in spite of
        that. Of a store that is out of reach the wait goes on until its time is over. Raises TypeError or
        ValueError at once for what cannot be waited for.
        """
        self._running.check()
        wish = Wish(with_, level, direction, heads, copies)
        wait = SyncWait(self._running, self._live, self.heads, wish)
        return self._running.tasks.answer(lambda: wait.run(timeout))

    def saved(self, timeout: float | None = SAVE_TIMEOUT_SECONDS) -> Pending[None]:
        """Wait until this Repo's own store has confirmed what is in the document now. Raises StorageError.

        What that is worth is up to the store: see `local.durable`, and `local.weakness`.
        """
        self._running.check()
        heads = self.heads
        return self._running.tasks.answer(lambda: wait_saved(self._running, self._live, heads, timeout))

    def project(self, path: str | Path, render: Render = as_json, *, overwrite: bool = False) -> Projection:
        """Keep a file in step with the document; by default its value as JSON.

        `render` makes the file's bytes of a DocView, in a thread. The file has a row in `peers`, of kind "file",
        that says whether it is up to date, and why not; it counts as no copy. A file that is there already, or
        that somebody else writes to, is written over only with `overwrite`.
        """
        self._running.check()
        return Projection(self, self._running, Path(path), render, overwrite)

    def broadcast(self, value: object) -> None:
        """Tell everybody who has the document open, now; nothing is kept. `value`: what CBOR can hold."""
        self._running.post(Broadcast(self.document_id, encode(value)))

    def on_broadcast(self, callback: Callable[[BroadcastEvent], object]) -> Unsubscribe:
        """Call it, as `on_change` does, with each broadcast of others."""
        self._running.check()
        return self._live.on_broadcast.add(partial(_call, self, callback))

    @property
    def _document(self) -> Document:
        self._running.birthplace.check()
        return self._live.require()

    @property
    def _content(self) -> Document:
        """A document with exactly what this handle shows, not to be changed."""
        return self._document

    @property
    def _writable(self) -> Document:
        """The document, to change it. Raises what forbids that."""
        self._running.check()
        return self._live.require()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return mime_bundle(self)


def _call(holder: DocHandle, callback: Callable[[Any], object], event: object) -> object:
    """As long as somebody is called, the document is held."""
    return callback(event)
