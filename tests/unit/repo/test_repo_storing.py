"""How the driver performs the Engine's wishes for the store."""

import asyncio
import logging

import pytest

from jupyter_automerge.engine.effects import Delete
from jupyter_automerge.engine.events import DeleteDone, DeleteFailed, Event
from jupyter_automerge.errors import StorageError
from jupyter_automerge.repo import MemoryStorage
from jupyter_automerge.repo.counting import Totals
from jupyter_automerge.repo.home import HomeLoop
from jupyter_automerge.repo.storing import Storing
from jupyter_automerge.repo.tasks import Tasks
from jupyter_automerge.values.keys import StorageKey
from tests.unit.repo.story import story

KEYS = tuple((f"document-{number}", "snapshot", "heads") for number in range(5))


class Together(MemoryStorage):
    """Removes nothing until all removals are under way, and one of them fails if it is told so."""

    def __init__(self, number: int, broken: StorageKey | None = None) -> None:
        super().__init__()
        self.barrier = asyncio.Barrier(number)
        self.broken = broken

    async def remove(self, key: StorageKey) -> None:
        await self.barrier.wait()
        if key == self.broken:
            raise OSError("the disk is on fire")
        await super().remove(key)

    async def remove_range(self, prefix: StorageKey) -> None:
        await self.barrier.wait()
        await super().remove_range(prefix)


async def performed(storage: MemoryStorage, effect: Delete) -> Event:
    for key in KEYS:
        await storage.save(key, b"bytes")
    answers: asyncio.Queue[Event] = asyncio.Queue()
    tasks = Tasks(HomeLoop(asyncio.get_running_loop()))
    Storing(storage, tasks, answers.put_nowait, Totals()).delete(effect)
    return await answers.get()


@story
async def test_what_is_superfluous_is_removed_at_once_not_one_after_the_other() -> None:
    storage = Together(5)
    effect = Delete(7, KEYS[:3], (KEYS[3][:1], KEYS[4][:2]))
    assert await performed(storage, effect) == DeleteDone(7)
    assert await storage.keys(()) == []


@story
async def test_a_removal_that_fails_keeps_no_other_from_its_end() -> None:
    storage = Together(5, broken=KEYS[0])
    assert await performed(storage, Delete(7, KEYS)) == DeleteFailed(7, "OSError: the disk is on fire")
    assert [one.key for one in await storage.keys(())] == [KEYS[0]]


class Full(MemoryStorage):
    """Every removal fails with this."""

    def __init__(self, *failures: Exception) -> None:
        super().__init__()
        self.failures = list(failures)

    async def remove(self, key: StorageKey) -> None:
        raise self.failures.pop(0)


@story
async def test_a_full_disk_is_logged_in_one_line_however_often_it_is_tried(
    caplog: pytest.LogCaptureFixture,
) -> None:
    full = StorageError("cannot write there: No space left; free some space on this disk")
    tasks, answers = Tasks(HomeLoop(asyncio.get_running_loop())), asyncio.Queue[Event]()
    storing = Storing(Full(full, full, OSError("on fire")), tasks, answers.put_nowait, Totals())
    with caplog.at_level(logging.WARNING, "jupyter_automerge.repo.storing"):
        for token in range(3):
            storing.delete(Delete(token, KEYS[:1]))
            assert isinstance(await answers.get(), DeleteFailed)
    assert [(one.getMessage(), bool(one.exc_info)) for one in caplog.records] == [
        (str(full), False),
        ("the store failed", True),
    ]
