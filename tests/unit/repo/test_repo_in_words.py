"""What a cell shows of rows, reports and events: a line each, and no walls of bytes."""

from dataclasses import replace

import pytest

from jupyter_automerge.repo import MemoryStorage, Repo
from jupyter_automerge.repo.brief import brief, listed
from jupyter_automerge.values.identity import User
from jupyter_automerge.values.status import Access, Level, Phase
from tests.unit.repo.story import story, until


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


@story
async def test_who_is_there_and_our_own_copy_are_a_short_line_each() -> None:
    async with (
        Repo(MemoryStorage(), name="alice") as alice,
        Repo(MemoryStorage(), name="bob", kind="server") as bob,
    ):
        url = (await bob.listen()).url
        alice.connect(url)
        note = alice.create({"n": 1})
        await note.synced()
        await note.saved()
        assert alice.storage_id is not None and bob.storage_id is not None
        (peer,), (connection,) = alice.peers, alice.connections
        bobs = f"bob ({bob.storage_id[:8]})"
        assert repr(peer) == f"<{bobs}, server, may write>"
        assert repr(connection).startswith(f"<connection {connection.id}: {bobs}, outgoing {url}, ready")
        own = f"own store ({alice.storage_id[:8]})"
        assert repr(note.local) == f"<{own}: synced, stored, heads {brief(note.heads)}>"
        for shown in (peer, connection, note.local):
            assert len(repr(shown)) < 150


@story
async def test_what_is_out_of_the_ordinary_is_in_the_line_too() -> None:
    async with Repo(name="alice") as alice, Repo(name="bob") as bob:
        alice.link(bob)
        note = alice.create({"n": 1})
        await until(lambda: note.peers, alice)
        assert note.local.store_id and "own memory (" in repr(note.local)
        failing = replace(
            note.local, durable=True, missing=2, level=Level.RECEIVED, trouble="no space left on device"
        )
        assert ": synced, 2 not saved, received, fails: no space left on device, heads " in repr(failing)
        (peer,), (connection,) = alice.peers, alice.connections
        ann = replace(
            peer, user=User("ann"), access=Access.READ, connections=(*peer.connections, *peer.connections)
        )
        assert repr(ann).endswith(", script, may read, logged in as ann, 2 connections>")
        unknown = replace(connection, peer_id=None, phase=Phase.HANDSHAKING, rtt=None)
        assert repr(unknown).startswith(f"<connection {connection.id}, ") and "handshaking" in repr(unknown)
        second = replace(connection, standby=True, rtt=0.0123)
        assert repr(second).endswith(", ready, standby, 12 ms>")


def test_many_heads_are_cut_and_none_are_said() -> None:
    heads = frozenset(bytes([number]) * 32 for number in range(5))
    assert brief(heads) == "00000000 01010101 02020202 and 2 more"
    assert brief(frozenset()) == "none"
    assert listed("abcde") == "a, b, c and 2 more" and listed("ab", "; ") == "a; b"


@story
async def test_a_handle_that_is_taken_for_its_value_says_where_that_is() -> None:
    async with Repo(name="alice") as alice:
        note = alice.create({"n": 1})
        with pytest.raises(TypeError, match=r"handle\.value\['n'\]"):
            note["n"]
        with pytest.raises(TypeError, match=r"with handle\.change\(\) as doc: doc\['n'\]"):
            note["n"] = 2
        assert note.value == {"n": 1}
