"""Figures, and the table that sets them side by side."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; the less the better."""

    measure: str
    unit: str
    value: float


def spread(measure: str, seconds: Sequence[float]) -> list[Figure]:
    """Median and 99th percentile of latencies, in ms."""
    ordered = sorted(seconds)
    late = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return [
        Figure(f"{measure}, median", "ms", statistics.median(ordered) * 1000),
        Figure(f"{measure}, p99", "ms", late * 1000),
    ]


def table(results: Mapping[str, Sequence[Figure]], ours: str) -> str:
    """One row per measure; beside each of the others, how many times ours it is."""
    others = [server for server in results if server != ours]
    by_server = {server: {figure.measure: figure for figure in results[server]} for server in results}
    rows = [["", ours, *(cell for server in others for cell in (server, "x ours"))]]
    for measure, figure in _in_order(results).items():
        mine = by_server[ours].get(measure)
        row = [f"{measure} [{figure.unit}]", _number(mine)]
        for server in others:
            theirs = by_server[server].get(measure)
            row += [_number(theirs), _ratio(theirs, mine)]
        rows.append(row)
    return _aligned(rows)


def _in_order(results: Mapping[str, Sequence[Figure]]) -> dict[str, Figure]:
    return {figure.measure: figure for figures in results.values() for figure in figures}


def _number(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    return f"{figure.value:,.2f}" if figure.value < 100 else f"{figure.value:,.0f}"


def _ratio(theirs: Figure | None, ours: Figure | None) -> str:
    if theirs is None or ours is None or ours.value <= 0:
        return "-"
    return f"{theirs.value / ours.value:.1f}"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
