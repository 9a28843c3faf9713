"""What a handle shows: dated, escaped, bounded, and never an exception."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

from automerge import core

from jupyter_automerge.document import Counter, Document, ImmutableString, TooDeep, UnknownValue
from jupyter_automerge.document.change_chunk import read_change, write_change
from jupyter_automerge.repo import MIME_TYPE, Repo, bounded_json, value_to_json
from jupyter_automerge.values.heads import NO_HEADS, heads_to_text
from jupyter_automerge.values.limits import MAX_SNAPSHOT_BYTES
from tests.unit.repo.story import story


@story
async def test_a_handle_shows_address_snapshot_and_text() -> None:
    async with Repo() as alice:
        note = alice.create({"title": "Plan", "n": 1})
        shown = note._repr_mimebundle_()
        data = shown[MIME_TYPE]
        assert (data["version"], data["url"], data["path"], data["view"]) == (1, note.url, [], "document")
        assert data["title"] == "Plan"
        assert data["snapshot"]["value"] == {"title": "Plan", "n": 1}
        assert data["snapshot"]["heads"] == list(heads_to_text(note.heads))
        assert datetime.fromisoformat(data["snapshot"]["asOf"]).tzinfo is not None
        assert re.search(r"<p>Plan as of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, automerge:", shown["text/html"])
        assert "<em>A snapshot: it is live only where Jupyter shows this page" in shown["text/html"]
        assert note.url in shown["text/plain"]


@story
async def test_a_new_document_is_said_to_be_empty_so_far() -> None:
    async with Repo() as alice:
        shown = alice.create({})._repr_mimebundle_()
        assert shown[MIME_TYPE]["snapshot"]["value"] == {}
        assert "<pre>empty so far</pre>" in shown["text/html"]
        assert shown["text/plain"].endswith("\nempty so far")


@story
async def test_html_is_escaped_and_bounded() -> None:
    async with Repo() as alice:
        hostile = "<script>alert(1)</script>&" * 5000
        note = alice.create({"title": "<b>", "text": hostile})
        shown = note._repr_mimebundle_()
        assert "<script" not in shown["text/html"]
        assert "<b>" not in shown["text/html"]
        assert len(shown["text/html"].encode()) <= MAX_SNAPSHOT_BYTES
        assert len(json.dumps(shown[MIME_TYPE]["snapshot"]["value"]).encode()) <= MAX_SNAPSHOT_BYTES + 100
        assert not shown[MIME_TYPE]["snapshot"]["complete"]


@story
async def test_a_handle_of_a_deleted_document_shows_that() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        await alice.delete(note.url, force=True)
        assert "deleted" in note._repr_mimebundle_()["text/plain"]


def from_the_future() -> bytes:
    """A change by another program, with a scalar of a kind that nobody knows yet."""
    source = Document()
    with source.change() as root:
        root["future"] = b"\x01\x02"
    fields = read_change(source.save_since(NO_HEADS))
    known, unknown = b"\x7f\x27", b"\x7f\x2b"  # one value of two bytes: kind 7, which is bytes, and kind 11
    assert fields.operations.count(known) == 1
    return write_change(replace(fields, operations=fields.operations.replace(known, unknown)), [], 0, "")[0]


def from_the_deep() -> bytes:
    """A document by another program, with maps nested deeper than Python can follow."""
    document = core.Document()
    with document.transaction() as transaction:
        place = core.ROOT
        for _ in range(1_000):
            place = transaction.put_object(place, "well", core.ObjType.Map)
    return bytes(document.save())


@story
async def test_what_cannot_be_read_is_shown_beside_the_rest() -> None:
    document = Document()
    document.apply([from_the_future(), from_the_deep()])
    async with Repo() as alice:
        note = alice.import_document(document.save())
        shown = note._repr_mimebundle_()
        assert note.value["future"] == UnknownValue(11, b"\x01\x02")
    value = shown[MIME_TYPE]["snapshot"]["value"]
    assert shown[MIME_TYPE]["snapshot"]["complete"]
    assert value["future"] == {"$unknown": {"kind": 11, "bytes": "AQI="}}
    assert json.dumps(value).count('{"$deep": "map"}') == 1
    for how in ("text/html", "text/plain"):
        assert "$unknown" in shown[how]


def test_every_kind_of_value_has_a_json_form() -> None:
    value = {
        "bytes": b"\x00\xff",
        "date": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "counter": Counter(3),
        "string": ImmutableString("v1"),
        "big": 2**60,
        "small": 2**53,
        "nan": float("nan"),
        "unknown": UnknownValue(11, b"\x00\xff"),
        "deep": TooDeep("list"),
        "list": [None, True, 1.5, "text"],
    }
    shown = value_to_json(value)
    assert shown == {
        "bytes": {"$bytes": "AP8="},
        "date": {"$date": "2026-01-02T03:04:05+00:00"},
        "counter": {"$counter": 3},
        "string": {"$string": "v1"},
        "big": {"$int": str(2**60)},
        "small": 2**53,
        "nan": {"$float": "nan"},
        "unknown": {"$unknown": {"kind": 11, "bytes": "AP8="}},
        "deep": {"$deep": "list"},
        "list": [None, True, 1.5, "text"],
    }
    assert bounded_json(value, 10_000) == (shown, True)
    json.dumps(shown, allow_nan=False)


def test_what_does_not_fit_is_cut_from_the_end() -> None:
    value = {"first": "kept", "rows": [{"n": n} for n in range(1000)], "last": "gone"}
    shown, complete = bounded_json(value, 200)
    assert not complete
    assert shown["first"] == "kept"
    assert shown["rows"][0] == {"n": 0}
    assert "last" not in shown
    assert len(json.dumps(shown)) <= 220
