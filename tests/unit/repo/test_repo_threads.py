"""A Repo used from other threads and other loops than its own, and in a forked child."""

import asyncio
import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_automerge.errors import BlockingOnLoop, RepoClosed, RepoForkedError
from jupyter_automerge.repo import ChangeEvent, DocHandle, Repo
from tests.unit.repo.household import Household
from tests.unit.repo.story import story, until


@pytest.fixture
def household() -> Iterator[Household]:
    kernel = Household()
    yield kernel
    kernel.stop()


def test_a_script_uses_a_repo_on_another_thread(household: Household) -> None:
    kernel = household.repo
    note = kernel.create({"n": 1})
    with note.change() as d:
        d["n"] = 2
    note.saved().result(10)
    assert kernel.find(note.url).result(10) is note
    assert kernel.document_ids().result(10) == (note.document_id,)
    assert note.peers.alone


def test_a_cell_awaits_and_iterates_on_a_loop_of_its_own(household: Household) -> None:
    note = household.repo.create({"n": 1})

    async def cell() -> ChangeEvent:
        changes = note.changes()
        with note.change() as d:
            d["n"] = 2
        await note.saved()
        return await anext(changes)

    assert asyncio.run(cell()).diff()


def test_callbacks_run_on_the_repos_own_thread(household: Household) -> None:
    note = household.repo.create({"n": 1})
    heard = threading.Event()
    threads: list[int] = []

    def hear(event: ChangeEvent) -> None:
        threads.append(threading.get_ident())
        heard.set()

    note.on_change(hear)
    with note.change() as d:
        d["n"] = 2
    assert heard.wait(10)
    assert threads == [household.thread.ident]


def test_blocking_in_a_callback_raises_at_once(household: Household) -> None:
    note = household.repo.create({"n": 1})
    errors: list[Exception] = []
    heard = threading.Event()

    def hear(event: ChangeEvent) -> None:
        try:
            note.synced().result()
        except BlockingOnLoop as error:
            errors.append(error)
        heard.set()

    note.on_change(hear)
    with note.change() as d:
        d["n"] = 2
    assert heard.wait(10)
    assert errors


def test_many_threads_write_one_document(household: Household) -> None:
    note = household.repo.create({})
    events: list[ChangeEvent] = []
    unsubscribe = note.on_change(events.append)

    def write(writer: int) -> None:
        for number in range(20):
            with note.change() as d:
                d[f"{writer}-{number}"] = number

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    note.saved().result(10)
    unsubscribe()
    assert len(note.value) == 160
    assert len(events) == 160


def test_saving_to_bytes_waits_for_other_threads_and_leaves_an_open_block_out(household: Household) -> None:
    kernel = household.repo
    note = kernel.create({"n": 0})

    def save(_: int) -> int:
        with note.change() as d:
            d["n"] = d["n"] + 1
            between = note.save()
        return int(kernel.import_document(between).value["n"])

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(save, range(40))) == list(range(40)), "an open block was saved, or lost"
    assert kernel.import_document(note.save()).value == {"n": 40}


def test_a_change_held_open_in_a_thread_delays_no_other_document(household: Household) -> None:
    kernel = household.repo
    held, other = kernel.create({"n": 0}), kernel.create({"n": 0})
    with held.change() as d:
        d["n"] = 1

        async def use_the_other() -> None:
            with other.change() as o:
                o["n"] = 1
            await other.saved()

        thread = threading.Thread(target=asyncio.run, args=(use_the_other(),))
        thread.start()
        thread.join(10)
        assert not thread.is_alive()
    held.saved().result(10)


def test_after_the_loop_is_gone_every_call_says_so() -> None:
    kernel = Household()
    note = kernel.repo.create({"n": 1})
    kernel.stop()
    for call in (kernel.repo.create, lambda: kernel.repo.find(note.url), note.synced, note.saved):
        with pytest.raises(RepoClosed):
            call()
    assert kernel.repo.close().result() is not None
    assert note.value == {"n": 1}


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork here")
def test_in_a_forked_child_every_call_raises_and_the_parent_goes_on(household: Household) -> None:
    note = household.repo.create({"n": 1})
    child = multiprocessing.get_context("fork").Process(target=use_in_child, args=(household.repo, note))
    child.start()
    child.join(20)
    assert child.exitcode == 0, "the child did not get RepoForkedError everywhere"
    with note.change() as d:
        d["n"] = 2
    note.saved().result(10)


def use_in_child(repo: Repo, note: DocHandle) -> None:
    calls: list[Callable[[], object]] = [
        repo.create,
        repo.close,
        repo.metrics,
        note.synced,
        note.saved,
        note.changes,
        lambda: repo.find(note.url),
        lambda: note.value,
        lambda: note.peers,
        lambda: note.change().__enter__(),
    ]
    for call in calls:
        with pytest.raises(RepoForkedError):
            call()
    asyncio.run(own_repo())


async def own_repo() -> None:
    async with Repo() as mine:
        assert mine.create({"n": 1}).value == {"n": 1}


@story
async def test_repos_on_different_loops_are_linked() -> None:
    kernel = await asyncio.to_thread(Household)
    try:
        async with Repo() as alice:
            alice.link(kernel.repo)
            note = kernel.repo.create({"n": 1})
            found = await alice.find(note.url)
            with found.change() as d:
                d["n"] = 2
            await found.synced()
            assert note.value == {"n": 2}
    finally:
        await asyncio.to_thread(kernel.stop)


@pytest.mark.parametrize("raises", [False, True])
def test_a_change_held_open_while_200_remote_edits_arrive_loses_none(
    household: Household, raises: bool
) -> None:
    asyncio.run(asyncio.wait_for(hold_while_edits_arrive(household.repo, raises=raises), 30))


async def hold_while_edits_arrive(kernel: Repo, *, raises: bool) -> None:
    held, other = kernel.create({"mine": 0}), kernel.create({"n": 0})
    open_now, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with held.change() as d:
            d["mine"] = 1
            open_now.set()
            let_go.wait(30)
            if raises:
                raise LookupError("changed my mind")

    async with Repo(name="alice") as alice:
        alice.link(kernel)
        theirs, beside = await alice.find(held.url), await alice.find(other.url)
        holding = asyncio.create_task(asyncio.to_thread(hold))
        await asyncio.to_thread(open_now.wait, 30)
        for number in range(200):
            with theirs.change() as d:
                d[str(number)] = number
        with beside.change() as d:
            d["n"] = 1
        await beside.synced(timeout=10)
        assert other.value == {"n": 1}, "another document was delayed"
        assert held.value == {"mine": 0}, "an open change was seen, or its document moved under it"
        let_go.set()
        await asyncio.gather(holding, return_exceptions=True)
        await theirs.synced(timeout=10)
        await until(lambda: theirs.value == held.value, alice)
        assert len(held.value) == 201
        assert held.value["mine"] == (0 if raises else 1)
