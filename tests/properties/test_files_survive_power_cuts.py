"""A store of files on a machine that loses power at any call: what was acknowledged is there, and nothing is torn."""

import asyncio
import errno
import logging
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from jupyter_automerge.storage import FileStorage
from jupyter_automerge.testing.simulated_machine import Fault, SimulatedMachine
from jupyter_automerge.testing.simulated_os import SimulatedOs
from jupyter_automerge.values.keys import StorageKey
from tests.properties.drawn_store import KEYS, Batch, Expected, Step, batches, contents

BASE = Path("/home/alice/store")
MOST_CALLS = 300
HERS, HIS = KEYS[::2], KEYS[1::2]


@pytest.fixture(autouse=True, scope="module")
def _quiet() -> Iterator[None]:
    """A failure is told by its story, not by what a dead machine's store logged in hundreds of others."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


faults = st.builds(
    Fault,
    call=st.sampled_from(("open", "write", "sync", "sync_directory", "replace", "mkdir", "unlink", "link")),
    number=st.sampled_from((errno.ENOSPC, errno.EIO, errno.EMFILE)),
    times=st.integers(1, 3),
)


@settings(max_examples=200)
@given(batches(), st.integers(0, MOST_CALLS), st.integers(0, 2**32))
def test_what_was_acknowledged_before_a_power_cut_is_there_after_it(
    work: list[Batch], last_call: int, seed: int
) -> None:
    machine, expected = SimulatedMachine(), Expected()
    machine.before_call(last_call, machine.cut_power)
    asyncio.run(_do(machine, expected, work))
    _check_after_power_cut(machine, expected, Random(seed))


@settings(max_examples=200)
@given(batches(), st.lists(st.tuples(st.integers(0, MOST_CALLS), faults), max_size=4), st.integers(0, 2**32))
def test_what_was_acknowledged_by_a_failing_disk_is_there_after_a_power_cut(
    work: list[Batch], failures: list[tuple[int, Fault]], seed: int
) -> None:
    machine, expected = SimulatedMachine(), Expected()
    for call, fault in failures:
        machine.before_call(call, lambda fault=fault: machine.faults.append(fault))  # type: ignore[misc]
    asyncio.run(_do(machine, expected, work))
    _check_after_power_cut(machine, expected, Random(seed))


@settings(max_examples=200)
@given(
    batches(HERS),
    batches(HIS),
    st.integers(0, MOST_CALLS),
    st.integers(0, MOST_CALLS),
    st.integers(0, 2**32),
)
def test_two_processes_on_one_folder_of_which_one_is_killed(
    work: list[Batch], other_work: list[Batch], killed_at: int, off_at: int, seed: int
) -> None:
    machine, expected = SimulatedMachine(), Expected()
    alice, bob = SimulatedOs(machine), SimulatedOs(machine)
    machine.before_call(killed_at, alice.kill)
    machine.before_call(killed_at + 1 + off_at, machine.cut_power)

    async def play() -> None:
        stores = FileStorage(BASE, os=alice), FileStorage(BASE, os=bob)
        for number in range(max(len(work), len(other_work))):
            hers, his = (some[number] if number < len(some) else [] for some in (work, other_work))
            await asyncio.gather(expected.do(stores[0], hers, HERS), expected.do(stores[1], his, HIS))
            expected.may_be_removed(hers, HIS)
            expected.may_be_removed(his, HERS)
        for store in stores:
            await store.close()

    asyncio.run(play())
    _check_after_power_cut(machine, expected, Random(seed))


async def _do(machine: SimulatedMachine, expected: Expected, work: list[Batch]) -> None:
    store = FileStorage(BASE, os=SimulatedOs(machine))
    for batch in work:
        await expected.do(store, batch)
    machine.plans.clear()
    machine.faults.clear()
    if not machine.is_off:
        expected.check(contents(await store.load_range(())), lambda: "while the machine was running")
    await store.close()


def _check_after_power_cut(machine: SimulatedMachine, expected: Expected, chance: Random) -> None:
    """Twice: what is left is as expected, and what is written then is left by the next one."""
    note("\n".join(f"{number}: {call}" for number, call in enumerate(machine.calls)))
    again = machine.started_again(chance)
    found, waste = asyncio.run(_look(again, write=True))
    expected.check(found, lambda: f"the power went after {len(machine.calls)} calls")
    assert not waste, f"left in .tmp: {waste}"
    found, _ = asyncio.run(_look(again.started_again(chance), write=False))
    assert found == dict.fromkeys(KEYS, b"anew"), f"of all that was written anew there is {found}"


async def _look(machine: SimulatedMachine, *, write: bool) -> tuple[dict[StorageKey, bytes], list[str]]:
    """What is in the store, and its leftovers; then, if asked to, everything is written anew."""
    os = SimulatedOs(machine)
    store = FileStorage(BASE, os=os)
    found = contents(await store.load_range(()))
    assert found.keys() == {info.key for info in await store.keys(())}
    waste = [name for name, _ in os.scan(BASE / ".tmp")] if _has_tmp(os) else []
    if write:
        await asyncio.gather(*(Step("save", key, b"anew").on(store) for key in KEYS))
    await store.close()
    return found, waste


def _has_tmp(os: SimulatedOs) -> bool:
    try:
        os.stat(BASE / ".tmp")
    except FileNotFoundError:
        return False
    return True
