"""The acceptance catalogue, group L: waiting for the store, with writes that are slow, fail or overlap."""

import asyncio
import logging

import pytest

from jupyter_automerge.errors import SaveTimeout, StorageError
from jupyter_automerge.repo import Repo
from jupyter_automerge.repo.report import CloseReport
from jupyter_automerge.values.keys import KeyKind
from tests.unit.repo.scripted import Pipe
from tests.unit.repo.stores import ON_FIRE, ObservedStorage
from tests.unit.repo.story import story, turns


@story
async def test_L27_edits_during_a_write_are_one_write_for_the_disk_sets_the_pace() -> None:
    # Instead of a delay after which to save: the first edit is written soon, later ones together.
    store = ObservedStorage()
    async with Repo(store) as alice:
        note = alice.create({"n": 0})
        await note.saved()
        gate = store.gates[note.document_id] = asyncio.Event()
        for number in range(1, 51):
            with note.change() as d:
                d["n"] = number
            await store.begins_to_write(note.document_id)
        assert store.writes_of(note.document_id) == 1
        gate.set()
        await note.saved()
        assert store.writes_of(note.document_id) == 3, "one that was under way, and one for all the rest"
    async with Repo(store.reborn()) as alice:
        assert (await alice.find(note.url)).value == {"n": 50}


@story
async def test_L28_writes_of_one_document_never_overlap() -> None:
    store = ObservedStorage()
    async with Repo(store) as alice:
        notes = [alice.create({"n": 0}) for _ in range(3)]
        for number in range(30):
            for note in notes:
                with note.change() as d:
                    d["n"] = number
            await turns(1)
        await alice.saved()
        assert {store.most_at_once[(note.document_id,)] for note in notes} == {1}


@story
async def test_L29_what_is_not_saved_yet_is_not_there_for_others() -> None:
    store = ObservedStorage()
    async with Repo(store) as alice:
        note = alice.create({"n": 1})
        gate = store.gates[note.document_id] = asyncio.Event()
        waiting = note.saved(timeout=None)
        await turns()
        assert not waiting.done()
        assert not store.chunks(note.document_id)
        gate.set()
        await waiting
        async with Repo(store.reborn()) as bob:
            assert (await bob.find(note.url)).value == {"n": 1}


@story
async def test_L30_waiting_for_one_document_does_not_wait_for_another() -> None:
    store = ObservedStorage()
    async with Repo(store) as alice:
        quick, slow = alice.create({"n": 1}), alice.create({"n": 2})
        gate = store.gates[slow.document_id] = asyncio.Event()
        await quick.saved(timeout=None)
        assert not store.chunks(slow.document_id)
        gate.set()
        await slow.saved(timeout=None)


@story
async def test_L31_waiting_ends_although_edits_go_on() -> None:
    store = ObservedStorage()
    async with Repo(store) as alice:
        note = alice.create({"n": 0})
        editing = True

        async def edit() -> None:
            while editing:
                with note.change() as d:
                    d["n"] += 1
                await asyncio.sleep(0)

        editor = asyncio.create_task(edit())
        for _ in range(5):
            await note.saved(timeout=None)
            await alice.saved(timeout=None)
        editing = False
        await editor


@story
async def test_L32_every_document_gets_its_chance_before_one_error_names_those_that_failed() -> None:
    store = ObservedStorage()
    async with Repo(store) as alice:
        notes = [alice.create({"n": number}) for number in range(5)]
        bad = {notes[0].document_id, notes[3].document_id}
        store.broken |= bad
        with pytest.raises(StorageError, match="2 documents are not saved") as failure:
            await alice.saved(timeout=0.3)
        assert all(document_id in str(failure.value) for document_id in bad)
        assert ON_FIRE in str(failure.value)
        assert isinstance(failure.value.__cause__, ExceptionGroup)
        saved = [note for note in notes if store.chunks(note.document_id)[KeyKind.SNAPSHOT]]
        assert [note.document_id not in bad for note in notes] == [note in saved for note in notes]
        store.broken = {notes[0].document_id}
        with pytest.raises(SaveTimeout, match=notes[0].document_id):
            await notes[0].saved(timeout=0.01)
        await notes[3].saved()
        store.broken = set()


@story
async def test_L33_a_close_ends_well_whatever_fails_in_it_and_says_what_is_lost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Stubborn(Pipe):
        def close(self, code: int | None, reason: str) -> None:
            raise OSError("the wire is stuck")

    store = ObservedStorage()
    alice = Repo(store)
    await alice.open()
    alice.accept(Stubborn(), endpoint="stubborn:1")
    note = alice.create({"n": 1})
    await turns(2)
    store.failing = True
    with note.change() as d:
        d["n"] = 2
    with caplog.at_level(logging.WARNING):
        assert await alice.close(timeout=0.2) == CloseReport((note.document_id,))
    for word in ("the transport failed to close", "the store did not close cleanly", note.document_id):
        assert word in caplog.text
    assert alice.closed
