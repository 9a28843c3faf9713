"""When a document counts as safe: how many other stores, which, and on what word."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.values.status import Level, Link, Trust

IN_REACH = frozenset((Link.CONNECTED, Link.RELAYED))
"""Links over which changes can reach a store now."""
COUNTED = frozenset((Trust.TRUSTED, Trust.NORMAL))


@dataclass(frozen=True, slots=True)
class SafetyPolicy:
    """So many other stores have every change, as far as they told.

    `level`: STORED, or RECEIVED where a store's memory is enough. Of stores that cannot report STORED, as
    JavaScript servers, RECEIVED counts as long as no store in reach can. `stores`: only these count, by id,
    our own name for them, the address that is dialed, or the name that they claim while no other store that is
    known claims it (E44); None: any. `count_ephemeral`: the memory of pages and scripts counts
    as well. `max_age`: what a store told more than so many seconds ago counts only while it is connected.

    Never counted, whatever the policy: Repos on our own store, copies of it, stores that may not have the
    document, and those whose trust is UNTRUSTED or DEAD. Word of others counts if they are TRUSTED.
    """

    copies: int = 1
    level: Level = Level.STORED
    stores: Iterable[str] | None = None
    count_ephemeral: bool = False
    max_age: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for what no store could ever meet, or every store would."""
        if self.copies < 1:
            raise ValueError(f"a policy of {self.copies} copies protects nothing: ask for at least one")
        if self.level not in (Level.RECEIVED, Level.STORED):
            raise ValueError(f"{self.level!r} proves nothing: ask for Level.STORED or Level.RECEIVED")
        if self.stores is not None:
            named = (self.stores,) if isinstance(self.stores, str) else tuple(self.stores)
            object.__setattr__(self, "stores", named)
            if len(named) < self.copies:
                raise ValueError(f"{self.copies} copies among {len(named)} stores: name more of them")


SAFE = SafetyPolicy()
"""One other store has stored it."""

Answers = Callable[[StoreRow, str], bool]
"""Whether a store goes by a name, an id or an address."""


@dataclass(frozen=True, slots=True)
class Judge:
    """The policy, applied to rows as of a moment of the Engine's clock. `trusted`: stores whose word counts.

    `doubts`: the names in the policy that several stores go by, and so none of them is meant; in words.
    """

    policy: SafetyPolicy
    answers: Answers
    trusted: frozenset[str]
    now: float
    doubts: tuple[str, ...] = ()

    def may_count(self, row: StoreRow) -> bool:
        """Whether the store is one that the policy counts once it has everything."""
        return not row.denied and self.would_count(row)

    def would_count(self, row: StoreRow) -> bool:
        """As `may_count`, if only the share policy let it have the document."""
        return (
            is_other(row)
            and (self.policy.count_ephemeral or not row.ephemeral)
            and (self.policy.stores is None or any(self.answers(row, name) for name in self.policy.stores))
        )

    def is_believed(self, row: StoreRow) -> bool:
        """Whether what others told of it counts as told by itself.

        Not while it is connected: they may speak of a life of it that is over, and its own word comes at once.
        """
        return row.link is not Link.CONNECTED and bool(row.via) and self.trusted.issuperset(row.via)

    def best(self, row: StoreRow) -> Level:
        """The best that we can ever hear of this store, as it is reached now."""
        if not row.durable_acks or (row.link is Link.RELAYED and not self.is_believed(row)):
            return Level.RECEIVED
        return Level.STORED

    def needs_storing(self, rows: Iterable[StoreRow]) -> bool:
        """Whether some store in reach that counts can report STORED: then nothing less will do."""
        return any(
            row.link in IN_REACH and self.best(row) is Level.STORED and self.may_count(row) for row in rows
        )

    def needed(self, row: StoreRow, *, strict: bool) -> Level:
        """The level at which the store counts. `strict`: as `needs_storing` says of all rows."""
        return self.policy.level if strict else min(self.policy.level, self.best(row))

    def level_of_copy(self, row: StoreRow, *, strict: bool) -> Level:
        """The level at which the store is a copy: one that reports what it stored, not less, however we reach it.

        Its memory may be that of a life that is over, and we would not hear of that through others.
        """
        needed = self.needed(row, strict=strict)
        return self.policy.level if row.durable_acks else needed

    def is_fresh(self, row: StoreRow) -> bool:
        """Whether it told recently enough to count."""
        limit = self.policy.max_age
        if limit is None or row.link is Link.CONNECTED:
            return True
        return row.as_of is not None and self.now - row.as_of <= limit


def is_other(row: StoreRow) -> bool:
    """Whether it is another place at all, and one that we rely on."""
    if row.is_projection:
        return False
    return not row.same_store and not row.clone and row.trust in COUNTED and row.link is not Link.GONE
