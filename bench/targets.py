"""What the server is to reach beside others, and whether this run did."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench import document_costs, stored_word
from bench.figures import Figure


@dataclass(frozen=True, slots=True)
class Target:
    """Ours is to be at most `factor` times theirs."""

    measure: str
    factor: float


@dataclass(frozen=True, slots=True)
class Limit:
    """Ours is to stay below this, in the unit of its figure."""

    measure: str
    most: float


LIMITS = (
    Limit("all rows, first look, of 100 stores at 10000 changes, median", 60.0),
    Limit("all rows after an edit, of 100 stores at 10000 changes, median", 1.0),
    Limit(f"{stored_word.WORD}, median", 100.0),
    Limit(document_costs.RECEIVED, 2.0),
    Limit(document_costs.RECEIVED_AT_ONCE, 2.0),
    Limit(document_costs.EDITED, 2.0),
    Limit(document_costs.COUNTED, 1 / 20),
)
JAVASCRIPT_TARGETS = (
    Target("keystroke to other client, 100 changes, median", 1 / 20),
    Target("keystroke to other client, 5000 changes, median", 1 / 10),
)
PYCRDT_TARGETS = (Target("keystroke to other client, 100 changes, median", 2.0),)


def verdicts(
    results: Mapping[str, Sequence[Figure]], ours: str, javascript: str, pycrdt: str
) -> Iterator[str]:
    """One line per target that this run measured."""
    for other, targets in ((javascript, JAVASCRIPT_TARGETS), (pycrdt, PYCRDT_TARGETS)):
        for target in targets:
            mine, theirs = (_value(results.get(server, ()), target.measure) for server in (ours, other))
            if mine is not None and theirs is not None:
                word = "met" if mine <= target.factor * theirs else "MISSED"
                ratio = f"at most {target.factor:g} of {other}, is {mine / theirs:.3f}"
                yield f"{word}: {target.measure}: {ratio}"


def limits_kept(figures: Sequence[Figure]) -> Iterator[str]:
    """One line per limit that this run measured."""
    for limit in LIMITS:
        figure = _figure(figures, limit.measure)
        if figure is not None:
            word = "met" if figure.value < limit.most else "MISSED"
            yield f"{word}: {limit.measure}: below {limit.most:g} {figure.unit}, is {figure.value:.2f}"


def _value(figures: Sequence[Figure], measure: str) -> float | None:
    figure = _figure(figures, measure)
    return None if figure is None else figure.value


def _figure(figures: Sequence[Figure], measure: str) -> Figure | None:
    return next((figure for figure in figures if figure.measure == measure), None)
