"""The other process of bench.stores: sets `at` of a document to the time of each line that it reads."""

import asyncio
import sys
import time

from jupyter_automerge.repo import FileStorage, Repo


async def write(folder: str, url: str) -> None:
    """Until standard input ends."""
    async with Repo(FileStorage(folder)) as repo:
        note = await repo.find(url)
        print("ready", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            with note.change() as d:
                d["at"] = time.time()


if __name__ == "__main__":
    asyncio.run(write(*sys.argv[1:]))
