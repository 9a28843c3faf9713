"""Heads that others of them come after say nothing of their own."""

from hypothesis import given
from hypothesis import strategies as st

from jupyter_automerge.document.graph import ChangeGraph
from tests.unit.document.chunk_story import document_of

STRANGER, OTHER_STRANGER = bytes(32), b"\x01" * 32


def name(number: int) -> bytes:
    return number.to_bytes(32, "big")


@given(st.data())
def test_of_several_changes_those_stay_that_none_of_the_others_comes_after(data: st.DataObject) -> None:
    graph = ChangeGraph()
    before: list[set[int]] = []
    for number in range(data.draw(st.integers(1, 25))):
        earlier = st.sets(st.integers(max(0, number - 6), number - 1), max_size=3)
        parents = data.draw(earlier) if number else set[int]()
        before.append(parents.union(*(before[parent] for parent in parents)))
        graph.add(name(number), map(name, parents), 0)
    chosen = data.draw(st.sets(st.sampled_from(range(len(before))), min_size=1))

    tips = chosen.difference(*(before[number] for number in chosen))

    assert graph.tips(frozenset(map(name, chosen))) == frozenset(map(name, tips))


def test_reported_heads_are_reduced_by_what_is_known_here() -> None:
    plan = document_of(n=0)
    first = plan.heads
    other = plan.fork()
    for document, key in ((plan, "a"), (other, "b")):
        with document.change() as root:
            root[key] = 1
    ours, theirs = plan.heads, other.heads
    plan.merge(other)

    assert plan.reduced(first | ours) == ours
    assert plan.reduced(first | ours | theirs | {STRANGER}) == ours | theirs | {STRANGER}
    assert plan.reduced(first | {STRANGER}) == first | {STRANGER}
    with plan.change() as root:
        root["c"] = 1
    assert plan.reduced(first | ours | theirs | plan.heads) == plan.heads


def test_a_set_with_all_of_our_heads_is_reduced_without_a_look_at_the_history() -> None:
    plan = document_of(n=0)
    first = plan.heads
    with plan.change() as root:
        root["n"] = 1

    assert plan.reduced(first | plan.heads | {STRANGER}) == plan.heads | {STRANGER}
    assert plan.reduced(first | {STRANGER, OTHER_STRANGER}) == first | {STRANGER, OTHER_STRANGER}
    assert not plan.places_at_once
