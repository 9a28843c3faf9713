"""What a Repo knows of other stores after it was closed and opened again, on real files and sockets."""

from pathlib import Path

from jupyter_automerge.repo import DocHandle, FileStorage, Repo
from jupyter_automerge.values.status import Level, Link, PeerState, Safety, Trust
from tests.unit.repo.story import story, until


def edit(note: DocHandle, value: int) -> None:
    with note.change() as d:
        d["n"] = value


async def an_evening_with_the_server(folder: Path) -> str:
    """Alice's laptop and the server share a document; then both are shut down. Returns its URL."""
    async with (
        Repo(FileStorage(folder / "server"), name="server") as server,
        Repo(FileStorage(folder / "laptop"), name="alice") as alice,
    ):
        alice.connect((await server.listen()).url)
        note = alice.create({"n": 1})
        await note.synced(timeout=10)
        await note.saved()
        await alice.stores.label("server", "the lab's")
        return note.url


@story
async def test_S16_in_the_train_the_rows_show_what_was_last_heard_and_count_a_new_edit_right(
    tmp_path: Path,
) -> None:
    url = await an_evening_with_the_server(tmp_path)
    async with Repo(FileStorage(tmp_path / "laptop"), name="alice") as alice:
        note = await alice.find(url)
        (row,) = note.peers
        assert (row.called, row.link, row.state, row.level) == (
            "the lab's",
            Link.OFFLINE,
            PeerState.SYNCED,
            Level.STORED,
        )
        as_of = row.as_of
        assert as_of is not None and row.unsent_since is None
        assert str(note.sync) == "safe: stored by the lab's"
        edit(note, 2)
        edit(note, 3)
        (row,) = note.peers
        assert (row.state, row.missing_there) == (PeerState.AHEAD, 2)
        assert row.unsent_since is not None and row.unsent_since >= as_of
        assert note.sync.state in (Safety.UNSAVED, Safety.UNSENT)
        await note.saved()
        assert note.sync.state is Safety.UNSENT


@story
async def test_S16_stores_are_known_again_before_anybody_connects_or_asks(tmp_path: Path) -> None:
    await an_evening_with_the_server(tmp_path)
    async with Repo(FileStorage(tmp_path / "laptop"), name="alice") as alice:
        await until(lambda: alice.stores, alice)
        (store,) = alice.stores
        assert (store.called, store.name, store.link) == ("the lab's", "server", Link.OFFLINE)
        assert store.first_seen is not None and store.last_seen is not None and store.endpoints


@story
async def test_a_document_that_nobody_opened_is_known_to_be_safe_and_one_that_was_forgotten_is_not(
    tmp_path: Path,
) -> None:
    await an_evening_with_the_server(tmp_path)
    async with Repo(FileStorage(tmp_path / "laptop"), name="alice") as alice:
        report = await alice.safe_to_exit()
        assert report and report.looked_at == 1 and not alice.handles
        await until(lambda: alice.stores, alice)
        await alice.stores.trust("the lab's", Trust.DEAD)
        assert [why.state for why in (await alice.safe_to_exit()).at_risk.values()] == [Safety.ALONE]
        await alice.stores.trust("the lab's", Trust.NORMAL)
        assert await alice.safe_to_exit()
        await alice.stores.forget("the lab's")
        assert [why.state for why in (await alice.safe_to_exit()).at_risk.values()] == [Safety.ALONE]
    async with Repo(FileStorage(tmp_path / "laptop"), name="alice") as alice:
        assert not await alice.safe_to_exit(), "what was forgotten stays so"
