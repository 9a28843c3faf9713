"""The one door of the protocol: events in, effects out. It routes; the parts behind it decide.

A whole network of Repos runs in one process and from one seed this way, and every failure replays.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from jupyter_automerge.document import Document
from jupyter_automerge.engine import events as e
from jupyter_automerge.engine.began_anew import began_anew
from jupyter_automerge.engine.effects import Effect
from jupyter_automerge.engine.fill import fill_of
from jupyter_automerge.engine.leases import Lease
from jupyter_automerge.engine.local import FixedShare, LocalPeer
from jupyter_automerge.engine.notices import SearchProgress, StoreRow
from jupyter_automerge.engine.parts import Parts
from jupyter_automerge.engine.progress import progress_of
from jupyter_automerge.engine.removal import is_elsewhere
from jupyter_automerge.engine.settling import Settling
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
    `is_gone`: whether the process of a lease certainly is no more; the default knows of none.
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
        is_gone: Callable[[Lease], bool] = lambda lease: False,
    ) -> None:
        self.local = local
        self._parts = parts = Parts(
            local,
            share=share,
            jitter=jitter,
            actor=actor,
            wall_offset=wall_offset,
            ack_after_save=ack_after_save,
            put_rest=put_rest,
            unload_after=unload_after,
            retain=retain,
            is_gone=is_gone,
        )
        self._desk = parts.desk
        self._documents = parts.documents
        self._connections = parts.connections
        self._stores = parts.stores
        self._inbox = parts.inbox
        self._facts = parts.facts
        self._collection = parts.collection
        self._graveyard = parts.graveyard
        self._settling = Settling(parts)
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
            self._parts.open()
        for event in events:
            self._absorb(event)
        self._desk.run_due()
        yield from self._settling.settle()

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
                self._connections.dialers.added(event)
            case e.DialerRemoved(dialer):
                self._connections.dialer_removed(dialer)
                self._parts.reconsider_searches()
            case e.DialFailed():
                self._connections.dialers.failed(event)
                self._parts.reconsider_searches()
            case e.StorageChanged(place):
                self._parts.store_changes.changed(place)
            case e.StoreWeakened(reason):
                self._weakened(reason)
            case e.StoreBeganAnew(epoch):
                began_anew(self._parts, self.local, epoch)
            case e.Tick():
                pass
            case _:
                self._obey(event)

    def _obey(self, wish: e.Event) -> None:
        """What this Repo's own user asks for."""
        parts = self._parts
        match wish:
            case e.Create():
                self._collection.create(wish)
            case e.Find(document_id):
                self._collection.find(document_id)
            case e.Remove(document_id, force):
                parts.departing.remove(document_id, force=force)
            case e.Unload(document_id):
                self._collection.unload(document_id)
            case e.Resume(document_id, store_ids):
                self._collection.resume(document_id, store_ids)
            case e.Dismiss(document_id):
                self._collection.dismiss(document_id)
            case e.Hold(document_id):
                self._collection.hold(document_id)
            case e.Release(document_id):
                self._collection.release(document_id)
            case e.Broadcast(document_id, data):
                record = self._documents.get(document_id)
                if record is not None:
                    parts.broadcasting.broadcast(record, data)
            case e.NameStore(store_id, petname):
                parts.remembering.then(partial(self._stores.name, store_id, petname))
            case e.TrustStore(store_id, trust):
                parts.remembering.then(partial(self._stores.trust, store_id, trust))
            case e.ForgetStore(store_id):
                parts.remembering.then(partial(self._stores.forget, store_id))
            case e.PolicyChanged():
                parts.sessions.policy_changed()
            case e.Follow(store_ids):
                parts.subscriptions.follow(store_ids)
            case e.Unfollow(store_ids):
                parts.subscriptions.unfollow(store_ids)
            case e.Stop():
                parts.siblings.leave()
                parts.stopping.begin()

    def _weakened(self, reason: str) -> None:
        """Whoever meets us from now on is told of no promise; what it was worth until now is taken back."""
        self.local.weakness = self.local.weakness or reason
        self._parts.acknowledging.weakened()
        for record in self._documents.values():
            record.rows_moved = True
            self._desk.mark_document(record.id)

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
        return self._parts.foreign.seen_at

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
        return fill_of(self._parts)
