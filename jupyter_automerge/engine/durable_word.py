"""What a store says that it keeps, and what proves that it no longer does (E7).

A report covers all that its Repo knows to be stored. So a later report of the same life that lacks what an
earlier one had, or that of the only life that is connected which lacks what all earlier lives had, proves a loss:
the store was wiped, or an old backup put back. Nothing else does: not silence, not another Repo's word, and no
report with heads that are unknown here, which may contain anything.
"""

from dataclasses import dataclass

from jupyter_automerge.engine.connection import Connection, Life
from jupyter_automerge.engine.head_set import HeadSet, History
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.ids import ConnectionId
from jupyter_automerge.values.limits import MAX_HEADS_PER_STORE


@dataclass(slots=True, eq=False)
class Report:
    """The newest report of one life, and what it must cover unless that was lost, as far as nobody looked."""

    heads: Heads
    stamp: float  # in ms, by the reporter's clock; 0: it came without one
    connection: ConnectionId
    owed: Heads
    lost: Heads = NO_HEADS  # what it was found not to cover


class DurableWord:
    """The reports of a store's Repos, united (`heads`), and how far each covers the ones before."""

    __slots__ = ("_reports", "heads")

    def __init__(self) -> None:
        self.heads = HeadSet()
        self._reports: dict[Life, Report] = {}

    @property
    def is_current(self) -> bool:
        """Whether a Repo of the store that is connected has reported."""
        return bool(self._reports)

    def hear(
        self, connection: Connection, heads: Heads, stamp: float, history: History, *, alone: bool
    ) -> bool:
        """One more report, of any order among those of its life; whether a loss is proven.

        `heads` is then what the newest reports say, and no more. `alone`: no other Repo of the store is
        connected, so that the first report of a life must cover all that was ever reported.
        """
        report = self._reports.get(connection.life)
        if report is None:
            owed = self.heads.heads if alone else NO_HEADS
            report = self._reports[connection.life] = Report(heads, stamp, connection.id, owed)
            self.heads.add(heads, history)
            return self._proves_loss(report, history, at_any_cost=True)
        if _is_earlier(stamp, connection, report):
            heads -= report.lost
            report.owed |= heads
        elif _is_later(stamp, connection, report):
            report.owed |= report.heads
            report.heads, report.stamp, report.connection = heads, stamp, connection.id
            report.lost = NO_HEADS
        else:
            report.heads |= heads
        self.heads.add(heads, history)
        return self._proves_loss(report, history)

    def remember(self, heads: Heads, history: History) -> bool:
        """What was reported in an earlier life of ours; whether a report since then proves a loss of it."""
        self.heads.add(heads, history)
        if len(self._reports) != 1:
            return False
        (report,) = self._reports.values()
        report.owed |= heads
        return self._proves_loss(report, history, at_any_cost=True)

    def review(self, history: History) -> bool:
        """More changes have come to be known here; whether a report proves a loss now."""
        proofs = [self._proves_loss(report, history) for report in self._reports.values() if report.owed]
        return any(proofs)

    def end(self, life: Life, history: History) -> bool:
        """This life reports no more. Whether that proves a loss: what is reported now is up to who is left, and
        the one that ended may have been dead since before its successor came.
        """
        if self._reports.pop(life, None) is None or len(self._reports) != 1:
            return False
        (report,) = self._reports.values()
        report.owed |= self.heads.heads
        return self._proves_loss(report, history, at_any_cost=True)

    def _proves_loss(self, report: Report, history: History, *, at_any_cost: bool = False) -> bool:
        owed = report.owed - report.heads
        known = history.known(owed) if owed else NO_HEADS
        report.owed = owed - known
        if not known or report.heads >= history.heads:
            return False
        if len(report.heads) > MAX_HEADS_PER_STORE:
            # It was cut where it was read, and what it seems to lack may be what was cut off.
            return False
        is_cheap = at_any_cost or not report.heads or history.places_at_once
        if history.known(report.heads) != report.heads or not is_cheap:
            # While our own changes run ahead of their confirmation, a later report will tell as well.
            report.owed = frozenset(sorted(owed)[:MAX_HEADS_PER_STORE])
            return False
        lost = {head for head in known if head in history.reduced(report.heads | {head})}
        if not lost:
            return False
        report.lost |= lost
        self.heads = HeadSet()
        for each in self._reports.values():
            self.heads.add(each.heads, history)
        return True


def _is_later(stamp: float, connection: Connection, report: Report) -> bool:
    """One connection keeps the order; two of one Repo keep it by stamps, where there are any."""
    if stamp and report.stamp:
        return stamp > report.stamp
    return connection.id == report.connection


def _is_earlier(stamp: float, connection: Connection, report: Report) -> bool:
    return bool(stamp and report.stamp) and stamp < report.stamp
