"""Three people edit forks of one document in any order and exchange in any order: all end equal."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_automerge.document import Counter, Document
from tests.unit.document.chunk_story import changes_of, document_of, sync

WHO = st.integers(0, 2)
EDITS = st.one_of(
    st.tuples(st.just("type"), st.integers(0, 9), st.text("abé🥊", min_size=1, max_size=3)),
    st.tuples(st.just("erase"), st.integers(0, 9), st.integers(1, 3)),
    st.tuples(st.just("append"), st.integers(-9, 9) | st.text(max_size=2)),
    st.tuples(st.just("drop"), st.integers(0, 5)),
    st.tuples(
        st.just("set"), st.sampled_from("kl"), st.integers(0, 9) | st.lists(st.integers(0, 9), max_size=2)
    ),
    st.tuples(st.just("vote"), st.integers(-3, 3)),
    st.tuples(st.just("poll"), st.integers(0, 5)),
    st.tuples(st.just("fail")),
    st.tuples(st.just("nothing")),
)
EVENTS = st.one_of(
    st.tuples(st.just("edit"), WHO, st.lists(EDITS, min_size=1, max_size=3)),
    st.tuples(st.just("merge"), WHO, WHO),
    st.tuples(st.just("sync"), WHO, WHO),
    st.tuples(st.just("restart"), WHO),
)


class Failed(Exception):
    """The block gives up."""


def edit(root: Any, step: tuple[Any, ...]) -> None:
    match step:
        case "type", at, text:
            root["text"].insert(min(at, len(root["text"])), text)
        case "erase", at, count:
            del root["text"][at : at + count]
        case "append", value:
            root["list"].append(value)
        case "drop", at:
            del root["list"][at : at + 1]
        case "set", key, value:
            root["map"][key] = value
        case "vote", amount:
            root["votes"].increment(amount)
        case "poll", start:
            root["map"]["poll"] = Counter(start)
        case ("fail",):
            raise Failed


@settings(deadline=None, max_examples=120)
@given(st.lists(EVENTS, max_size=14))
def test_all_end_equal_whatever_the_order(events: list[Any]) -> None:
    people = [document_of(text="hello", list=[1], map={}, votes=Counter(0))]
    people += [people[0].fork(), people[0].fork()]
    votes = 0

    for event in events:
        match event:
            case "edit", who, steps:
                before = (people[who].heads, people[who].value())
                try:
                    with people[who].change() as root:
                        for step in steps:
                            edit(root, step)
                        seen = root.value
                    assert people[who].value() == seen
                    votes += sum(step[1] for step in steps if step[0] == "vote")
                except Failed:
                    assert (people[who].heads, people[who].value()) == before
            case "merge", who, other if who != other:
                people[who].merge(people[other])
            case "sync", who, other if who != other:
                sync(people[who], people[other])
                assert people[who].heads == people[other].heads
            case "restart", who:
                people[who] = reloaded(people[who])

    for who in range(3):
        for other in range(3):
            if who != other:
                people[who].merge(people[other])
    assert len({person.heads for person in people}) == 1
    values = [person.value() for person in people]
    assert values[0] == values[1] == values[2]
    assert values[0]["votes"] == votes
    assert reloaded(people[0]).value() == values[0]
    assert_counts_add_up(people[0])


def reloaded(document: Document) -> Document:
    again, _ = Document.load([document.save()])
    assert again.heads == document.heads
    assert again.value() == document.value()
    image, _ = Document.load([document._trunk.image()])
    assert image.heads == document.heads, "the journal lost something"
    return again


def assert_counts_add_up(document: Document) -> None:
    history = document.history()
    assert document.change_count == len(history) == len(changes_of(document))
    for change in history:
        assert document.knows(change.hash)
        assert 0 <= document.missing_from(frozenset([change.hash])) < len(history)
