"""Who else uses a store, and what may be said of whoever left a lease there and no word."""

import asyncio
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jupyter_automerge.engine.leases import Lease, write_lease
from jupyter_automerge.repo import FileStorage, MemoryStorage, Repo
from jupyter_automerge.repo.neighbours import Neighbour, line_about_neighbours, neighbours
from jupyter_automerge.repo.processes import is_gone, this_process
from jupyter_automerge.values.keys import SESSIONS_PREFIX
from jupyter_automerge.values.limits import LEASE_KEPT_SECONDS
from tests.unit.repo.story import story

LONG_AGO = 1_000_000.0


def now() -> float:
    return datetime.now(UTC).timestamp()


async def lease(storage: MemoryStorage, left: Lease) -> None:
    await storage.save((*SESSIONS_PREFIX, f"session of {left.name}"), write_lease(left))


async def seen(storage: MemoryStorage) -> tuple[Neighbour, ...]:
    async with Repo(storage, name="carol") as carol:
        return await neighbours(carol)


@story
async def test_a_repo_that_runs_on_the_same_folder_is_named(tmp_path: Path) -> None:
    async with Repo(FileStorage(tmp_path), name="alice"), Repo(FileStorage(tmp_path)) as bob:
        async with asyncio.timeout(10):
            while not (there := await neighbours(bob)):
                pass  # her lease is on its way to the disk
        (found,) = there
        if sys.platform == "linux":
            assert found.runs and str(found).startswith(
                f'another Repo, "alice" (process {os.getpid()}), is using'
            )
        else:
            assert "may be using this store" in str(found)


@story
async def test_whoever_left_properly_is_no_neighbour() -> None:
    storage = MemoryStorage()
    assert await seen(storage) == ()


@story
async def test_without_a_store_there_are_no_neighbours() -> None:
    async with Repo() as alice:
        assert await neighbours(alice) == ()


@pytest.mark.skipif(sys.platform == "win32", reason="there a process cannot be asked for without harm")
@story
async def test_of_a_process_that_is_gone_nothing_is_said() -> None:
    gone = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await gone.wait()
    storage = MemoryStorage()
    await lease(storage, Lease(now(), "bob", platform.node(), gone.pid))
    assert await seen(storage) == ()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is not known when a process began")
@story
async def test_a_number_that_a_later_process_got_is_not_that_of_the_one_that_died() -> None:
    here, storage = this_process(), MemoryStorage()
    dead = Lease(now() - 60, "bob", platform.node(), here.pid, here.machine, here.began - 1)
    await lease(storage, dead)
    assert is_gone(dead) and await seen(storage) == ()


@story
async def test_where_processes_cannot_be_seen_nothing_is_known_of_them() -> None:
    storage = MemoryStorage()
    hidden = Lease(now() - 60, "bob", platform.node(), os.getpid(), "another container", 1)
    await lease(storage, hidden)
    (found,) = await seen(storage)
    assert not is_gone(hidden) and not found.runs and "may be using this store" in str(found)


@story
async def test_a_lease_says_no_more_of_a_process_than_was_written_down() -> None:
    storage = MemoryStorage()
    await lease(storage, Lease(now() - 60, "bob", platform.node(), os.getpid()))
    (found,) = await seen(storage)
    assert not found.runs and 'another Repo, "bob", may be using this store (since ' in str(found)


@story
async def test_who_did_not_renew_his_lease_for_a_day_is_not_named() -> None:
    storage = MemoryStorage()
    await lease(storage, Lease(now() - 20 * 24 * 3600, "bob", "another-machine", 1))
    await lease(storage, Lease(now() - 20 * 24 * 3600, "eve", "another-machine", 1, renewed=now() - 60))
    (found,) = await seen(storage)
    assert found.name == "eve"


@story
async def test_of_other_machines_and_older_leases_only_may_be_is_said() -> None:
    storage = MemoryStorage()
    await lease(storage, Lease(now() - 60, "bob", "another-machine", os.getpid()))
    await lease(storage, Lease(now() - 120))
    bob, older = await seen(storage)
    assert not bob.runs and str(bob).endswith(" UTC on another-machine)")
    assert str(older).startswith("another Repo, may be using") and str(older).endswith(" UTC)")


@story
async def test_of_many_the_newest_is_named_and_the_others_are_counted() -> None:
    storage = MemoryStorage()
    async with Repo(storage) as carol:
        assert await line_about_neighbours(carol) == ""
        for number, name in enumerate(("alice", "bob", "eve")):
            await lease(storage, Lease(now() + number - 60, name, "another-machine", 1))
        line = await line_about_neighbours(carol)
    assert line.startswith('Another Repo, "eve", may be using this store (since ')
    assert line.endswith(
        " UTC on another-machine), and 2 more: what each of them writes there, all of them get"
    )


@story
async def test_leases_of_the_long_dead_are_passed_over() -> None:
    storage = MemoryStorage()
    await lease(storage, Lease(now() - LEASE_KEPT_SECONDS - 60, "bob", "another-machine", 1))
    await lease(storage, Lease(LONG_AGO, "eve", "another-machine", 1))
    assert await seen(storage) == ()
