"""Somebody who says of every store that it keeps whatever he heard of it."""

from jupyter_automerge.engine.engine import Engine
from jupyter_automerge.engine.head_set import united
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.retelling import Retelling
from jupyter_automerge.engine.store_facts import StoreFacts
from jupyter_automerge.values.heads import Heads


def let_boast(engine: Engine) -> None:
    """From here on, in this life."""
    honest = engine._parts.gossip._retelling
    engine._parts.gossip._retelling = Boasting(honest._desk, honest._stores, honest._stamps)


class Boasting(Retelling):
    """Says more than it knows."""

    def _stored(self, record: DocumentRecord, facts: StoreFacts, hearer: str) -> Heads:
        return united([*facts.sets(), *(word.received for word in facts.hearsay.values())], record.history)
