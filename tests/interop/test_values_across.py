"""Every kind of value, from Python to JavaScript and back."""

from datetime import UTC, datetime
from typing import Any

import pytest

from jupyter_automerge.repo import Counter, ImmutableString
from tests.interop.javascript import JavaScriptDocument, JavaScriptPeer
from tests.interop.pairs import DIALED_BY, connected_pair
from tests.interop.python_peer import heads_text, until_value
from tests.interop.stage import Stage

IN_PYTHON: dict[str, Any] = {
    "text": "naïve 🙂 e\u0301",
    "empty": "",
    "fixed": ImmutableString("stays"),
    "whole": -7,
    "large": 2**50,
    "fraction": 2.5,
    "tiny": 5e-324,
    "yes": True,
    "no": False,
    "nothing": None,
    "bytes": b"\x00\x01\xff",
    "when": datetime(2024, 2, 29, 12, 30, 45, 678000, tzinfo=UTC),
    "before 1970": datetime(1969, 7, 20, 20, 17, 40, tzinfo=UTC),
    "votes": Counter(3),
    "list": [1, "two", [3, []], {"four": 4}],
    "map": {"deep": {"deeper": {}}},
    "": "the empty key",
    "__proto": "an odd key",
}
IN_JAVASCRIPT: dict[str, Any] = {
    "text": "naïve 🙂 e\u0301",
    "empty": "",
    "fixed": {"$string": "stays"},
    "whole": -7,
    "large": 2**50,
    "fraction": 2.5,
    "tiny": 5e-324,
    "yes": True,
    "no": False,
    "nothing": None,
    "bytes": {"$bytes": "AAH/"},
    "when": {"$date": "2024-02-29T12:30:45.678Z"},
    "before 1970": {"$date": "1969-07-20T20:17:40.000Z"},
    "votes": {"$counter": 3},
    "list": [1, "two", [3, []], {"four": 4}],
    "map": {"deep": {"deeper": {}}},
    "": "the empty key",
    "__proto": "an odd key",
}


async def written_by(javascript: JavaScriptPeer, value: dict[str, Any]) -> JavaScriptDocument:
    """A document with this content, put in by a change: whoever finds it may see it empty at first.

    In an initial value JavaScript makes floats of 0 and negative integers, and maps of its number wrappers.
    """
    document = await javascript.create({})
    edits = [{"edit": "set", "path": [key], "value": item} for key, item in value.items()]
    return await javascript.change(document.url, *edits)


@pytest.mark.parametrize("dialed_by", DIALED_BY)
async def test_what_python_writes_javascript_reads(stage: Stage, dialed_by: str) -> None:
    pair = await connected_pair(stage, dialed_by)
    document = pair.alice.create(IN_PYTHON)
    found = await pair.bob.find(document.url)
    assert found.value == IN_JAVASCRIPT
    assert found.heads == heads_text(document)


@pytest.mark.parametrize("dialed_by", DIALED_BY)
async def test_what_javascript_writes_python_reads(stage: Stage, dialed_by: str) -> None:
    pair = await connected_pair(stage, dialed_by)
    document = await written_by(pair.bob, IN_JAVASCRIPT)
    found = await pair.alice.find(document.url)
    await until_value(pair.alice, found, IN_PYTHON)
    assert {key: type(value) for key, value in found.value.items()} == {
        key: type(value) for key, value in IN_PYTHON.items()
    }
    assert heads_text(found) == document.heads


async def test_whole_floats_and_large_integers_stay_what_they_are(stage: Stage) -> None:
    pair = await connected_pair(stage, "javascript")
    numbers = {"two": {"$float": 2}, "big": {"$int": str(2**60)}, "unsigned": {"$uint": 5}}
    document = await written_by(pair.bob, numbers)
    found = await pair.alice.find(document.url)
    await until_value(pair.alice, found, {"two": 2.0, "big": 2**60, "unsigned": 5})
    value = found.value
    assert isinstance(value["two"], float)
    assert isinstance(value["unsigned"], int)
    back = pair.alice.create({"big": 2**60, "least": -(2**62)})
    assert (await pair.bob.find(back.url)).value == {
        "big": {"$int": str(2**60)},
        "least": {"$int": str(-(2**62))},
    }


async def test_edits_of_every_kind_cross_both_ways(stage: Stage) -> None:
    pair = await connected_pair(stage, "python")
    document = pair.alice.create({"title": "Plan", "tasks": ["a", "b", "c"], "votes": Counter(0), "old": 1})
    await pair.bob.find(document.url)
    await pair.bob.change(
        document.url,
        {"edit": "splice", "path": ["title"], "index": 0, "remove": 1, "insert": "A 🙂 p"},
        {"edit": "insert", "path": ["tasks"], "index": 1, "values": ["new", {"$counter": 1}]},
        {"edit": "delete", "path": ["tasks", 0]},
        {"edit": "delete", "path": ["old"]},
        {"edit": "increment", "path": ["votes"], "by": 5},
    )
    expected = {"title": "A 🙂 plan", "tasks": ["new", Counter(1), "b", "c"], "votes": Counter(5)}
    await until_value(pair.alice, document, expected)
    with document.change() as d:
        # Positions count characters as Python does, whatever JavaScript counts.
        d["title"].splice(4, 4, "Plan")
        d["tasks"][1].increment(2)
        del d["tasks"][2:]
        d["votes"].increment(-1)
        d["done"] = True
    await pair.bob.wait_value(
        document.url,
        {"title": "A 🙂 Plan", "tasks": ["new", {"$counter": 3}], "votes": {"$counter": 4}, "done": True},
    )


async def test_concurrent_edits_of_one_text_and_one_counter_keep_both(stage: Stage) -> None:
    pair = await connected_pair(stage, "python", bob_store="bob")
    [dialer] = pair.alice.dialers
    document = pair.alice.create({"text": "middle", "votes": Counter(0)})
    await pair.bob.find(document.url)
    await pair.bob.stop_listening()
    with document.change() as d:
        d["text"].splice(0, 0, "start ")
        d["votes"].increment(1)
    await pair.bob.change(
        document.url,
        {"edit": "splice", "path": ["text"], "index": 6, "insert": " end"},
        {"edit": "increment", "path": ["votes"], "by": 10},
    )
    await pair.bob.listen(port=pair.bob.port or 0)
    expected = {"text": "start middle end", "votes": Counter(11)}
    await until_value(pair.alice, document, expected)
    await pair.bob.wait_heads(document.url, heads_text(document))
    assert dialer.url == pair.bob.url
