"""Files that are written from documents: up to date or not, and why, in a row of their own (E46)."""

import json
from pathlib import Path

import pytest

from jupyter_automerge.errors import SyncTimeout
from jupyter_automerge.repo import DocHandle, DocPeer, MemoryStorage, Repo
from jupyter_automerge.values.status import Level, Link, PeerState, Relation, Safety
from tests.unit.repo.story import story, until


def row_of(handle: DocHandle) -> DocPeer:
    (row,) = (one for one in handle.peers if one.is_projection)
    return row


def told(path: Path) -> object:
    return json.loads(path.read_bytes()) if path.exists() else None


@story
async def test_S45_a_file_that_cannot_be_written_is_behind_while_the_stores_are_safe(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "plan.json"
    async with Repo(MemoryStorage(), name="server") as server, Repo(MemoryStorage(), name="alice") as alice:
        alice.link(server)
        plan = alice.create({"title": "Plan"})
        plan.project(path)
        await plan.synced()
        await until(lambda: bool(row_of(plan).trouble), alice)
        row, stored = row_of(plan), plan.peers[0]
        assert (row.kind, row.link, row.state, row.level) == (
            "file",
            Link.OFFLINE,
            PeerState.AHEAD,
            Level.NONE,
        )
        assert row.trouble == f"{path}: No such file or directory"
        assert row.label == f"file:{path}"
        assert (stored.state, stored.level, plan.sync.state) == (PeerState.SYNCED, Level.STORED, Safety.SAFE)
        path.parent.mkdir()
        await until(lambda: row_of(plan).state is PeerState.SYNCED, alice)
        row = row_of(plan)
        assert (row.link, row.level, row.trouble, row.safe) == (Link.CONNECTED, Level.STORED, "", False)
        assert told(path) == {"title": "Plan"}


@story
async def test_an_edit_shows_at_once_and_can_be_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    async with Repo(name="alice") as alice:
        plan = alice.create({"n": 0})
        projection = plan.project(path)
        await plan.synced(with_=projection.id)
        assert told(path) == {"n": 0}
        with plan.change() as d:
            d["n"] = 1
        assert row_of(plan).relation is Relation.AHEAD and row_of(plan).missing_there == 1
        await plan.synced(with_=projection.id)
        assert told(path) == {"n": 1}
        assert plan.sync.state is Safety.ALONE, "a file is no other store"


@story
async def test_what_somebody_else_wrote_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("mine")
    async with Repo(name="alice") as alice:
        plan = alice.create({"n": 0})
        projection = plan.project(path)
        await until(lambda: "somebody else" in projection.trouble, alice)
        assert path.read_text() == "mine"
        projection.overwrite()
        await until(lambda: not projection.trouble, alice)
        assert told(path) == {"n": 0}
        path.write_text("edited by hand")
        with plan.change() as d:
            d["n"] = 1
        await until(lambda: "somebody else" in projection.trouble, alice)
        assert path.read_text() == "edited by hand"
        with pytest.raises(SyncTimeout, match=r"lacks 1 change: it cannot be written: .*somebody else"):
            await plan.synced(with_=projection.id, timeout=0.1)


@story
async def test_the_bytes_are_whatever_the_user_makes_of_the_document(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    async with Repo(name="alice") as alice:
        plan = alice.create({"title": "Plan"})
        plan.project(path, lambda view: view.value["title"].encode(), overwrite=True)
        await until(lambda: path.exists() and path.read_text() == "Plan", alice)
        with plan.change() as d:
            del d["title"]
        await until(lambda: "KeyError" in row_of(plan).trouble, alice)
        assert path.read_text() == "Plan", "what cannot be made is not written"


@story
async def test_a_closed_projection_leaves_the_file_and_takes_its_row_along(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    async with Repo(name="alice") as alice:
        plan = alice.create({"n": 0})
        projection = plan.project(path)
        await plan.synced(with_=projection.id)
        projection.close()
        await until(lambda: not plan.peers, alice)
        with plan.change() as d:
            d["n"] = 1
        assert told(path) == {"n": 0} and [one.name for one in tmp_path.iterdir()] == ["plan.json"]


@pytest.mark.parametrize("number", [1, 3])
@story
async def test_several_files_of_one_document_are_rows_apart(tmp_path: Path, number: int) -> None:
    async with Repo(name="alice") as alice:
        plan = alice.create({"n": 0})
        files = [plan.project(tmp_path / f"{one}.json") for one in range(number)]
        await plan.synced(with_=[one.id for one in files])
        assert sorted(row.id for row in plan.peers) == sorted(one.id for one in files)
