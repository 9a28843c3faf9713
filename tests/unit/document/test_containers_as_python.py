"""Proxies beside Python's own containers, the same steps on both, and what is read back after each block."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_automerge.document import Document, ImmutableString, ListProxy, MapProxy, TextProxy
from tests.unit.document.chunk_story import document_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    TEXT,
    TEXT.map(ImmutableString),
    st.binary(max_size=4),
    st.datetimes(
        datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC), allow_imaginary=False
    ).map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
INDEXES = st.integers(-6, 6)
SLICES = st.slices(5) | st.builds(slice, st.none() | INDEXES, st.none() | INDEXES)


def outcome(step: Any, target: Any, *arguments: Any) -> Any:
    """What a step gives, or the kind of error that it raises, with proxies as the values they stand for."""
    try:
        result = step(target, *arguments)
    except (IndexError, KeyError):
        return "nothing there"
    except ValueError:
        return "not possible"
    return plain(result)


def plain(value: Any) -> Any:
    if isinstance(value, MapProxy | ListProxy | TextProxy):
        return value.value
    return [plain(each) for each in value] if isinstance(value, list) else value


def put_slice(row: Any, where: slice, values: list[Any]) -> None:
    row[where] = values


def put(target: Any, where: Any, value: Any) -> None:
    target[where] = value


def delete(target: Any, where: Any) -> None:
    del target[where]


LIST_STEPS = st.one_of(
    st.tuples(st.just(put), INDEXES, VALUES),
    st.tuples(st.just(delete), INDEXES | SLICES),
    st.tuples(st.just(put_slice), SLICES, st.lists(VALUES, max_size=3)),
    st.tuples(st.just(lambda row, value: row.append(value)), VALUES),
    st.tuples(st.just(lambda row, at, value: row.insert(at, value)), INDEXES, VALUES),
    st.tuples(st.just(lambda row, values: row.extend(values)), st.lists(VALUES, max_size=3)),
    st.tuples(st.just(lambda row, at: row.pop(at)), INDEXES),
    st.tuples(st.just(lambda row: row.reverse())),
    st.tuples(st.just(lambda row, where: row[where]), INDEXES | SLICES),
    st.tuples(st.just(lambda row, value: value in row), SCALARS),
    st.tuples(st.just(lambda row, value: row.index(value)), SCALARS),
    st.tuples(st.just(lambda row: len(row))),
)

KEYS = st.sampled_from(["a", "b", "ä", ""])
MAP_STEPS = st.one_of(
    st.tuples(st.just(put), KEYS, VALUES),
    st.tuples(st.just(delete), KEYS),
    st.tuples(st.just(lambda map_, key: map_.pop(key, "none")), KEYS),
    st.tuples(st.just(lambda map_, values: map_.update(values)), st.dictionaries(KEYS, VALUES, max_size=3)),
    st.tuples(st.just(lambda map_, key, value: map_.setdefault(key, value)), KEYS, VALUES),
    st.tuples(st.just(lambda map_, key: map_[key]), KEYS),
    st.tuples(st.just(lambda map_, key: key in map_), KEYS),
    st.tuples(st.just(lambda map_: sorted(map_))),
    st.tuples(st.just(lambda map_: len(map_))),
)

Steps = list[list[tuple[Any, ...]]]


@settings(deadline=None, max_examples=150)
@given(st.lists(VALUES, max_size=4), st.lists(st.lists(LIST_STEPS, max_size=4), max_size=3))
def test_a_list_does_what_pythons_list_does(start: list[Any], blocks: Steps) -> None:
    document, oracle = document_of(row=start), list(start)

    for block in blocks:
        with document.change() as root:
            for step, *arguments in block:
                assert outcome(step, root["row"], *arguments) == outcome(step, oracle, *arguments)
                assert root["row"] == oracle
        assert document.value() == {"row": oracle}

    assert Document.load([document.save()])[0].value() == {"row": oracle}


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(KEYS, VALUES), st.lists(st.lists(MAP_STEPS, max_size=4), max_size=3))
def test_a_map_does_what_pythons_dict_does(start: dict[str, Any], blocks: Steps) -> None:
    document, oracle = document_of(map=start), dict(start)

    for block in blocks:
        with document.change() as root:
            for step, *arguments in block:
                assert outcome(step, root["map"], *arguments) == outcome(step, oracle, *arguments)
                assert root["map"] == oracle
        assert document.value() == {"map": oracle}

    assert Document.load([document.save()])[0].value() == {"map": oracle}


@settings(deadline=None, max_examples=150)
@given(
    TEXT, st.lists(TEXT | st.tuples(SLICES.filter(lambda where: where.step in (None, 1)), TEXT), max_size=5)
)
def test_a_text_becomes_what_it_is_told(start: str, steps: list[Any]) -> None:
    document, oracle = document_of(text=start), start

    for step in steps:
        before = document.heads
        with document.change() as root:
            if isinstance(step, str):
                unchanged = step == oracle
                root["text"], oracle = step, step
            else:
                where, text = step
                begin, end, _ = where.indices(len(oracle))
                edited = oracle[:begin] + text + oracle[max(begin, end) :]
                unchanged, oracle = edited == oracle and not text and begin >= end, edited
                root["text"][where] = text
            assert root["text"] == oracle
            assert (len(root["text"]), root["text"][::2]) == (len(oracle), oracle[::2])
        assert not unchanged or document.heads == before

    assert document.value() == {"text": oracle}


@settings(deadline=None, max_examples=100)
@given(VALUES, VALUES)
def test_what_differs_between_two_values_leads_from_one_to_the_other(before: Any, after: Any) -> None:
    document = document_of(value=before)
    first = document.heads
    with document.change() as root:
        root["value"] = after

    value = document.value(first)
    for patch in document.diff(first):
        value = follow(value, patch.path, patch.action, patch.value, patch.length)
    assert value == document.value() == {"value": after}
    assert document.diff(first, first) == ()


def follow(value: Any, path: tuple[Any, ...], action: str, new: Any, length: int) -> Any:
    if not path:
        return new
    here, rest = path[0], path[1:]
    if rest:
        value[here] = follow(value[here], rest, action, new, length)
        return value
    match action:
        case "put":
            value[here] = new
        case "insert":
            value[here:here] = new
        case "delete" if isinstance(value, list):
            del value[here : here + length]
        case "delete":
            del value[here]
        case "splice":
            return value[:here] + new + value[here + length :]
    return value
