"""Processes are killed with SIGKILL while they write, 500 times: what was called stored is there, all loads."""

import asyncio
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.properties.acknowledged import Acknowledged
from tests.survival.mortals import Nursery, hear, look

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no fork, and no SIGKILL"),
    pytest.mark.timeout(600),
]
FOLDERS = 10
KILLS_ALONE = 30
KILLS_TOGETHER = 10
"""A folder: ten times 30 writers alone and ten times 10 pairs are 500 kills."""


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    it = Nursery()
    yield it
    it.close()


@pytest.mark.parametrize(
    ("writers", "times"), [(1, KILLS_ALONE), (2, KILLS_TOGETHER)], ids=["alone", "in pairs"]
)
@pytest.mark.parametrize("folder", range(FOLDERS))
def test_whatever_was_called_stored_before_a_kill_is_there(
    nursery: Nursery, tmp_path: Path, folder: int, writers: int, times: int
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    acknowledged, words = Acknowledged(), 0
    for number in range(times):
        story = f"life {number} of {writers} in this folder; seed {seed}"
        for said in nursery.lives(tmp_path / "store", writers, seed + number):
            words += len(said)
            hear(acknowledged, said)
        asyncio.run(look(tmp_path / "store", acknowledged, story))
    assert words > times, f"in {times} lives only {words} changes were stored; seed {seed}"
