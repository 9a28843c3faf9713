"""What `wait` answers, in words and in JSON."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jupyter_automerge.repo import DocPeer, SyncReport, row_to_json
from jupyter_automerge.values.heads import heads_to_text
from jupyter_automerge.values.status import Link


@dataclass(frozen=True, slots=True)
class Outcome:
    """One document: the report of the wait, None if it was not found; `reason` in words unless it is safe."""

    url: str
    report: SyncReport | None
    reason: str = ""

    @property
    def safe(self) -> bool:
        return self.report is not None and not self.reason


@dataclass(frozen=True, slots=True)
class Verdict:
    """All documents; or `nobody`, why there was nobody to ask about any."""

    outcomes: tuple[Outcome, ...]
    nobody: str = ""

    @property
    def safe(self) -> bool:
        return not self.nobody and all(outcome.safe for outcome in self.outcomes)


def lines(verdict: Verdict) -> Iterator[str]:
    """A line for each document."""
    if verdict.nobody:
        yield f"nobody to sync with: {verdict.nobody}"
    for outcome in verdict.outcomes:
        if outcome.report is None or outcome.reason:
            yield f"{outcome.url} not safe: {outcome.reason}"
        else:
            yield f"{outcome.url} safe, {_told(outcome.report)}"


def _told(report: SyncReport) -> str:
    """Who has it, and by whose word."""
    names = {row.id: row.label for row in report.rows}
    return f"{report.durability}: {', '.join(_copy(row, names) for row in report.copies)} ({report.elapsed:.3f} s)"


def _copy(row: DocPeer, names: Mapping[str, str]) -> str:
    if row.link is Link.CONNECTED or not row.via:
        return row.label
    return f"{row.label} by word of {' and '.join(names.get(store, store[:8]) for store in row.via)}"


def json_text(verdict: Verdict) -> str:
    """The same, and all that is known of each store."""
    answer: dict[str, Any] = {"safe": verdict.safe, "documents": [_document(one) for one in verdict.outcomes]}
    return json.dumps({**answer, "nobody": verdict.nobody} if verdict.nobody else answer)


def _document(outcome: Outcome) -> dict[str, Any]:
    answer: dict[str, Any] = {"url": outcome.url, "safe": outcome.safe, "reason": outcome.reason}
    report = outcome.report
    if report is None:
        return answer
    return {
        **answer,
        "heads": list(heads_to_text(report.heads)),
        "durability": report.durability,
        "copies": [row.id for row in report.copies],
        "stores": [row_to_json(row) for row in report.rows],
        "blockers": list(report.blockers),
        "seconds": round(report.elapsed, 3),
    }
