"""Who is written with whom, and what it costs."""

import asyncio
import errno
from pathlib import Path

import pytest

from jupyter_automerge.errors import StorageError
from jupyter_automerge.storage import FileStorage
from jupyter_automerge.testing.simulated_machine import Fault, SimulatedMachine
from jupyter_automerge.testing.simulated_os import SimulatedOs
from jupyter_automerge.values.keys import StorageKey
from jupyter_automerge.values.limits import FILES_PER_ROUND

BASE = Path("/store")
DOCUMENT = "3L1mwcxaFLKxA93YEbmLYbyq5Krz"
FOLDER = BASE / DOCUMENT[:2] / DOCUMENT[2:] / "incremental"


def _chunk(number: int) -> StorageKey:
    return (DOCUMENT, "incremental", str(number))


def test_saves_that_come_at_once_share_the_syncs_of_their_folder_64_at_a_time() -> None:
    machine = SimulatedMachine()

    async def play() -> None:
        store = FileStorage(BASE, os=SimulatedOs(machine))
        await store.save(_chunk(0), b"x")
        machine.calls.clear()
        await asyncio.gather(*(store.save(_chunk(number), b"x") for number in range(1, 400)))
        await store.close()

    asyncio.run(play())
    in_round, rounds = 0, []
    for call in machine.calls:
        if call.startswith("replace"):
            in_round += 1
        elif call == f"sync_directory {FOLDER}":
            rounds.append(in_round)
            in_round = 0
    assert in_round == 0, "a file was named after the last sync of its folder"
    assert rounds[0] == 1, f"the first one was made to wait for others: {rounds}"
    assert sum(rounds) == 399 and max(rounds) == FILES_PER_ROUND, rounds
    assert len(rounds) <= 9, f"399 files in {len(rounds)} rounds: {rounds}"


def test_every_folder_is_synced_once_in_a_round_however_many_documents_there_are() -> None:
    machine = SimulatedMachine()
    documents = [f"{number % 10:02}{number:03}{DOCUMENT}" for number in range(50)]

    async def play() -> None:
        store = FileStorage(BASE, os=SimulatedOs(machine))
        await store.save(_chunk(0), b"x")
        first = asyncio.ensure_future(store.save(_chunk(1), b"x"))
        await asyncio.gather(
            first, *(store.save((document, "snapshot", "aa"), b"x") for document in documents)
        )
        await store.close()

    asyncio.run(play())
    syncs = [call for call in machine.calls if call == f"sync_directory {BASE}"]
    assert len(syncs) <= 2, f"50 documents in one round, and the base was synced {len(syncs)} times"


def test_a_file_that_fails_fails_alone() -> None:
    machine = SimulatedMachine()
    bad = _chunk(7)

    async def play() -> None:
        store = FileStorage(BASE, os=SimulatedOs(machine))
        await store.save(_chunk(0), b"x")
        machine.faults.append(Fault("replace", errno.EACCES, where=f"{FOLDER}/7"))
        saves = {number: store.save(_chunk(number), b"x") for number in range(1, 20)}
        outcomes = dict(
            zip(saves, await asyncio.gather(*saves.values(), return_exceptions=True), strict=True)
        )
        failed = outcomes.pop(7)
        assert isinstance(failed, StorageError) and "Permission denied; check who owns" in str(failed)
        assert set(outcomes.values()) == {None}, f"others failed with it: {outcomes}"
        assert await store.load(bad) is None
        assert SimulatedOs(machine).scan(BASE / ".tmp") == [], "the unfinished file of the failed put stayed"
        await store.save(bad, b"x")
        await store.close()

    asyncio.run(play())


def test_a_folder_that_cannot_be_synced_fails_those_that_are_in_it() -> None:
    machine = SimulatedMachine()
    other = ("99" + DOCUMENT, "snapshot", "aa")

    async def play() -> None:
        store = FileStorage(BASE, os=SimulatedOs(machine))
        for key in (_chunk(0), other):
            await store.save(key, b"x")
        machine.faults.append(Fault("sync_directory", errno.EIO, where=str(FOLDER)))
        saves = (store.save(other, b"y"), store.save(_chunk(1), b"x"))
        fine, failed = await asyncio.gather(*saves, return_exceptions=True)
        assert fine is None and isinstance(failed, StorageError)
        await store.save(_chunk(1), b"x")
        await store.close()

    asyncio.run(play())


def test_a_folder_that_another_process_removes_again_and_again_is_an_error_in_the_end() -> None:
    machine = SimulatedMachine()

    async def play() -> None:
        store = FileStorage(BASE, os=SimulatedOs(machine))
        await store.save(_chunk(0), b"x")
        machine.faults.append(Fault("replace", errno.ENOENT, times=3))
        await store.save(_chunk(1), b"x")
        machine.faults.append(Fault("replace", errno.ENOENT, times=4))
        with pytest.raises(StorageError, match="No such file or directory"):
            await store.save(_chunk(2), b"x")
        await store.close()

    asyncio.run(play())


def test_a_defect_in_a_round_reaches_all_who_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = SimulatedMachine()

    async def play() -> None:
        store = FileStorage(BASE, os=SimulatedOs(machine))
        with monkeypatch.context() as broken:
            broken.setattr(SimulatedOs, "replace", None)
            with pytest.raises(TypeError):
                await store.save(_chunk(0), b"x")
        await store.save(_chunk(0), b"x")
        await store.close()

    asyncio.run(play())
