"""A Repo between open and close: its parts, and the way of events, effects and notices between them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from jupyter_automerge.engine import notices as engine_words
from jupyter_automerge.engine.effects import (
    AskPolicy,
    Close,
    Delete,
    Dial,
    Effect,
    List,
    Load,
    Put,
    Read,
    Send,
)
from jupyter_automerge.engine.events import Event, Stop, StorageChanged
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.notices import ForeignWritersSeen, RowsChanged, Stopped
from jupyter_automerge.errors import RepoClosed
from jupyter_automerge.repo import own_store
from jupyter_automerge.repo.brief import listed
from jupyter_automerge.repo.clock import Clock
from jupyter_automerge.repo.counting import Totals
from jupyter_automerge.repo.dialing import Dialing
from jupyter_automerge.repo.directory import Directory
from jupyter_automerge.repo.documents import Documents
from jupyter_automerge.repo.driver import Driver
from jupyter_automerge.repo.engine_view import EngineView
from jupyter_automerge.repo.feed import Feed
from jupyter_automerge.repo.forks import Birthplace
from jupyter_automerge.repo.home import HomeLoop
from jupyter_automerge.repo.known_stores import KnownStores
from jupyter_automerge.repo.links import INTERNAL_ERROR, Links
from jupyter_automerge.repo.listeners import Listeners
from jupyter_automerge.repo.own_marks import OwnMarks
from jupyter_automerge.repo.report import CloseReport
from jupyter_automerge.repo.resuming import Resuming
from jupyter_automerge.repo.safety import SAFE, SafetyPolicy
from jupyter_automerge.repo.share import Asking, SharePolicy
from jupyter_automerge.repo.shelf import Shelf
from jupyter_automerge.repo.store_watch import StoreWatch
from jupyter_automerge.repo.storing import Storing
from jupyter_automerge.repo.tasks import Tasks
from jupyter_automerge.repo.verdicts import Notice, Verdicts
from jupyter_automerge.repo.watching import Watching
from jupyter_automerge.repo.without_store import WithoutStore
from jupyter_automerge.storage.contract import Storage
from jupyter_automerge.values.ids import DocumentId

GOING_AWAY = 1001
FAREWELL_SECONDS = 1.0
_logger = logging.getLogger(__name__)


class Running:
    """Everything of one Repo that lives on its event loop."""

    def __init__(
        self,
        home: HomeLoop,
        local: LocalPeer,
        engine: EngineView,
        storage: Storage | None,
        share: SharePolicy,
        safety: SafetyPolicy = SAFE,
    ) -> None:
        self.safety = safety
        self.home = home
        self.local = local
        self.engine = engine
        self.birthplace = Birthplace()
        self.clock = Clock(home.loop.time)
        self.tasks = Tasks(home)
        self.driver = Driver(engine, home, self._perform, self._tell, self._start_over)
        self.totals = Totals()
        self.links = Links(self.driver.post, self.driver.follow_up, self.totals, self.clock.now)
        self.directory = Directory(self.clock.utc, self.clock.now)
        self.stores = KnownStores(self.directory)
        self.dialing = Dialing(self.links, self.tasks, self.driver.post, self.directory.dialed)
        self.asking = Asking(share, self.tasks, self.driver.post, self.driver.follow_up)
        self.documents = Documents(self)
        self.watching = Watching()
        self.listeners: Listeners[Notice] = Listeners(self.run)
        self.verdicts = Verdicts(self)
        self.streams: set[Feed[Any]] = set()
        """They end with the Repo."""
        self.closed = False
        self.storage = storage
        self.foreign_writers: datetime | None = None
        """Since when others than Repos of ours are known to write into the store."""
        storing = None if storage is None else Storing(storage, self.tasks, self.driver.post, self.totals)
        self.shelf = (
            None if storing is None or storage is None else Shelf(self, storage, storing.rows_written)
        )
        self.resuming = None if self.shelf is None else Resuming(self, self.shelf)
        self._stopped: asyncio.Future[Stopped] = home.loop.create_future()
        keeper = storing or WithoutStore(self.driver.follow_up)
        self._performers: dict[type[Effect], Callable[[Any], None]] = {
            Send: self.links.send,
            Close: self.links.close,
            Dial: self.dialing.dial,
            AskPolicy: self.asking.ask,
            Load: keeper.load,
            Read: keeper.read,
            List: keeper.list,
            Put: keeper.put,
            Delete: keeper.delete,
        }
        self._marks = (
            None if storage is None or local.fleeting else OwnMarks(storage, local, self.driver.post)
        )
        self.store_watch = (
            None if storage is None else StoreWatch(storage, local.store_id, self._store_changed, self._tell)
        )
        if self._marks is not None:
            self.tasks.start(self._marks.run())
        if self.store_watch is not None:
            self.tasks.start(self.store_watch.run())

    def check(self) -> None:
        """Raise RepoForkedError or RepoClosed unless the Repo may be used."""
        self.birthplace.check()
        if self.closed:
            raise RepoClosed
        self.home.check()

    def post(self, event: Event) -> None:
        """A user's wish for the Engine, from any thread."""
        self.check()
        self.driver.post(event)

    @property
    def hopes(self) -> bool:
        """Whether anybody is connected, introduces himself, is being dialed or may come by."""
        return len(self.links) > 0 or bool(self.directory.connections) or self.directory.hopes

    @property
    def is_introducing(self) -> bool:
        """Whether somebody whom we connected to has not said yet who he is."""
        return bool(self.links.outgoing - {one.id for one in self.directory.connections})

    def run(self, work: Awaitable[object]) -> None:
        """What an `async` callback of a user returned; its errors are logged."""
        self.tasks.start(_logged(work))

    async def close(self, seconds: float, *, patient: bool = False) -> CloseReport:
        """Save, say goodbye and let go; in at most about `seconds` and one more.

        `patient`: as long as the store goes on saving; then `seconds` is how long it may stand still.
        """
        self.closed = True
        self.driver.post(Stop())
        unsaved = await self._saved(seconds)
        written = -1
        while patient and unsaved is None and written != self.totals.writes:
            written = self.totals.writes
            unsaved = await self._saved(seconds)
        # What a thread commits from here on would be lost without a word.
        self.documents.seal()
        unsaved = tuple(dict.fromkeys((*(unsaved or ()), *self._unsaved())))
        self.links.close_all(GOING_AWAY, "the Repo closes")
        await self.links.farewells(FAREWELL_SECONDS)
        self.driver.stop()
        await self.tasks.end()
        self.documents.close()
        for stream in tuple(self.streams):
            stream.close()
        await self._close_storage()
        if unsaved:
            _logger.error("closed with unsaved changes in: %s", listed(unsaved))
        return CloseReport(unsaved)

    async def _saved(self, seconds: float) -> tuple[DocumentId, ...] | None:
        """What the Engine could not save in the end; None while it is not at an end."""
        try:
            async with asyncio.timeout(seconds):
                return (await asyncio.shield(self._stopped)).unsaved
        except TimeoutError:
            return None

    def _perform(self, effect: Effect) -> None:
        self._performers[type(effect)](effect)

    def _tell(self, notice: engine_words.Notice) -> None:
        if isinstance(notice, Stopped) and not self._stopped.done():
            self._stopped.set_result(notice)
        self.directory.hear(notice)
        self.stores.hear(notice)
        own_store.log(notice)
        if self.resuming is not None:
            self.resuming.hear(notice)
        if isinstance(notice, ForeignWritersSeen):
            self.foreign_writers = own_store.seen_at(notice)
        document_id: DocumentId | None = getattr(notice, "document_id", None)
        if document_id is not None:
            self.documents.hear(notice, document_id)
            self.verdicts.hear(document_id)
        self.watching.moved(document_id)
        self.listeners.call(notice)

    def rows_moved(self, document_id: DocumentId) -> None:
        """Tell whoever looks at the document's rows to look again. On the loop."""
        self._tell(RowsChanged(document_id, self.engine.rows(document_id)))

    def _store_changed(self, event: StorageChanged) -> None:
        self.driver.post(event)
        if self._marks is not None:
            self._marks.changed(event.place)

    def _start_over(self) -> None:
        """The Engine lost effects, perhaps frames that it counts as sent: no session can be relied on."""
        self.links.close_all(INTERNAL_ERROR, "internal error: please connect again")

    def _unsaved(self) -> tuple[DocumentId, ...]:
        """What the Engine would have named, had it come to an end."""
        if not self.local.has_storage:
            return ()
        return tuple(
            document_id
            for document_id, handle in self.documents.ready.items()
            if not handle.heads <= self.engine.saved_heads(document_id)
        )

    async def _close_storage(self) -> None:
        if self.storage is None:
            return
        try:
            await self.storage.close()
        except Exception:  # adapters are written by others; all that could be saved is saved
            _logger.exception("the store did not close cleanly")


async def _logged(work: Awaitable[object]) -> None:
    try:
        await work
    except Exception:  # it is the user's code, and nobody awaits it
        _logger.exception("an async callback raised; others are not affected")
