"""Rows made of facts: each store's heads against ours, by ancestry, never by equality.

Let R be the heads that a store is known to have by whatever word, U those of them that are unknown here;
`ours` is how many of our changes are neither in R nor before it.

    R       U       ours   relation
    none    -       -      UNKNOWN
    some    none    0      SYNCED
    some    none    > 0    AHEAD: it lacks `ours` changes
    some    some    0      BEHIND: it has all of ours and more
    some    some    > 0    DIVERGED: it may have ours beneath U, which shows once those are here
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from jupyter_automerge.document import Document, Standing
from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.repo.calling import Names, callings
from jupyter_automerge.repo.clock import Moment
from jupyter_automerge.repo.rows import DocPeer, Peers
from jupyter_automerge.repo.safety import IN_REACH, Judge
from jupyter_automerge.values.heads import Heads
from jupyter_automerge.values.limits import STALLED_AFTER_SECONDS
from jupyter_automerge.values.status import Activity, Level, Link, PeerState, Relation


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """From where rows are looked at: the moment, our policy, and when our heads moved last."""

    moved_at: float
    moment: Moment
    judge: Judge

    def peers(self, rows: Sequence[StoreRow], document: Document, heads: Heads) -> Peers:
        """The rows against these heads. Any thread may ask; waits for short work of others on the document."""
        evidence = self.evidence(rows)
        return self.compared(rows, evidence, standings_of(document, heads, evidence))

    def compared(
        self, rows: Sequence[StoreRow], evidence: "Sequence[Evidence]", standings: Mapping[Heads, Standing]
    ) -> Peers:
        """The rows, where everybody's standing is known already."""
        names = callings([Names(row.store_id, row.petname, row.name, row.kind) for row in rows])
        strict = self.judge.needs_storing(rows)
        return Peers(
            self._peer(one, standings, name, strict) for one, name in zip(evidence, names, strict=True)
        )

    def evidence(self, rows: Sequence[StoreRow]) -> "list[Evidence]":
        """What is known of each, and what of it counts."""
        return [Evidence.of(row, self.judge) for row in rows]

    def _peer(
        self, evidence: "Evidence", standings: Mapping[Heads, Standing], called: str, strict: bool
    ) -> DocPeer:
        row = evidence.row
        shown = standings[evidence.shown]
        ours = shown.lacks if row.known else None
        relation = _relation(ours, shown.unknown)
        # What a reader has of its own is not accepted here: nothing is going to move.
        in_order = relation is Relation.SYNCED or (row.reader and relation is Relation.BEHIND)
        settled = in_order and standings[evidence.reported].lacks == 0
        activity = self._activity(row, settled=settled)
        return DocPeer(
            row,
            called,
            relation,
            _state(row, relation, activity, settled=settled),
            activity,
            _level(evidence, standings),
            self.is_copy(evidence, standings, strict=strict),
            ours,
            shown.unknown if row.known else None,
            self._unsent_since(row, ours),
            self.moment,
        )

    def is_copy(self, evidence: "Evidence", standings: Mapping[Heads, Standing], *, strict: bool) -> bool:
        """Whether the store counts as a copy of these heads by the policy. `strict`: see Judge.needed."""
        row, judge = evidence.row, self.judge
        # The cheapest question first: mostly somebody lacks something, or nobody asks.
        if standings[evidence.believed].lacks or not (judge.may_count(row) and judge.is_fresh(row)):
            return False
        return has(evidence, judge.level_of_copy(row, strict=strict), standings)

    def _activity(self, row: StoreRow, *, settled: bool) -> Activity:
        if row.link is not Link.CONNECTED or settled or row.denied or row.unavailable:
            return Activity.IDLE
        # Heads that moved here count at once, the Engine hears of them a moment later.
        moved_at = self.moved_at if row.moved_at is None else max(row.moved_at, self.moved_at)
        return Activity.STALLED if self.moment.now - moved_at >= STALLED_AFTER_SECONDS else Activity.ACTIVE

    def _unsent_since(self, row: StoreRow, ours: int | None) -> float | None:
        if not ours:
            return None
        return self.moved_at if row.unsent_since is None else row.unsent_since


class Evidence(NamedTuple):
    """The heads of a store: as shown, by all words that are about now, and by those of them that count.

    What it held in lives that ended is shown until the one that is connected speaks (E40).
    """

    row: StoreRow
    shown: Heads
    reported: Heads
    believed: Heads

    @classmethod
    def of(cls, row: StoreRow, judge: Judge) -> "Evidence":
        own = row.stored if row.received == row.stored else row.received | row.stored
        reported = own if not row.relayed or row.relayed == own else own | row.relayed
        shown = reported | row.last_heard if row.last_heard else reported
        return cls(row, shown, reported, reported if judge.is_believed(row) else own)


def standings_of(document: Document, heads: Heads, evidence: Sequence[Evidence]) -> Mapping[Heads, Standing]:
    """Where everybody stands to these heads, by each kind of evidence."""
    return document.standings(frontiers_of(evidence), heads)


def frontiers_of(evidence: Sequence[Evidence]) -> set[Heads]:
    """All that is compared, by each kind of evidence."""
    frontiers = {
        known for one in evidence for known in (one.shown, one.reported, one.believed, one.row.stored)
    }
    frontiers.update(one.row.sent for one in evidence if one.row.sent)
    return frontiers


def has(evidence: Evidence, level: Level, standings: Mapping[Heads, Standing]) -> bool:
    """Whether the store certainly has all of the heads that the standings are about, at this level."""
    row = evidence.row
    if level is Level.STORED:
        return bool(row.stored) and standings[row.stored].lacks == 0
    return bool(evidence.believed) and standings[evidence.believed].lacks == 0


def _relation(ours: int | None, unknown: int) -> Relation:
    if ours is None:
        return Relation.UNKNOWN
    if ours == 0:
        return Relation.BEHIND if unknown else Relation.SYNCED
    return Relation.DIVERGED if unknown else Relation.AHEAD


def _level(evidence: Evidence, standings: Mapping[Heads, Standing]) -> Level:
    row = evidence.row
    if row.stored and standings[row.stored].lacks == 0:
        return Level.STORED
    if row.known and standings[evidence.reported].lacks == 0:
        return Level.RECEIVED
    return Level.SENT if row.sent and standings[row.sent].lacks == 0 else Level.NONE


def _state(row: StoreRow, relation: Relation, activity: Activity, *, settled: bool) -> PeerState:
    if row.denied:
        return PeerState.DENIED
    if row.unavailable:
        return PeerState.UNAVAILABLE
    if relation is Relation.UNKNOWN or settled:
        return PeerState(relation.value)
    if row.link in IN_REACH:
        return PeerState.STALLED if activity is Activity.STALLED else PeerState.SYNCING
    return PeerState(relation.value)
