"""The acceptance catalogue, group L: what is saved, when, in how many pieces, and what is there then."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_automerge.repo import FileStorage, MemoryStorage, Repo, Storage
from jupyter_automerge.values.keys import KeyKind, StorageKey
from tests.unit.repo.stores import ObservedStorage
from tests.unit.repo.story import story, until

Lives = Callable[[], Storage]


@pytest.fixture(params=["memory", "files"])
def lives(request: pytest.FixtureRequest, tmp_path: Path) -> Lives:
    """Each call opens the same store again, as another process would."""
    if request.param == "files":
        return lambda: FileStorage(tmp_path)
    store = MemoryStorage()
    return store.reopened


async def contents(storage: Storage) -> dict[StorageKey, bytes]:
    found = {}
    for info in await storage.keys(()):
        found[info.key] = await storage.load(info.key) or b""
    await storage.close()
    return found


@story
async def test_L13_L14_what_was_made_and_changed_is_there_in_the_next_life(lives: Lives) -> None:
    async with Repo(lives()) as alice:
        untouched, changed = alice.create({"n": 1}), alice.create({"n": 1})
        with changed.change() as d:
            d["n"] = 2
        await alice.saved()
        storage_id = alice.storage_id
    async with Repo(lives()) as alice:
        assert alice.storage_id == storage_id
        assert (await alice.find(untouched.url)).value == {"n": 1}
        assert (await alice.find(changed.url)).value == {"n": 2}
        assert await alice.document_ids() == tuple(sorted((untouched.document_id, changed.document_id)))


@story
async def test_L15_documents_saved_in_quick_succession_all_stay(lives: Lives) -> None:
    async with Repo(lives()) as alice:
        urls = [alice.create({"n": n}).url for n in range(20)]
        await alice.saved()
    async with Repo(lives()) as alice:
        assert [(await alice.find(url)).value["n"] for url in urls] == list(range(20))


@story
async def test_L18_closing_saves_what_was_changed_a_moment_ago_and_closes_the_store() -> None:
    store = ObservedStorage()
    async with Repo(store) as alice:
        notes = [alice.create({"n": 1}) for _ in range(10)]
        for note in notes:
            with note.change() as d:
                d["n"] = 2
    assert store.times_closed == 1
    async with Repo(store.reborn()) as alice:
        assert [(await alice.find(note.url)).value for note in notes] == [{"n": 2}] * 10


@story
async def test_L20_opening_and_finding_leaves_every_key_as_it_was(lives: Lives) -> None:
    async with Repo(lives()) as alice:
        note = alice.create({"n": 1})
        with note.change() as d:
            d["text"] = "x" * 3000
    before = await contents(lives())
    async with Repo(lives()) as alice:
        await alice.find(note.url)
    assert await contents(lives()) == before


@story
async def test_L21_a_document_survives_many_lives(lives: Lives) -> None:
    async with Repo(lives()) as alice:
        note = alice.create({"n": 0, "ballast": os.urandom(2000)})
    for life in range(1, 8):
        async with Repo(lives()) as alice:
            again = await alice.find(note.url)
            assert again.value["n"] == life - 1
            with again.change() as d:
                d["n"] = life
    async with Repo(lives()) as alice:
        assert (await alice.find(note.url)).value["n"] == 7


@story
async def test_L22_a_run_of_large_changes_leaves_exactly_one_snapshot() -> None:
    store = ObservedStorage()
    async with Repo(store) as alice:
        note = alice.create({"pages": []})
        await note.saved()
        for _ in range(20):
            with note.change() as d:
                d["pages"].append(os.urandom(4000))
            await note.saved()
        chunks = store.chunks(note.document_id)
        await until(lambda: len(store.chunks(note.document_id)[KeyKind.SNAPSHOT]) == 1, alice)
        assert store.writes_of(note.document_id) == 21, "each change was waited for"
        metrics = alice.metrics()
        assert 1 < metrics["snapshots_written"] < 10, "compaction follows the size, not the number of changes"
        assert metrics["snapshots_written"] + metrics["increments_written"] == 21
        assert len(chunks[KeyKind.INCREMENTAL]) < 20
    async with Repo(store.reborn()) as alice:
        assert len((await alice.find(note.url)).value["pages"]) == 20


@pytest.mark.parametrize("value", [{}, None, {"foo": "bar"}])
def test_L34_every_new_document_is_exactly_one_chunk(value: dict[str, Any] | None) -> None:
    @story
    async def play() -> None:
        store = ObservedStorage()
        async with Repo(store) as alice:
            note = alice.create(value)
            await note.saved()
        chunks = store.chunks(note.document_id)
        assert [len(chunks[kind]) for kind in (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL)] == [1, 0]
        assert store.writes_of(note.document_id) == 1
        async with Repo(store.reborn()) as alice:
            assert (await alice.find(note.url)).value == (value or {})

    play()


@story
async def test_L39_what_was_received_sent_compacted_and_saved_is_counted() -> None:
    # JavaScript emits an event for each; here they are totals, and times are for profilers.
    store = ObservedStorage()
    async with Repo(store) as alice, Repo() as bob:
        alice.link(bob)
        note = alice.create({"n": 1, "ballast": os.urandom(2000)})
        theirs = await bob.find(note.url)
        with note.change() as d:
            d["n"] = 2
        await note.saved()
        await until(lambda: theirs.value["n"] == 2, bob)
        ours, others = alice.metrics(), bob.metrics()
        assert ours["frames_sent"] >= 3
        assert others["frames_received"] <= ours["frames_sent"]
        assert others["bytes_received"] > 2000
        assert (ours["snapshots_written"], ours["increments_written"]) == (1, 1)
        assert ours["bytes_written"] > 2000
        assert others["bytes_written"] == 0
        await alice.unload(note.url)
        await alice.find(note.url)
        assert alice.metrics()["loads"] == ours["loads"] + 1
