"""What others say that a store has."""

from dataclasses import dataclass, field

from jupyter_automerge.engine.connection import Life
from jupyter_automerge.engine.head_set import HeadSet, History, is_beyond


@dataclass(slots=True, eq=False)
class Hearsay:
    """What the Repos of one other store told of this one. `stored`: so said all who passed it on."""

    life: Life
    at: float
    received: HeadSet = field(default_factory=HeadSet)
    stored: HeadSet = field(default_factory=HeadSet)

    def lacks(self, before: "Hearsay", history: History) -> bool:
        """Whether more was told before."""
        heads = before.received.heads | before.stored.heads
        more = is_beyond(heads, (self.received, self.stored), history)
        return more or is_beyond(before.stored.heads, (self.stored,), history)
