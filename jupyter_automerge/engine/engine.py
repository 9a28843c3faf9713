"""The one door of the protocol: events in, effects out. It routes; the parts behind it decide.

A whole network of Repos runs in one process and from one seed this way, and every failure replays.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from jupyter_automerge.document import Document
from jupyter_automerge.engine import events as e
from jupyter_automerge.engine.acknowledging import Acknowledging
from jupyter_automerge.engine.after_save import AfterSave
from jupyter_automerge.engine.collection import Collection
from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.connections import Connections
from jupyter_automerge.engine.crossing import Crossing
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.docsync import DocumentSync
from jupyter_automerge.engine.effects import Effect
from jupyter_automerge.engine.ephemeral import Broadcasting
from jupyter_automerge.engine.evidence import Evidence
from jupyter_automerge.engine.facts import Facts
from jupyter_automerge.engine.foreign_writers import ForeignWriters
from jupyter_automerge.engine.gossip import Gossip
from jupyter_automerge.engine.inbox import Inbox
from jupyter_automerge.engine.joining import Joining
from jupyter_automerge.engine.loading import Loader
from jupyter_automerge.engine.local import FixedShare, LocalPeer
from jupyter_automerge.engine.notices import DocumentRemoved, SearchProgress, StoreRow
from jupyter_automerge.engine.progress import progress_of
from jupyter_automerge.engine.quarantine import Quarantine
from jupyter_automerge.engine.reach import Reach
from jupyter_automerge.engine.reading import Reading
from jupyter_automerge.engine.receiving import Receiving
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.remembering import Remembering
from jupyter_automerge.engine.removal import UNSAFE, Graveyard, is_elsewhere
from jupyter_automerge.engine.rereading import Rereader
from jupyter_automerge.engine.resume import Resumption
from jupyter_automerge.engine.retelling import Retelling
from jupyter_automerge.engine.saving import Saver
from jupyter_automerge.engine.sharing import Sharing
from jupyter_automerge.engine.siblings import Siblings
from jupyter_automerge.engine.slow_writes import SlowWrites
from jupyter_automerge.engine.stamps import Stamps
from jupyter_automerge.engine.stopping import Stopping
from jupyter_automerge.engine.store_changes import StoreChanges
from jupyter_automerge.engine.store_facts import StoreFacts
from jupyter_automerge.engine.store_news import StoreNews
from jupyter_automerge.engine.stores import Stores
from jupyter_automerge.engine.subscriptions import Subscriptions
from jupyter_automerge.engine.surroundings import Surroundings
from jupyter_automerge.engine.sync_states import SyncStates
from jupyter_automerge.engine.unloading import Unloading
from jupyter_automerge.engine.writer import Writer
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.limits import STORE_KEPT_SECONDS
from jupyter_automerge.values.status import DocumentState
from jupyter_automerge.values.store import KnownStore

ALWAYS = FixedShare()


class Engine:
    """One Repo without IO.

    `share`: a fixed policy, or None to ask by AskPolicy. `jitter` gives numbers from 0 to 1 for the backoff;
    `actor` makes actor ids for documents that come from elsewhere (None: the core draws them). `wall_offset`
    is what to add to `now` for seconds since 1970. `ack_after_save`: see AfterSave. `put_rest`: for how
    many times as long as a document's last write took the next one waits. `unload_after`: how long a document
    that nobody has any use for stays in memory; None: for good. Times are seconds on a clock that never
    goes back. `retain`: how long stores are remembered that are out of reach and that our user thinks nothing of.
    """

    def __init__(
        self,
        local: LocalPeer,
        *,
        share: FixedShare | None = ALWAYS,
        jitter: Callable[[], float] = lambda: 0.5,
        actor: Callable[[], bytes] | None = None,
        wall_offset: float = 0.0,
        ack_after_save: bool = False,
        put_rest: float = 0.0,
        unload_after: float | None = None,
        retain: float = STORE_KEPT_SECONDS,
    ) -> None:
        self.local = local
        self._desk = desk = Desk(wall_offset)
        self._documents: dict[DocumentId, DocumentRecord] = {}
        self._connections = Connections(
            local,
            desk,
            jitter,
            self._met,
            self._parted,
            self._chosen,
            lambda endpoint: self._stores.dialing_moved(endpoint),
        )
        self._stores = Stores(local, desk, self._connections.is_dialing, retain)
        self._writes = SlowWrites(desk)
        self._remembering = Remembering(local, desk, self._stores, self._writes)
        self._facts = Facts(desk, self._documents, self._stores, self._remembering)
        self._facts.lost = self._lost
        self._evidence = Evidence(desk, self._documents, self._stores, self._facts, self._remembering)
        self._siblings = Siblings(local, desk, self._stores, self._writes)
        self._stores.watchers = (
            StoreNews(desk, self._documents, self._facts, self._remembering),
            self._remembering,
        )
        self._resumption = Resumption(desk)
        stamps = Stamps(desk)
        self._acknowledging = Acknowledging(
            local, desk, self._documents, self._evidence, self._resumption, stamps
        )
        self._subscriptions = Subscriptions(local, desk, self._connections)
        retelling = Retelling(desk, self._stores, stamps)
        self._reach = Reach(local, desk, self._stores)
        self._gossip = Gossip(
            local, desk, self._documents, self._evidence, self._subscriptions, retelling, self._reach
        )
        self._evidence.grew = self._gossip.grew
        after_save = AfterSave(desk, local, ack_after_save)
        # Where peers wait for a put, it waits for nothing.
        rest = 0.0 if ack_after_save else put_rest
        self._foreign = ForeignWriters(local, desk, self._siblings, self._writes)
        self._saver = Saver(local, desk, after_save, self._acknowledging.saved, rest, self._foreign)
        self._graveyard = Graveyard(local, desk)
        self._graveyard.farewell = lambda document_id: self._collection.bid_farewell(document_id)
        self._sync_states = SyncStates(local, desk, self._documents, self._resumption, self._graveyard)
        around = Surroundings(
            local,
            desk,
            self._documents,
            self._connections,
            self._facts,
            self._evidence,
            self._acknowledging,
            self._gossip,
            self._graveyard,
            self._remembering,
        )
        quarantine = Quarantine(desk, self._documents)
        loader = Loader(
            desk,
            self._resumption,
            actor,
            self._then,
            self._evidence,
            quarantine,
            self._acknowledging.saved,
        )
        self._rereader = Rereader(desk, self._documents, loader, quarantine, self._foreign, self._graveyard)
        loader.wait_for_missing = self._rereader.look_later
        self._rereader.lost = self._acknowledging.lost
        self._store_changes = StoreChanges(
            desk, self._documents, self._graveyard, self._rereader, self._siblings, self._foreign
        )
        joining = Joining(desk, self._saver, self._rereader)
        unloading = Unloading(local, desk, self._saver, unload_after)
        self._collection = Collection(around, loader, self._saver, unloading)
        self._sharing = Sharing(desk, share, self._collection.decided)
        self._collection.sharing = self._sharing
        crossing = Crossing(desk)
        reading = Reading(local, desk, self._connections)
        receiving = Receiving(desk, self._evidence, reading, self._resumption, crossing)
        self._docsync = DocumentSync(
            around, receiving, self._resumption, self._saver, after_save, crossing, joining
        )
        self._broadcasting = Broadcasting(local, desk, self._connections)
        self._inbox = Inbox(around, self._collection, receiving, self._broadcasting, self._reach)
        self._writer = Writer(
            desk,
            self._docsync.frame,
            self._acknowledging.frame,
            self._subscriptions.frame,
            self._gossip.frame,
            self._reach.frame,
        )
        self._stopping = Stopping(
            desk, self._documents, self._connections, self._saver, self._stores, self._writes
        )
        self._opened = False

    # The door

    def handle(self, event: e.Event, now: float) -> list[Effect]:
        """Take one event; what it asks of the world comes back, in order."""
        return list(self.handle_all((event,), now))

    def handle_all(self, events: Iterable[e.Event], now: float) -> Iterator[Effect]:
        """Take several events that came at once, and decide about each document once for all of them.

        To be iterated to the end. Each frame is handed out before the next is made, and all of them before
        any document's bytes are taken for the disk: whoever performs each effect as it comes delays none.
        """
        self._desk.now = max(now, self._desk.now)
        if not self._opened:
            self._opened = True
            self._graveyard.open()
            self._remembering.open()
            self._siblings.open()
            self._foreign.open()
        for event in events:
            self._absorb(event)
        self._desk.run_due()
        yield from self._settle()
        yield from self._desk.take_effects()

    def next_wakeup(self) -> float | None:
        """When a Tick is due at the latest; None while nothing waits for time to pass."""
        return self._desk.next_deadline()

    def _absorb(self, event: e.Event) -> None:
        match event:
            case e.FrameReceived(connection_id, frame):
                connection = self._connections.table.get(connection_id)
                if connection is not None:
                    self._inbox.frame(connection, frame)
            case e.Writable(connection_id):
                connection = self._connections.table.get(connection_id)
                if connection is not None:
                    connection.full = False
                    self._desk.mark_connection(connection_id)
            case e.BytesMoved(connection_id):
                connection = self._connections.table.get(connection_id)
                if connection is not None:
                    self._facts.lulls.bytes_moved(connection)
            case e.RoundTrip(connection_id, seconds):
                connection = self._connections.table.get(connection_id)
                if connection is not None:
                    connection.rtt = seconds
            case e.LocalChange(document_id):
                record = self._documents.get(document_id)
                if record is not None:
                    record.mark_all_dirty()
                    self._desk.mark_document(document_id)
            case e.DocumentFreed(document_id):
                self._desk.mark_document(document_id)
            case (
                e.Loaded(token)
                | e.Listed(token)
                | e.LoadFailed(token)
                | e.PutDone(token)
                | e.PutFailed(token)
                | e.DeleteDone(token)
                | e.DeleteFailed(token)
                | e.PolicyAnswered(token)
            ):
                self._desk.answered(token, event)
            case e.ConnectionOpened():
                self._connections.opened(event)
            case e.ConnectionClosed():
                self._connections.closed(event)
            case e.DialerAdded():
                self._connections.dialer_added(event)
            case e.DialerRemoved():
                self._connections.dialer_removed(event)
                self._reconsider_searches()
            case e.DialFailed():
                self._connections.dial_failed(event)
                self._reconsider_searches()
            case e.Create():
                self._collection.create(event)
            case e.Find(document_id):
                self._collection.find(document_id)
            case e.Remove(document_id, force):
                self._remove(document_id, force=force)
            case e.Unload(document_id):
                self._collection.unload(document_id)
            case e.Hold(document_id):
                self._collection.hold(document_id)
            case e.Release(document_id):
                self._collection.release(document_id)
            case e.Broadcast(document_id, data):
                record = self._documents.get(document_id)
                if record is not None:
                    self._broadcasting.broadcast(record, data)
            case e.NameStore(store_id, petname):
                self._remembering.then(partial(self._stores.name, store_id, petname))
            case e.TrustStore(store_id, trust):
                self._remembering.then(partial(self._stores.trust, store_id, trust))
            case e.ForgetStore(store_id):
                self._remembering.then(partial(self._stores.forget, store_id))
            case e.PolicyChanged():
                self._collection.policy_changed()
            case e.Follow(store_ids):
                self._subscriptions.follow(store_ids)
            case e.Unfollow(store_ids):
                self._subscriptions.unfollow(store_ids)
            case e.StorageChanged(place):
                self._store_changes.changed(place)
            case e.StoreWeakened(reason):
                self._weakened(reason)
            case e.Stop():
                self._siblings.leave()
                self._stopping.begin()
            case e.Tick():
                pass

    def _settle(self) -> Iterator[Effect]:
        """Decide, send, save: in this order, as taking a document's bytes for the disk takes longer than a
        frame.
        """
        desk = self._desk
        evaluated: dict[DocumentId, None] = {}
        while desk.due_documents or desk.due_connections or evaluated or not self._stores.is_settled:
            self._stores.settle()
            documents, desk.due_documents = desk.due_documents, {}
            for record in self._records(documents):
                self._docsync.evaluate(record)
                self._rereader.go_on(record)
            evaluated.update(documents)
            connections, desk.due_connections = desk.due_connections, {}
            for connection_id in connections:
                connection = self._connections.table.get(connection_id)
                if connection is not None:
                    self._writer.pump(connection)
                    yield from desk.take_effects()
            for record in self._records(documents):
                self._docsync.sent(record)
            if not (desk.due_documents or desk.due_connections) and self._stores.is_settled:
                for record in self._records(evaluated):
                    self._docsync.save(record)
                    self._collection.leave_if_due(record)
                evaluated.clear()
        self._sync_states.save_later()
        self._stopping.end_if_done()

    def _then(self, action: Callable[[], None]) -> None:
        """Do it once it is known what was deleted, and which stores there are."""
        self._graveyard.then(lambda: self._remembering.then(action))

    def _weakened(self, reason: str) -> None:
        """Whoever meets us from now on is told of no promise; what it was worth until now is taken back."""
        self.local.weakness = self.local.weakness or reason
        self._acknowledging.weakened()
        for record in self._documents.values():
            record.rows_moved = True
            self._desk.mark_document(record.id)

    def _lost(self, record: DocumentRecord, facts: StoreFacts) -> None:
        """Sessions are to begin from nothing that the store was believed to share; the one that runs finds out."""
        self._resumption.lost(record, facts.store.id)
        for session in facts.sessions.values():
            session.dirty = True
        self._gossip.grew(record, facts.store.id, None)
        self._desk.mark_document(record.id)

    def _records(self, document_ids: Iterable[DocumentId]) -> Iterator[DocumentRecord]:
        for document_id in document_ids:
            record = self._documents.get(document_id)
            if record is not None:
                yield record

    def _met(self, connection: Connection) -> None:
        self._stores.met(connection)
        self._reach.moved(connection.store_id)
        self._siblings.met(connection)
        self._foreign.met(connection)
        self._collection.met(connection)
        self._subscriptions.met(connection)

    def _chosen(self, connection: Connection) -> None:
        self._collection.led_by(connection)
        self._subscriptions.met(connection)

    def _parted(self, connection: Connection) -> None:
        self._stores.parted(connection)
        self._gossip.parted(connection)
        self._reach.parted(connection)
        self._collection.parted(connection)
        self._reconsider_searches()

    def _reconsider_searches(self) -> None:
        """Who may still bring a document has changed."""
        for record in self._documents.values():
            if not record.has_data:
                self._desk.mark_document(record.id)

    def _remove(self, document_id: DocumentId, *, force: bool) -> None:
        record = self._documents.get(document_id)
        if record is not None and record.has_data and not force and not is_elsewhere(record):
            self._desk.emit(DocumentRemoved(document_id, UNSAFE))
            return
        self._graveyard.bury(document_id, lambda: self._collection.bid_farewell(document_id))

    # Views

    def document(self, document_id: DocumentId) -> Document | None:
        record = self._documents.get(document_id)
        return None if record is None else record.document

    def state(self, document_id: DocumentId) -> DocumentState | None:
        record = self._documents.get(document_id)
        return None if record is None else record.state

    def is_deleted(self, document_id: DocumentId) -> bool:
        """Whether it was deleted from this store, and nobody here asked for it since."""
        return document_id in self._graveyard

    def progress(self, document_id: DocumentId) -> SearchProgress | None:
        record = self._documents.get(document_id)
        return None if record is None else progress_of(record, self._connections)

    def rows(self, document_id: DocumentId) -> tuple[StoreRow, ...]:
        record = self._documents.get(document_id)
        return () if record is None else self._facts.rows(record)

    @property
    def foreign_writers_seen(self) -> float | None:
        """When somebody who is no Repo of ours was first seen to write into our store, in seconds since 1970."""
        return self._foreign.seen_at

    def stores(self) -> tuple[KnownStore, ...]:
        """The stores that are known besides our own, with or without documents."""
        return self._stores.snapshot()

    def saved_heads(self, document_id: DocumentId) -> Heads:
        record = self._documents.get(document_id)
        return frozenset() if record is None else record.saving.heads

    def is_elsewhere(self, document_id: DocumentId) -> bool:
        """Whether another store says now that it keeps all of it (E21)."""
        record = self._documents.get(document_id)
        return record is not None and is_elsewhere(record)

    def metrics(self) -> dict[str, int]:
        """How full the tables are."""
        return {
            "documents": len(self._documents),
            "connections": len(self._connections.table),
            "peers": len(self._connections.peers),
            "dialers": len(self._connections.dialers),
            "stores": len(self._stores),
            "sessions": sum(len(record.sessions) for record in self._documents.values()),
            "frames_waiting": sum(len(one.frames) for one in self._connections.table.values()),
            "puts_in_flight": sum(one.saving.put is not None for one in self._documents.values()),
            "tombstones": len(self._graveyard),
            "followed_stores": len(self._subscriptions),
            "open_questions": self._desk.open_questions,
        }
