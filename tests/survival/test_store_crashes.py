"""Processes are killed with SIGKILL while they write, 500 times: what was called stored is there, all loads."""

import asyncio
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_automerge.repo import FileStorage, Repo
from jupyter_automerge.values.heads import heads_from_hex
from jupyter_automerge.values.ids import parse_document_id
from tests.properties.acknowledged import Acknowledged

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no fork, and no SIGKILL"),
    pytest.mark.timeout(600),
]
ROOT = Path(__file__).resolve().parents[2]
FOLDERS = 10
KILLS_ALONE = 30
KILLS_TOGETHER = 10
"""A folder: ten times 30 writers alone and ten times 10 pairs are 500 kills."""


class Nursery:
    """See tests/survival/nursery.py."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.survival.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def lives(self, folder: Path, writers: int, seed: int) -> list[list[str]]:
        """What each of so many writers said before it was killed."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"folder": str(folder), "writers": writers, "seed": seed}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"the nursery died of seed {seed}"
        said: list[list[str]] = json.loads(answer)
        return said


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    it = Nursery()
    yield it
    assert it.process.stdin
    it.process.stdin.close()
    it.process.wait(10)


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


def hear(acknowledged: Acknowledged, said: list[str]) -> None:
    """What a writer was told is stored."""
    for line in said:
        document_id, *heads = line.split(" ")
        acknowledged.add(parse_document_id(document_id), heads_from_hex(heads))


async def look(folder: Path, acknowledged: Acknowledged, story: str) -> None:
    """Open what is left, and close it again."""
    async with Repo(FileStorage(folder), name="coroner") as coroner:
        await acknowledged.check(coroner, lambda: story)
    # Leftovers of the dead go at the first use.
    waste = list((folder / ".tmp").iterdir()) if (folder / ".tmp").is_dir() else []
    assert not waste, f"left in .tmp: {waste}; {story}"
