"""The disk forgets, at the worst moment, what was not synced. What was acknowledged must still be there.

Single stories; tests/properties/test_files_survive_power_cuts.py draws many.
"""

import asyncio
import errno
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from jupyter_automerge.errors import StorageError
from jupyter_automerge.storage import FileStorage
from jupyter_automerge.storage.durable_reads import YOUNG_SECONDS
from jupyter_automerge.storage.os_port import WRITE_NEW
from jupyter_automerge.testing.simulated_machine import Fault, SimulatedMachine
from jupyter_automerge.testing.simulated_os import SimulatedOs
from jupyter_automerge.values.keys import StorageKey

BASE = Path("/home/alice/store")
DOCUMENT = "3L1mwcxaFLKxA93YEbmLYbyq5Krz"
SNAPSHOT = (DOCUMENT, "snapshot", "aa")
CHUNK = (DOCUMENT, "incremental", "bb")
TOMBSTONE = (".jupyter-automerge", "tombstones", DOCUMENT)
WAYS = range(12)
"""What a loss of power leaves is a matter of chance: each story is looked at after so many."""

MOST_CALLS_OF_TWO_PUTS = 40

Work = Callable[[FileStorage], Awaitable[object]]


def play(machine: SimulatedMachine, work: Work) -> None:
    """A process does something in the store. A machine that lost its power in between is no error."""

    async def story() -> None:
        store = FileStorage(BASE, os=SimulatedOs(machine))
        try:
            await work(store)
        except StorageError:
            if not machine.is_off:
                raise
        await store.close()

    asyncio.run(story())


def left(machine: SimulatedMachine, way: int) -> dict[StorageKey, bytes]:
    """What the store holds after the loss of power."""
    found: dict[StorageKey, bytes] = {}

    async def read(store: FileStorage) -> None:
        found.update(await store.load_range(()))

    play(machine.started_again(Random(way)), read)
    return found


def at_every_call(prepared: Work, work: Work) -> Iterator[dict[StorageKey, bytes]]:
    """What is left when the power goes before each call of the work in turn."""
    call = 0
    while True:
        machine = SimulatedMachine()
        play(machine, prepared)
        machine.before_call(len(machine.calls) + call, machine.cut_power)
        play(machine, work)
        if not machine.is_off:
            return
        yield from (left(machine, way) for way in WAYS)
        call += 1


async def nothing(_: FileStorage) -> None:
    """An empty store."""


def test_every_acknowledged_put_survives() -> None:
    entries = {
        ("storage-adapter-id",): b"an id",
        SNAPSHOT: b"replaced" * 50,
        CHUNK: b"second" * 50,
        TOMBSTONE: b"gone",
        (DOCUMENT[::-1], "snapshot", "aa"): b"another document",
    }

    async def work(store: FileStorage) -> None:
        await store.save(SNAPSHOT, b"first")
        for key, data in entries.items():
            await store.save(key, data)

    machine = SimulatedMachine()
    play(machine, work)
    for way in WAYS:
        assert left(machine, way) == entries, f"way {way}, calls {machine.calls}"


def test_puts_at_once_into_new_folders_survive() -> None:
    entries = {
        (f"{number:02}{DOCUMENT}", kind, "aa"): b"data" for number in range(4) for kind in ("one", "two")
    }

    async def work(store: FileStorage) -> None:
        await asyncio.gather(*(store.save(key, data) for key, data in entries.items()))

    machine = SimulatedMachine()
    play(machine, work)
    for way in WAYS:
        found = left(machine, way)
        assert found == entries, f"way {way}: lost are {sorted(set(entries) - set(found))}"


def test_what_was_created_survives_for_the_winner_and_for_the_loser() -> None:
    machine = SimulatedMachine()
    play(machine, lambda store: store.create(SNAPSHOT, b"first"))
    calls = len(machine.calls)
    for way in WAYS:
        assert left(machine, way) == {SNAPSHOT: b"first"}
    # The winner died before its name was durable; whoever finds the name answers for it.
    for call in range(calls):
        torn = SimulatedMachine()
        os = SimulatedOs(torn)
        torn.before_call(call, os.kill)
        asyncio.run(_create_and_die(os))
        got: list[bytes] = []
        play(torn, lambda store, got=got: _create(store, got))  # type: ignore[misc]
        for way in WAYS:
            assert left(torn, way) == {SNAPSHOT: got[0]}, f"killed at call {call}, way {way}, got {got}"


async def _create_and_die(os: SimulatedOs) -> None:
    store = FileStorage(BASE, os=os)
    with pytest.raises(StorageError, match="the process is dead"):
        await store.create(SNAPSHOT, b"of a dead process")
    await store.close()


async def _create(store: FileStorage, got: list[bytes]) -> None:
    got.append(await store.create(SNAPSHOT, b"of a living one"))


def test_a_removal_that_was_acknowledged_stays_one() -> None:
    async def work(store: FileStorage) -> None:
        for key in (SNAPSHOT, CHUNK, TOMBSTONE):
            await store.save(key, b"data")
        await store.remove(TOMBSTONE)

    machine = SimulatedMachine()
    play(machine, work)
    for way in WAYS:
        assert set(left(machine, way)) == {SNAPSHOT, CHUNK}
    play(machine := machine.started_again(Random(0)), lambda store: store.remove_range((DOCUMENT,)))
    for way in WAYS:
        assert left(machine, way) == {}, f"way {way}: a deleted document came back"


def test_at_no_moment_is_an_entry_half_old_half_new() -> None:
    old, new = b"old" * 100, b"new" * 100
    moments = [
        found.get(SNAPSHOT)
        for found in at_every_call(
            lambda store: store.save(SNAPSHOT, old), lambda store: store.save(SNAPSHOT, new)
        )
    ]
    assert set(moments) == {old, new}
    first = [found.get(SNAPSHOT) for found in at_every_call(nothing, lambda store: store.save(SNAPSHOT, new))]
    assert set(first) == {None, new}


def test_at_no_moment_is_a_document_half_deleted() -> None:
    async def two_chunks(store: FileStorage) -> None:
        await store.save(SNAPSHOT, b"data")
        await store.save(CHUNK, b"data")

    moments = at_every_call(two_chunks, lambda store: store.remove_range((DOCUMENT,)))
    assert {len(found) for found in moments} == {0, 2}


def test_the_order_of_the_steps() -> None:
    machine = SimulatedMachine()

    async def work(store: FileStorage) -> None:
        await store.save(SNAPSHOT, b"old")
        machine.calls.clear()
        await store.save(SNAPSHOT, b"new")

    play(machine, work)
    snapshot = BASE / DOCUMENT[:2] / DOCUMENT[2:] / "snapshot"
    aside, written, synced, *rest = machine.calls
    assert aside.startswith(f"open {BASE / '.tmp'}/"), f"a file is written aside: {machine.calls}"
    assert (written, synced) == (aside.replace("open", "write"), aside.replace("open", "sync"))
    assert rest == [f"replace {snapshot / 'aa'}", f"sync_directory {snapshot}", f"stat {snapshot / 'aa'}"]


def test_folders_that_a_dead_process_left_unsynced_are_synced_by_the_next() -> None:
    machine = SimulatedMachine()
    os = SimulatedOs(machine)
    for folder in (Path("/home"), BASE.parent):
        os.mkdir(folder)
        os.sync_directory(folder.parent)
    for parts in range(4):
        os.mkdir(BASE.joinpath(*(DOCUMENT[:2], DOCUMENT[2:], "snapshot")[:parts]))
    os.kill()
    play(machine, lambda store: store.save(SNAPSHOT, b"data"))
    for way in WAYS:
        assert left(machine, way) == {SNAPSHOT: b"data"}, f"way {way}, calls {machine.calls}"


@pytest.mark.parametrize(
    ("call", "number"),
    [
        ("write", errno.ENOSPC),
        ("open", errno.EMFILE),
        ("open", errno.EACCES),
        ("sync", errno.EIO),
        ("sync_directory", errno.EIO),
        ("replace", errno.ENOSPC),
        ("mkdir", errno.ENOSPC),
    ],
)
def test_after_a_fault_the_second_try_is_durable_or_fails_too(call: str, number: int) -> None:
    """After a failed fsync a second one of the same file says nothing: it must be written anew."""
    machine = SimulatedMachine()

    async def work(store: FileStorage) -> None:
        await store.save(SNAPSHOT, b"old")
        machine.faults.append(Fault(call, number))
        with pytest.raises(StorageError):
            await store.save((DOCUMENT, "new folder", "cc"), b"data" * 100)
        await store.save((DOCUMENT, "new folder", "cc"), b"data" * 100)

    play(machine, work)
    for way in WAYS:
        assert left(machine, way) == {SNAPSHOT: b"old", (DOCUMENT, "new folder", "cc"): b"data" * 100}


def test_what_a_dead_process_left_is_durable_once_another_has_read_it() -> None:
    """Whoever has read it tells peers that it is stored."""
    entries = {SNAPSHOT: b"snapshot" * 30, CHUNK: b"increment" * 30}

    async def work(store: FileStorage) -> None:
        with suppress(StorageError):
            for key, data in entries.items():
                await store.save(key, data)

    async def read(store: FileStorage) -> None:
        found.update(await store.load_range((DOCUMENT,)))
        for key in (SNAPSHOT, CHUNK):
            assert await store.load(key) == found.get(key)

    for call in range(MOST_CALLS_OF_TWO_PUTS):
        machine = SimulatedMachine()
        writer = SimulatedOs(machine)
        machine.before_call(call, writer.kill)
        asyncio.run(_work_and_die(writer, work))
        found: dict[StorageKey, bytes] = {}
        play(machine, read)
        for way in WAYS:
            assert left(machine, way) == found, f"killed at call {call}, way {way}, calls {machine.calls}"
    assert found == entries, "the last writer was not killed"


async def _work_and_die(os: SimulatedOs, work: Work) -> None:
    store = FileStorage(BASE, os=os)
    await work(store)
    await store.close()


def test_what_javascript_wrote_and_never_synced_is_durable_once_it_was_read() -> None:
    machine = SimulatedMachine()
    javascript, folder = SimulatedOs(machine), BASE / DOCUMENT[:2] / DOCUMENT[2:] / "snapshot"
    for part in (*reversed(folder.parents[:-1]), folder):
        javascript.mkdir(part)
        if part in BASE.parents:
            javascript.sync_directory(part.parent)
    javascript.sync_directory(BASE.parent)
    descriptor = javascript.open(folder / "aa", WRITE_NEW)
    javascript.write(descriptor, b"by nodefs")
    javascript.close(descriptor)
    play(machine, lambda store: store.load_range((DOCUMENT,)))
    for way in WAYS:
        assert left(machine, way) == {SNAPSHOT: b"by nodefs"}, f"way {way}, calls {machine.calls}"


def test_what_another_wrote_in_place_of_ours_is_synced_as_well() -> None:
    machine = SimulatedMachine()
    javascript, path = SimulatedOs(machine), BASE / DOCUMENT[:2] / DOCUMENT[2:] / "snapshot" / "aa"

    async def work(store: FileStorage) -> None:
        await store.save(SNAPSHOT, b"ours")
        javascript.unlink(path)
        descriptor = javascript.open(path, WRITE_NEW)
        javascript.write(descriptor, b"of another")
        javascript.close(descriptor)
        assert await store.load(SNAPSHOT) == b"of another"

    play(machine, work)
    for way in WAYS:
        assert left(machine, way) == {SNAPSHOT: b"of another"}, f"way {way}, calls {machine.calls}"


def test_reading_what_rests_syncs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = SimulatedMachine()
    play(machine, lambda store: store.save(SNAPSHOT, b"data"))
    machine.calls.clear()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 2 * YOUNG_SECONDS)
    play(machine, lambda store: store.load_range((DOCUMENT,)))
    assert not [call for call in machine.calls if call.startswith("sync")]


def test_what_was_written_here_is_read_without_a_sync() -> None:
    machine = SimulatedMachine()

    async def work(store: FileStorage) -> None:
        await store.save(SNAPSHOT, b"data")
        machine.calls.clear()
        await store.load_range((DOCUMENT,))

    play(machine, work)
    assert not [call for call in machine.calls if call.startswith("sync")]


def test_a_young_file_that_cannot_be_synced_cannot_be_read() -> None:
    machine = SimulatedMachine()
    play(machine, lambda store: store.save(SNAPSHOT, b"data"))

    async def work(store: FileStorage) -> None:
        machine.faults.append(Fault("sync", errno.EIO, where="aa"))
        with pytest.raises(StorageError, match=r"cannot read .*the disk reports a fault"):
            await store.load_range((DOCUMENT,))

    play(machine, work)
