"""Who has which changes: counted on the graph, checked against the obvious way."""

from hypothesis import given
from hypothesis import strategies as st

from jupyter_automerge.document import Document
from jupyter_automerge.document.graph import ChangeGraph
from tests.unit.document.chunk_story import changes_of, document_of, sync

STRANGER = bytes(32)


def name(number: int) -> bytes:
    return number.to_bytes(32, "big")


@st.composite
def histories(draw: st.DrawFn) -> list[set[int]]:
    """For each change the numbers of its parents, all smaller than its own."""
    size = draw(st.integers(0, 25))
    return [
        draw(st.sets(st.integers(max(0, number - 6), number - 1), max_size=3)) if number else set()
        for number in range(size)
    ]


def graph_of(history: list[set[int]]) -> ChangeGraph:
    graph = ChangeGraph()
    for number, parents in enumerate(history):
        graph.add(name(number), map(name, parents), 0)
    return graph


def ancestors(history: list[set[int]], frontier: set[int]) -> set[int]:
    found, waiting = set[int](), set(frontier)
    while waiting:
        number = waiting.pop()
        found.add(number)
        waiting |= history[number] - found
    return found


@given(histories(), st.data())
def test_what_is_outside_of_a_frontier_is_what_no_walk_from_it_reaches(
    history: list[set[int]], data: st.DataObject
) -> None:
    graph = graph_of(history)
    tips = set(range(len(history))).difference(*history)
    for _ in range(4):
        frontier = data.draw(
            st.sets(st.sampled_from(range(len(history))), max_size=4) if history else st.just(set())
        )
        heads = frozenset(map(name, frontier))
        for _again in range(2):
            missing = graph.outside([heads], frozenset(map(name, tips)))[heads]
            assert missing == len(history) - len(ancestors(history, frontier))


@given(histories())
def test_a_count_moves_on_with_each_further_change(history: list[set[int]]) -> None:
    graph = ChangeGraph()
    nobody = frozenset[bytes]()
    tips = frozenset[bytes]()
    for number, parents in enumerate(history):
        graph.add(name(number), map(name, parents), 0)
        graph.add(name(number), map(name, parents), 0)
        tips = (tips - set(map(name, parents))) | {name(number)}
        assert graph.outside([nobody], tips)[nobody] == number + 1


def test_a_store_that_is_behind_lacks_what_came_since() -> None:
    plan = document_of(n=0)
    early = plan.heads
    for number in range(5):
        with plan.change() as root:
            root["n"] = number + 1

    assert plan.missing_from(plan.heads) == 0
    assert plan.missing_from(early) == 5
    assert plan.missing_from(frozenset()) == 6
    assert plan.change_count == 6


def test_unknown_heads_count_for_nothing_and_are_no_error() -> None:
    plan = document_of(n=0)
    stranger = frozenset([STRANGER])

    assert plan.missing_from(plan.heads | stranger) == 0
    assert plan.missing_from(stranger) == 1
    assert plan.known(plan.heads | stranger) == plan.heads
    assert not plan.knows(STRANGER)
    assert not plan.knows_all(plan.heads | stranger)
    assert plan.knows_all(plan.heads)


def test_bob_merged_and_went_on_so_his_unknown_head_hides_nothing_of_ours() -> None:
    alice = document_of(n=0)
    bob = alice.fork()
    for document, key in ((alice, "a"), (bob, "b")):
        with document.change() as root:
            root[key] = True
    reported = bob.heads

    assert alice.missing_from(reported) == 2
    alice.merge(bob)
    assert alice.missing_from(reported) == 1


def test_queued_changes_are_not_known() -> None:
    alice = document_of(n=0)
    with alice.change() as root:
        root["n"] = 1
    first, second = changes_of(alice)
    bob = Document()

    bob.apply([second])

    assert bob.known(alice.heads) == frozenset()
    assert bob.change_count == 0
    bob.apply([first])
    assert bob.knows_all(alice.heads)


def test_hashes_are_known_from_the_first_to_the_last_whoever_brought_them() -> None:
    alice, bob = Document(), Document()
    for number in range(30):
        writer, reader = (alice, bob) if number % 3 else (bob, alice)
        with writer.change() as root:
            root["n"] = number
        reader.merge(writer)
    loaded = Document.load([alice.save()])[0]

    for document in (alice, bob, loaded):
        assert all(document.knows(change.hash) for change in alice.history())
        assert document.change_count == 30


def test_opening_and_a_first_sync_build_no_graph() -> None:
    alice = document_of(n=0)
    early = alice.heads
    for number in range(3):
        with alice.change() as root:
            root["n"] = number + 1
    loaded, _ = Document.load([alice.save()])

    assert loaded.known(early | alice.heads | {STRANGER}) == early | alice.heads
    assert loaded.save_since(early) == b"".join(changes_of(alice)[1:])
    sync(loaded, document_of(m=1))
    assert loaded._trunk._graph is None
    assert loaded.missing_from(early) == 4


@given(histories(), st.data())
def test_many_frontiers_at_once_are_counted_as_each_by_itself(
    history: list[set[int]], data: st.DataObject
) -> None:
    tips = frozenset(map(name, set(range(len(history))).difference(*history)))
    points = st.sets(st.sampled_from(range(len(history))), max_size=4) if history else st.just(set[int]())
    frontiers = [
        frozenset(map(name, points_of_one)) for points_of_one in data.draw(st.lists(points, max_size=12))
    ]

    together = graph_of(history).outside(frontiers, tips)

    assert set(together) == set(frontiers)
    for frontier in frontiers:
        assert together[frontier] == graph_of(history).outside([frontier], tips)[frontier]


def test_a_thousand_points_in_a_history_made_to_be_difficult_are_counted_right() -> None:
    """Every change of the trunk is merged into a branch of its own: no two changes are had by the same points."""
    history: list[set[int]] = [set()]
    for number in range(1, 1_000):
        history += [{0} if number == 1 else {2 * number - 2, max(0, 2 * number - 3)}, {2 * number - 1}]
    graph = graph_of(history)
    tips = frozenset(map(name, set(range(len(history))).difference(*history)))
    frontiers = {number: frozenset([name(number)]) for number in range(0, len(history), 2)}

    counts = graph.outside(frontiers.values(), tips)

    for number in range(0, len(history), 200):
        assert counts[frontiers[number]] == len(history) - len(ancestors(history, {number}))


def test_where_bob_stands_is_what_he_lacks_and_what_is_not_here() -> None:
    plan = document_of(n=0)
    early = plan.heads
    for number in range(3):
        with plan.change() as root:
            root["n"] = number + 1
    stranger = frozenset([STRANGER])
    asked = [early, plan.heads, early | stranger, plan.heads | stranger, stranger, frozenset[bytes]()]

    assert plan.standings(asked) == {
        early: (3, 0),
        plan.heads: (0, 0),
        early | stranger: (3, 1),
        plan.heads | stranger: (0, 1),
        stranger: (4, 1),
        frozenset(): (4, 0),
    }


def test_against_an_earlier_moment_only_what_was_there_then_is_lacking() -> None:
    plan = document_of(n=0)
    moments = [plan.heads]
    for number in range(4):
        with plan.change() as root:
            root["n"] = number + 1
        moments.append(plan.heads)

    then = plan.standings([*moments, frozenset()], moments[2])

    assert [then[moment].lacks for moment in moments] == [2, 1, 0, 0, 0]
    assert then[frozenset()].lacks == 3


def test_heads_of_ours_that_are_unknown_here_are_had_by_nobody_who_did_not_name_them() -> None:
    plan = document_of(n=0)
    stranger = frozenset([STRANGER])

    told = plan.standings([plan.heads, plan.heads | stranger, stranger], plan.heads | stranger)

    assert told == {plan.heads: (1, 0), plan.heads | stranger: (0, 1), stranger: (1, 1)}


def test_who_has_everything_costs_no_graph() -> None:
    plan, _ = Document.load([document_of(n=0).save()])

    assert plan.standings([plan.heads])[plan.heads].lacks == 0
    assert plan._trunk._graph is None
