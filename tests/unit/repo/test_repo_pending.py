"""Pending: awaited on its own loop, on another one, waited for in a thread, cancelled, forgotten."""

import asyncio
import gc
import logging

import pytest

from jupyter_automerge.errors import BlockingOnLoop, RepoClosed
from jupyter_automerge.repo.home import HomeLoop
from jupyter_automerge.repo.pending import Pending
from jupyter_automerge.repo.tasks import Tasks
from tests.unit.repo.story import story, turns


def home_tasks() -> Tasks:
    return Tasks(HomeLoop(asyncio.get_running_loop()))


async def answer_42() -> int:
    return 42


async def wait_for_ever() -> int:
    await asyncio.get_running_loop().create_future()
    return 0


async def fail() -> int:
    raise LookupError("nothing there")


@story
async def test_an_answer_is_awaited_on_the_repos_loop() -> None:
    assert await home_tasks().answer(answer_42) == 42


@story
async def test_an_answer_is_awaited_on_another_loop() -> None:
    tasks = home_tasks()

    async def elsewhere() -> int:
        return await tasks.answer(answer_42)

    assert await asyncio.to_thread(asyncio.run, elsewhere()) == 42


@story
async def test_a_thread_may_block() -> None:
    tasks = home_tasks()
    assert await asyncio.to_thread(lambda: tasks.answer(answer_42).result(5)) == 42


@story
async def test_blocking_on_the_repos_own_thread_raises_at_once() -> None:
    pending = home_tasks().answer(wait_for_ever)
    with pytest.raises(BlockingOnLoop):
        pending.result()


@story
async def test_an_answer_that_is_there_may_be_read_on_the_repos_own_thread() -> None:
    pending = home_tasks().answer(answer_42)
    await pending
    assert pending.result() == 42


@story
async def test_a_blocking_wait_that_runs_out_leaves_the_work_going() -> None:
    tasks = home_tasks()
    pending = tasks.answer(wait_for_ever)

    def wait() -> None:
        with pytest.raises(TimeoutError):
            pending.result(0.01)

    await asyncio.to_thread(wait)
    assert len(tasks) == 1
    await tasks.end()


@story
async def test_cancelling_the_one_who_waits_leaves_nothing_behind() -> None:
    tasks = home_tasks()
    pending = tasks.answer(wait_for_ever)

    async def wait() -> None:
        await pending

    waiting = asyncio.create_task(wait())
    await turns()
    assert len(tasks) == 1
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await turns()
    assert len(tasks) == 0


@story
async def test_a_wait_cancelled_before_it_began_never_begins() -> None:
    tasks = home_tasks()
    pending = tasks.answer(wait_for_ever)
    pending.cancel()
    await turns()
    assert len(tasks) == 0


@story
async def test_the_end_of_the_repo_is_the_answer_of_what_still_waits() -> None:
    tasks = home_tasks()
    pending = tasks.answer(wait_for_ever)
    await asyncio.sleep(0)
    await tasks.end()
    with pytest.raises(RepoClosed):
        await pending


@story
async def test_a_failure_that_nobody_looked_at_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    pending = home_tasks().answer(fail)
    await turns()
    with caplog.at_level(logging.ERROR):
        del pending
        gc.collect()
    assert "nothing there" in caplog.text


def test_an_answer_from_the_start_needs_no_loop() -> None:
    assert Pending.answered("here").result() == "here"
