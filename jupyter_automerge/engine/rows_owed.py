"""What one peer was told, and is still to be told, of other stores regarding one document."""

from dataclasses import dataclass, field

from jupyter_automerge.engine.head_set import HeadSet
from jupyter_automerge.values.heads import NO_HEADS, Heads


@dataclass(slots=True, eq=False)
class Told:
    """Of one store: all heads told so far, and those told as stored, or about to be (`stored_waits`).

    `last`: the heads of the last report, which is all that JavaScript keeps. `losses`: how many of those of the
    store it has heard of.
    """

    heads: HeadSet = field(default_factory=HeadSet)
    stored: HeadSet = field(default_factory=HeadSet)
    stored_waits: bool = False
    losses: int = 0
    last: Heads = NO_HEADS


@dataclass(slots=True, eq=False)
class RowsOwed:
    """`begun`: it was owed all rows once. `next_at`: before that nothing more is told."""

    begun: bool = False
    owed: dict[str, None] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    next_at: float = 0.0
