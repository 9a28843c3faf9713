"""Real Repos on a machine that loses power at any call: each change that was acknowledged is there again."""

import asyncio
import logging
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from jupyter_automerge.errors import StorageError
from jupyter_automerge.repo import DocHandle, DocumentSaved, FileStorage, Repo
from jupyter_automerge.testing.simulated_machine import SimulatedMachine
from jupyter_automerge.testing.simulated_os import SimulatedOs
from jupyter_automerge.values.ids import DocumentId
from jupyter_automerge.values.limits import CLOSE_TIMEOUT_SECONDS
from tests.properties.acknowledged import Acknowledged

BASE = Path("/home/alice/store")
NO_PATIENCE = 0.01
"""Seconds for a Repo that was closed by the loss of power to see that it cannot save."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Of one document, made if it is not there: so many random bytes more. `waits` until it is saved."""

    document: int
    size: int
    waits: bool


edits = st.builds(Edit, document=st.integers(0, 2), size=st.sampled_from((1, 30, 1500)), waits=st.booleans())


@dataclass(frozen=True, slots=True)
class Life:
    """What is done until the power goes before this call, or all is done."""

    edits: list[Edit]
    last_call: int


lives = st.builds(Life, edits=st.lists(edits, max_size=12), last_call=st.integers(20, 250))


@pytest.fixture(autouse=True, scope="module")
def _quiet() -> Iterator[None]:
    """A failure is told by its story, not by what a dead machine's Repo logged in hundreds of others."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@settings(max_examples=60)
@given(st.lists(lives, min_size=1, max_size=3), st.integers(0, 2**32))
def test_every_acknowledged_change_is_there_after_power_cuts(story: list[Life], seed: int) -> None:
    chance = Random(seed)
    machine, acknowledged = SimulatedMachine(), Acknowledged()
    for number, life in enumerate(story):
        machine.before_call(life.last_call, machine.cut_power)
        asyncio.run(_live(machine, life.edits, acknowledged, chance))
        calls, machine = machine.calls, machine.started_again(chance)
        note(f"life {number}, {len(calls)} calls; acknowledged: {acknowledged.heads}")
    asyncio.run(_look(machine, acknowledged))


CALLS_OF_ONE_SAVE = 9
"""A Repo is killed before each of them in turn."""


@pytest.mark.parametrize("call", range(CALLS_OF_ONE_SAVE))
def test_what_the_next_repo_calls_saved_of_a_killed_one_is_there_after_a_power_cut(call: int) -> None:
    for seed in range(3):
        machine, acknowledged = SimulatedMachine(), Acknowledged()
        document_id = asyncio.run(_die_while_saving(machine, call))
        asyncio.run(_find_and_lose_power(machine, document_id, acknowledged))
        asyncio.run(_look(machine.started_again(Random(seed)), acknowledged))


async def _die_while_saving(machine: SimulatedMachine, call: int) -> DocumentId:
    os = SimulatedOs(machine)
    store = FileStorage(BASE, os=os)
    repo = Repo(store)
    await repo.open()
    handle = repo.create({"pages": [Random(call).randbytes(4_000)]})
    await handle.saved()
    machine.before_call(len(machine.calls) + call, os.kill)
    await _write(handle, Edit(0, 300, waits=False), Random(call))
    with suppress(TimeoutError):
        await handle.saved(timeout=NO_PATIENCE)
    await repo.close(NO_PATIENCE)
    await store.close()
    return handle.document_id


async def _find_and_lose_power(
    machine: SimulatedMachine, document_id: DocumentId, acknowledged: Acknowledged
) -> None:
    machine.plans.clear()
    store = FileStorage(BASE, os=SimulatedOs(machine))
    repo = Repo(store)
    await repo.open()
    handle = await repo.find(document_id)
    await handle.saved()
    acknowledged.add(document_id, handle._document.heads)
    machine.cut_power()
    await repo.close(NO_PATIENCE)
    await store.close()


async def _live(
    machine: SimulatedMachine, work: Sequence[Edit], acknowledged: Acknowledged, chance: Random
) -> None:
    store = FileStorage(BASE, os=SimulatedOs(machine))
    repo = Repo(store)
    with suppress(StorageError):
        await repo.open()
        repo.on_event(acknowledged.hear, DocumentSaved)
        await _until_dark(machine, _edit(repo, work, chance))
    machine.plans.clear()
    await repo.close(NO_PATIENCE if machine.is_off else CLOSE_TIMEOUT_SECONDS)
    await store.close()


async def _until_dark(machine: SimulatedMachine, work: Coroutine[Any, Any, None]) -> None:
    """Until it is done, or the power goes."""
    loop, dark = asyncio.get_running_loop(), asyncio.Event()

    def tell() -> None:
        loop.call_soon_threadsafe(dark.set)

    machine.on_power_cut = tell
    if machine.is_off:
        dark.set()
    working, waiting = asyncio.ensure_future(work), asyncio.ensure_future(dark.wait())
    await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
    machine.on_power_cut = lambda: None
    for task in (working, waiting):
        task.cancel()
    outcome, _ = await asyncio.gather(working, waiting, return_exceptions=True)
    if isinstance(outcome, Exception) and not machine.is_off:
        raise outcome


async def _edit(repo: Repo, work: Sequence[Edit], chance: Random) -> None:
    handles = [await repo.find(document_id) for document_id in await repo.document_ids()]
    for edit in work:
        while len(handles) <= edit.document:
            handles.append(repo.create({"pages": []}))
        await _write(handles[edit.document], edit, chance)


async def _write(handle: DocHandle, edit: Edit, chance: Random) -> None:
    with handle.change() as root:
        root["pages"].append(chance.randbytes(edit.size))
    if edit.waits:
        await handle.saved()
    else:
        await asyncio.sleep(0)


async def _look(machine: SimulatedMachine, acknowledged: Acknowledged) -> None:
    async with Repo(FileStorage(BASE, os=SimulatedOs(machine))) as repo:
        await acknowledged.check(repo, lambda: "after the last loss of power")
