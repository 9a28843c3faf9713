"""What a cell shows of rows, reports and events: a line each, and no walls of bytes."""

import pytest

from jupyter_automerge.repo import MemoryStorage, Repo
from jupyter_automerge.repo.brief import brief
from tests.unit.repo.story import story


@story
async def test_rows_reports_and_events_are_a_short_line_each() -> None:
    async with Repo(name="alice") as alice, Repo(MemoryStorage(), name="bob") as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        changes = note.changes()
        report = await note.synced()
        with note.change() as d:
            d["n"] = 2
        event, (row,) = await anext(changes), note.peers
        assert bob.storage_id is not None
        assert str(report).startswith(f"stored: bob ({bob.storage_id[:8]}) (")
        assert repr(report) == f"<SyncReport {report}>"
        assert repr(row).startswith(f"<bob ({bob.storage_id[:8]}): syncing, lacks 1, ")
        assert repr(row).endswith(f"connected, heads {brief(row.heads)}>")
        assert f"{note.url} local: {brief(event.before)} -> {brief(event.after)}" in repr(event)
        for shown in (report, row, note.peers, event):
            assert len(repr(shown)) < 200


def test_many_heads_are_cut_and_none_are_said() -> None:
    heads = frozenset(bytes([number]) * 32 for number in range(5))
    assert brief(heads) == "00000000 01010101 02020202 and 2 more"
    assert brief(frozenset()) == "none"


@story
async def test_a_handle_that_is_taken_for_its_value_says_where_that_is() -> None:
    async with Repo(name="alice") as alice:
        note = alice.create({"n": 1})
        with pytest.raises(TypeError, match=r"handle\.value\['n'\]"):
            note["n"]
        with pytest.raises(TypeError, match=r"with handle\.change\(\) as doc: doc\['n'\]"):
            note["n"] = 2
        assert note.value == {"n": 1}
