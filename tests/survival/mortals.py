"""The nursery as a test sees it, and what a test makes of what the dead had said."""

import json
import subprocess
import sys
from pathlib import Path

from jupyter_automerge.repo import FileStorage, Repo
from jupyter_automerge.values.heads import heads_from_hex
from jupyter_automerge.values.ids import parse_document_id
from tests.properties.acknowledged import Acknowledged

ROOT = Path(__file__).resolve().parents[2]


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

    def close(self) -> None:
        """No writer lives at this time."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(10)


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
