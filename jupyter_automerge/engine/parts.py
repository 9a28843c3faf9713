"""The parts of one Engine: each made once, and joined with those that it works with and those that hear from it."""

from collections.abc import Callable

from jupyter_automerge.engine.acknowledging import Acknowledging
from jupyter_automerge.engine.after_save import AfterSave
from jupyter_automerge.engine.collection import Collection
from jupyter_automerge.engine.connection import Connection
from jupyter_automerge.engine.connections import Connections
from jupyter_automerge.engine.crossing import Crossing
from jupyter_automerge.engine.departing import Departing
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.docsync import DocumentSync
from jupyter_automerge.engine.ephemeral import Broadcasting
from jupyter_automerge.engine.evidence import Evidence
from jupyter_automerge.engine.facts import Facts
from jupyter_automerge.engine.foreign_writers import ForeignWriters
from jupyter_automerge.engine.gossip import Gossip
from jupyter_automerge.engine.inbox import Inbox
from jupyter_automerge.engine.joining import Joining
from jupyter_automerge.engine.leases import Lease
from jupyter_automerge.engine.loading import Loader
from jupyter_automerge.engine.local import FixedShare, LocalPeer
from jupyter_automerge.engine.quarantine import Quarantine
from jupyter_automerge.engine.reach import Reach
from jupyter_automerge.engine.reading import Reading
from jupyter_automerge.engine.receiving import Receiving
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.remembering import Remembering
from jupyter_automerge.engine.removal import Graveyard
from jupyter_automerge.engine.rereading import Rereader
from jupyter_automerge.engine.resume import Resumption
from jupyter_automerge.engine.retelling import Retelling
from jupyter_automerge.engine.saving import Saver
from jupyter_automerge.engine.sessions import Sessions
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
from jupyter_automerge.values.ids import DocumentId


class Parts:
    """What one Engine is made of. The options are those of `Engine`."""

    def __init__(
        self,
        local: LocalPeer,
        *,
        share: FixedShare | None,
        jitter: Callable[[], float],
        actor: Callable[[], bytes] | None,
        wall_offset: float,
        ack_after_save: bool,
        put_rest: float,
        unload_after: float | None,
        retain: float,
        is_gone: Callable[[Lease], bool],
    ) -> None:
        self.local = local
        self.desk = Desk(wall_offset)
        self.documents: dict[DocumentId, DocumentRecord] = {}
        self.after_save = AfterSave(self.desk, local, ack_after_save)
        self._join_the_net(jitter, retain)
        self._know_others(is_gone)
        # Where peers wait for a put, it waits for nothing.
        self._keep_documents(actor, 0.0 if ack_after_save else put_rest)
        self._hold_documents(share, unload_after)
        self._talk()

    def open(self) -> None:
        """Read what earlier lives of this Repo left in its store."""
        self.graveyard.open()
        self.remembering.open()
        self.siblings.open()
        self.foreign.open()

    # Made

    def _join_the_net(self, jitter: Callable[[], float], retain: float) -> None:
        """Connections, and the stores behind them."""
        self.connections = Connections(
            self.local,
            self.desk,
            jitter,
            self._met,
            self._parted,
            self._chosen,
            lambda endpoint: self.stores.links.dialing_moved(endpoint),
        )
        self.stores = Stores(self.local, self.desk, self.connections.dialers.is_dialing, retain)
        self.subscriptions = Subscriptions(self.local, self.desk, self.connections)
        self.reach = Reach(self.local, self.desk, self.stores)

    def _know_others(self, is_gone: Callable[[Lease], bool]) -> None:
        """What stores have of the documents: believed, remembered, and told."""
        local, desk, documents, stores = self.local, self.desk, self.documents, self.stores
        self.writes = SlowWrites(desk)
        self.siblings = Siblings(local, desk, stores, self.writes, is_gone)
        self.foreign = ForeignWriters(local, desk, self.siblings, self.writes)
        self.remembering = Remembering(local, desk, stores, self.writes)
        self.facts = Facts(desk, documents, stores, self.remembering)
        self.facts.lost = self._lost
        stores.watchers = (StoreNews(desk, documents, self.facts, self.remembering), self.remembering)
        self.evidence = Evidence(desk, documents, stores, self.facts, self.remembering)
        self.resumption = Resumption(desk)
        stamps = Stamps(desk)
        self.acknowledging = Acknowledging(local, desk, documents, self.evidence, self.resumption, stamps)
        retelling = Retelling(desk, stores, stamps)
        self.gossip = Gossip(local, desk, documents, self.evidence, self.subscriptions, retelling, self.reach)
        self.evidence.grew = self.gossip.grew

    def _keep_documents(self, actor: Callable[[], bytes] | None, put_rest: float) -> None:
        """Our own store: what is written to it, read from it, deleted there, and what others do to it."""
        local, desk, documents, saved = self.local, self.desk, self.documents, self.acknowledging.saved
        self.saver = Saver(local, desk, self.after_save, saved, put_rest, self.foreign)
        self.graveyard = Graveyard(local, desk)
        self.graveyard.farewell = lambda document_id: self.departing.bid_farewell(document_id)
        self.sync_states = SyncStates(local, desk, documents, self.resumption, self.graveyard)
        quarantine = Quarantine(desk, documents)
        self.loader = Loader(desk, self.resumption, actor, self._then, self.evidence, quarantine, saved)
        self.rereader = Rereader(desk, documents, self.loader, quarantine, self.foreign, self.graveyard)
        self.rereader.lost = self.acknowledging.lost
        self.loader.wait_for_missing = self.rereader.look_later
        self.store_changes = StoreChanges(
            desk, documents, self.graveyard, self.rereader, self.siblings, self.foreign
        )

    def _hold_documents(self, share: FixedShare | None, unload_after: float | None) -> None:
        """The documents in memory, and with whom they are shared."""
        self.around = Surroundings(
            self.local,
            self.desk,
            self.documents,
            self.connections,
            self.facts,
            self.evidence,
            self.acknowledging,
            self.gossip,
            self.graveyard,
            self.remembering,
        )
        unloading = Unloading(self.local, self.desk, self.saver, unload_after)
        self.departing = Departing(self.around, self.saver, unloading)
        self.sessions = Sessions(self.around, self.loader, self.departing)
        self.sessions.sharing = Sharing(self.desk, share, self.sessions.decided)
        self.collection = Collection(self.around, self.loader, self.sessions, unloading)

    def _talk(self) -> None:
        """What peers say, and what is said to them."""
        local, desk, connections = self.local, self.desk, self.connections
        crossing = Crossing(desk)
        reading = Reading(local, desk, connections)
        receiving = Receiving(desk, self.evidence, reading, self.resumption, crossing)
        joining = Joining(desk, self.saver, self.rereader)
        self.docsync = DocumentSync(
            self.around, receiving, self.resumption, self.saver, self.after_save, crossing, joining
        )
        self.broadcasting = Broadcasting(local, desk, connections)
        self.inbox = Inbox(
            self.around, self.collection, self.sessions, receiving, self.broadcasting, self.reach
        )
        self.writer = Writer(
            desk,
            self.docsync.frame,
            self.acknowledging.frame,
            self.subscriptions.frame,
            self.gossip.frame,
            self.reach.frame,
        )
        self.stopping = Stopping(desk, self.documents, connections, self.saver, self.stores, self.writes)

    # Joined

    def reconsider_searches(self) -> None:
        """Who may still bring a document has changed."""
        for record in self.documents.values():
            if not record.has_data:
                self.desk.mark_document(record.id)

    def _met(self, connection: Connection) -> None:
        self.stores.met(connection)
        self.reach.moved(connection.store_id)
        self.siblings.met(connection)
        self.foreign.met(connection)
        self.sessions.met(connection)
        self.subscriptions.met(connection)

    def _chosen(self, connection: Connection) -> None:
        self.sessions.led_by(connection)
        self.subscriptions.met(connection)

    def _parted(self, connection: Connection) -> None:
        self.stores.parted(connection)
        self.gossip.parted(connection)
        self.reach.parted(connection)
        self.sessions.parted(connection)
        self.reconsider_searches()

    def _then(self, action: Callable[[], None]) -> None:
        """Do it once it is known what was deleted, and which stores there are."""
        self.graveyard.then(lambda: self.remembering.then(action))

    def _lost(self, record: DocumentRecord, facts: StoreFacts) -> None:
        """Sessions are to begin from nothing that the store was believed to share; the one that runs finds out."""
        self.resumption.lost(record, facts.store.id)
        for session in facts.sessions.values():
            session.dirty = True
        self.gossip.grew(record, facts.store.id, None)
        self.desk.mark_document(record.id)
