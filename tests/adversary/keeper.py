"""A server as a process, with an edit that is not saved: `python -m tests.adversary.keeper FOLDER`.

Prints one JSON line when it listens. A line on its standard input ends it: it says what became of the edit,
saves, and says what it saved.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from jupyter_automerge.repo import ChangesRefused, Counter, FileStorage, Notice, Repo
from tests.adversary.held_storage import HeldStorage

PRECIOUS = "typed at the server, and not saved yet"
CHANGES = 12


async def keep(folder: Path) -> None:
    """Serve until a line comes."""
    storage = HeldStorage(FileStorage(folder))
    panics = 0

    def count(notice: Notice) -> None:
        nonlocal panics
        panics += isinstance(notice, ChangesRefused) and "gave up" in notice.reason

    async with Repo(storage, name="keeper", kind="server") as repo:
        prey = repo.create({"title": "Plan", "list": [1, 2.5, None], "votes": Counter(3), "raw": b"\x00\x01"})
        for number in range(CHANGES):
            with prey.change(f"change {number}") as root:
                root["title"].splice(number % 5, 1, f"{number}-")
                root["list"].append({"deep": [number, str(number)]})
        await repo.saved()
        storage.hold()
        with prey.change() as root:
            root["precious"] = PRECIOUS
        repo.on_event(count)
        listener = await repo.listen()
        say({"url": listener.url, "prey": prey.url})
        await asyncio.to_thread(sys.stdin.readline)
        before = prey.value
        storage.release()
        await prey.saved()
        say({"precious": before.get("precious"), "defects": repo.metrics()["defects"], "panics": panics})


def say(line: dict[str, Any]) -> None:
    """One JSON line."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(keep(Path(sys.argv[1])))
