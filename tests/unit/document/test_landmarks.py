"""Hashes that tell a peer, whatever it lacks, nearly where its history ends: checked against the obvious way."""

from hypothesis import given

from jupyter_automerge.values.limits import MAX_LANDMARKS
from tests.unit.document.test_change_graph import ancestors, graph_of, histories, name


@given(histories())
def test_whoever_lacks_the_latest_changes_is_shown_at_most_half_as_many_anew(history: list[set[int]]) -> None:
    marks = graph_of(history).landmarks(1_000)
    numbers = {name(number): number for number in range(len(history))}

    for lacks in range(len(history)):
        has = len(history) - lacks
        covered = ancestors(history, {numbers[mark] for mark in marks if numbers[mark] < has})
        assert has - len(covered) <= lacks // 2 + 1, f"{lacks} of {history} are lacking"


def test_a_long_line_of_changes_needs_few_landmarks() -> None:
    line = [{number - 1} if number else set[int]() for number in range(100_000)]

    assert len(graph_of(line).landmarks(MAX_LANDMARKS)) < 32


def test_a_history_of_many_branches_has_none() -> None:
    branches = [{0} if number else set[int]() for number in range(2_000)]

    assert graph_of(branches).landmarks(MAX_LANDMARKS) == ()
