"""Since when which store is not known to have all that we have of a document (E29)."""

from collections.abc import Iterable

from jupyter_automerge.engine.store_facts import StoreFacts
from jupyter_automerge.values.heads import NO_HEADS, Heads


class Coverage:
    """Follows our heads and the stores' evidence, so that neither an edit nor a report costs a look at all rows.

    None of our heads comes before another, so a store has all of ours if and only if it reported each of them.
    """

    __slots__ = ("_ahead", "_covered", "_heads", "moved_at")

    def __init__(self, stores: Iterable[StoreFacts]) -> None:
        """Of a document without data, which all have."""
        self.moved_at = 0.0
        self._heads: Heads = NO_HEADS
        self._covered = {facts.store.id: facts for facts in stores}
        # Those that reported heads which may come to be known: then more can be told of what they have.
        self._ahead = {store: facts for store, facts in self._covered.items() if _has_unknown(facts)}

    def report(self, facts: StoreFacts, heads: Heads, now: float) -> None:
        """Something was said of the store; `heads` is perhaps all it takes to tell."""
        store = facts.store.id
        if self._heads <= heads or self._heads <= facts.claims:
            facts.unsent_since = None
            self._covered[store] = facts
        else:
            facts.unsent_since = now if facts.unsent_since is None else facts.unsent_since
            self._covered.pop(store, None)
        if _has_unknown(facts):
            self._ahead[store] = facts
        else:
            self._ahead.pop(store, None)

    def move(self, heads: Heads, now: float) -> list[StoreFacts]:
        """Our heads have moved; the stores for which that may make a difference."""
        self._heads, self.moved_at = heads, now
        behind = [facts for facts in self._covered.values() if not heads <= facts.claims]
        for facts in behind:
            facts.unsent_since = now if facts.unsent_since is None else facts.unsent_since
            del self._covered[facts.store.id]
        return [*behind, *self._ahead.values()]

    def has_moved(self, heads: Heads) -> bool:
        return heads is not self._heads and heads != self._heads

    def covers(self, facts: StoreFacts) -> bool:
        """Whether the store is known to have all of ours."""
        return facts.store.id in self._covered

    def drop(self, store_id: str) -> None:
        """The store leaves the document's rows."""
        self._covered.pop(store_id, None)
        self._ahead.pop(store_id, None)


def _has_unknown(facts: StoreFacts) -> bool:
    return any(one.has_unknown for one in facts.sets())
