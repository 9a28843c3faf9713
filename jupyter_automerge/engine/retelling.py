"""One row of another store as it goes out: what is known of it here, less what its hearer said itself."""

from collections.abc import Iterator

from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.head_set import HeadSet, is_beyond, united
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.rows_owed import RowsOwed, Told
from jupyter_automerge.engine.session import Session
from jupyter_automerge.engine.stamps import Stamps
from jupyter_automerge.engine.store_facts import StoreFacts
from jupyter_automerge.engine.stores import Stores
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.limits import MAX_STORES_PER_DOCUMENT, STORE_KEPT_SECONDS
from jupyter_automerge.values.status import Trust
from jupyter_automerge.wire.messages import StoreHeads

DOUBTED = (Trust.UNTRUSTED, Trust.DEAD)


class Retelling:
    """Decides what of a row is news to a peer, and notes it as told."""

    def __init__(self, desk: Desk, stores: Stores, stamps: Stamps) -> None:
        self._desk = desk
        self._stores = stores
        self._stamps = stamps

    def row(
        self, record: DocumentRecord, session: Session, rows: RowsOwed, store: str
    ) -> tuple[StoreHeads | None, bool]:
        """What the peer is to be told next, and whether more is to follow."""
        facts = record.stores.get(store)
        if facts is None:
            return None, False
        told = rows.told.pop(store, None) or Told()
        # The one told the longest ago leaves: it is told once more if it moves.
        if len(rows.told) >= MAX_STORES_PER_DOCUMENT:
            del rows.told[next(iter(rows.told))]
        rows.told[store] = told
        if session.connection.speaks_our_dialect:
            return self._to_ours(record, session, facts, told)
        return self._to_javascript(record, session, facts, told), False

    def _to_ours(
        self, record: DocumentRecord, session: Session, facts: StoreFacts, told: Told
    ) -> tuple[StoreHeads | None, bool]:
        """What grew. If all of it is stored, that is said at once; else first what was received.

        If something was lost, all of it takes the place of what was told, and what is stored comes first (P65).
        """
        hearer, history = session.connection.store_id, record.history
        heads = united(_words(facts, hearer), history)
        stored = self._stored(record, facts, hearer)
        if told.losses != facts.losses:
            told.losses = facts.losses
            if _was_told_more(told, heads, stored, record):
                said = stored or heads
                told.heads, told.stored, told.stored_waits = HeadSet(said), HeadSet(stored), False
                report = self._report(record, facts, said, stored=bool(stored), instead=True)
                return report, is_beyond(heads, (told.heads,), history)
        grew, kept = told.heads.add(heads, history), told.stored.add(stored, history)
        if grew and HeadSet(stored).add(heads, history):
            told.stored_waits = told.stored_waits or kept
            return self._report(record, facts, heads), told.stored_waits
        if kept or told.stored_waits:
            told.stored_waits = False
            return self._report(record, facts, stored, stored=True), False
        return None, False

    def _to_javascript(
        self, record: DocumentRecord, session: Session, facts: StoreFacts, told: Told
    ) -> StoreHeads | None:
        """It keeps the newest report alone, and compares heads one by one."""
        heads = united(_words(facts, session.connection.store_id), record.history, exact=True)
        if not heads or heads == told.last:
            return None
        told.last = heads
        return StoreHeads(heads, self._stamps.next(record, facts.store.id))

    def _stored(self, record: DocumentRecord, facts: StoreFacts, hearer: str) -> Heads:
        """What we vouch for: its own word, or that of those whom our user trusts; not what he doubts."""
        if facts.store.trust in DOUBTED:
            return NO_HEADS
        own = () if facts.durable is None else (facts.durable.heads,)
        trusted = (
            word.stored
            for reporter, word in facts.words.items()
            if reporter != hearer and self._stores.is_trusted(reporter)
        )
        return united((*own, *trusted), record.history)

    def _report(
        self,
        record: DocumentRecord,
        facts: StoreFacts,
        heads: Heads,
        *,
        stored: bool = False,
        instead: bool = False,
    ) -> StoreHeads:
        store, now = facts.store, self._desk.now
        age = 0.0 if store.connections or facts.as_of is None else now - facts.as_of
        stamp = self._stamps.next(record, store.id)
        age = min(max(age, 0.0), STORE_KEPT_SECONDS)
        return StoreHeads(heads, stamp, stored, store.name, store.kind, age, instead)


def _was_told_more(told: Told, heads: Heads, stored: Heads, record: DocumentRecord) -> bool:
    """Whether the peer believes more than is so; on a new connection, what an earlier one told may be more."""
    if not told.heads.heads:
        return True
    more = is_beyond(told.heads.heads, (HeadSet(heads),), record.history)
    return more or is_beyond(told.stored.heads, (HeadSet(stored),), record.history)


def _words(facts: StoreFacts, hearer: str) -> Iterator[HeadSet]:
    """All that counts of what anybody but the hearer said of the store."""
    if facts.durable is not None:
        yield facts.durable.heads
    yield from facts.memories.values()
    for reporter, word in facts.words.items():
        if reporter != hearer:
            yield word.received
            yield word.stored
