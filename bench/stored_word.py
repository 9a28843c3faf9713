"""How soon a peer hears that its edit is stored, once the server's put has returned.

`python -m bench.stored_word` measures this alone.
"""

import asyncio
import sys
import time

from bench.figures import Figure, spread
from bench.size import FULL, QUICK, Size
from jupyter_automerge.repo import DocHandle, MemoryStorage, Repo
from jupyter_automerge.values.keys import KeyKind, StorageKey, key_kind
from jupyter_automerge.values.status import Level

WORD = "word of what is stored, after its put returned"


class TimedStorage(MemoryStorage):
    """A store that knows when its last write of a document returned."""

    returned = 0.0

    async def save(self, key: StorageKey, data: bytes) -> None:
        await super().save(key, data)
        if key_kind(key) in (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL):
            self.returned = time.perf_counter()


async def stored_word(size: Size) -> list[Figure]:
    """Alice edits, one edit at a time, and waits until the server says that it has stored it."""
    disk = TimedStorage()
    async with Repo(disk, name="server") as server, Repo(name="alice") as alice:
        alice.connect((await server.listen()).url)
        note = alice.create({"n": 0})
        await note.synced(level=Level.STORED)
        return spread(WORD, [await _seconds(note, disk, number) for number in range(size.rounds)])


async def _seconds(note: DocHandle, disk: TimedStorage, number: int) -> float:
    with note.change() as d:
        d["n"] = number
    await note.synced(level=Level.STORED)
    return time.perf_counter() - disk.returned


def main() -> None:
    for figure in asyncio.run(stored_word(QUICK if "--quick" in sys.argv else FULL)):
        print(f"{figure.measure}: {figure.value:.3f} {figure.unit}")


if __name__ == "__main__":
    main()
