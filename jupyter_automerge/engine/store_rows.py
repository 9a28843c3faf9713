"""Rows, made of what is known of each store: facts in a form that users can keep."""

from jupyter_automerge.engine.head_set import united
from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.store_entry import StoreEntry
from jupyter_automerge.engine.store_facts import StoreFacts
from jupyter_automerge.engine.stores import Stores
from jupyter_automerge.values.status import Access, Link


class StoreRows:
    """Makes the row of one store regarding one document."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._links = stores.links

    def link(self, facts: StoreFacts) -> Link:
        """How the store can be reached, as far as this document is concerned."""
        return self._links.to(facts.store, {store: word.at for store, word in facts.hearsay.items()})

    def make(self, record: DocumentRecord, facts: StoreFacts, *, exact: bool = False) -> StoreRow:
        """As of now. `exact`: no head is left that others are known to come after, whatever that costs."""
        history = record.history
        store, words = facts.store, facts.words
        own = () if facts.durable is None else (facts.durable.heads,)
        told = [one for word in words.values() for one in (word.received, word.stored)]
        trusted = [word.stored for reporter, word in words.items() if self._stores.is_trusted(reporter)]
        received = united(facts.held(), history, exact=exact)
        return StoreRow(
            store_id=store.id,
            peer_ids=tuple(sorted({one.connection.peer for one in facts.sessions.values()})),
            sessions=len(store.connections),
            name=store.name,
            kind=store.kind,
            user=store.user,
            link=self.link(facts),
            same_store=store.is_ours,
            ephemeral=store.ephemeral,
            durable_acks=store.durable_acks,
            denied=facts.denied,
            unavailable=facts.unavailable,
            sent=facts.sent,
            received=received,
            stored=united((*own, *trusted), history, exact=exact),
            known=facts.as_of is not None,
            as_of=facts.as_of,
            relayed=united(told, history, exact=exact) - received,
            via=tuple(sorted(words)),
            petname=store.petname,
            trust=store.trust,
            moved_at=moved_at(record, facts),
            unsent_since=facts.unsent_since,
            clock_ahead=facts.clock_ahead,
            clone=store.clone,
            last_heard=united(facts.outlived(), history, exact=exact),
            read_only=_is_read_only(store),
            reader=_is_reader(store),
        )


def _is_read_only(store: StoreEntry) -> bool:
    ways = store.connections.values()
    return bool(ways) and all(connection.metadata.access is Access.READ for connection in ways)


def _is_reader(store: StoreEntry) -> bool:
    ways = store.connections.values()
    return bool(ways) and all(connection.access is Access.READ for connection in ways)


def moved_at(record: DocumentRecord, facts: StoreFacts) -> float:
    """When last anything moved between the store and us: our heads, its word, or bytes of a large frame."""
    bytes_moved_at = [connection.moved_at for connection in facts.store.connections.values()]
    heads_moved_at = 0.0 if record.coverage is None else record.coverage.moved_at
    return max(heads_moved_at, facts.moved_at, *bytes_moved_at)
