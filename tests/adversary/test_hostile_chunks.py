"""Chunks changed at random, their checksums made right again: the server's process does not die."""

import asyncio
import json
import sys
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

from jupyter_automerge.document.chunks import split_chunks
from jupyter_automerge.repo import FileStorage, Repo
from jupyter_automerge.testing.bad_chunks import mutated, sealed
from jupyter_automerge.wire.sync_message import V1, V2, SyncMessage
from tests.adversary.intruder import Intruder, frame
from tests.adversary.keeper import PRECIOUS
from tests.adversary.neighbours import Neighbours

SEEDS = 300
EVERY = 50  # hostile chunks between two honest edits
UNPACKED_MEGABYTES = 256


class Keeper:
    """The process of keeper.py, seen from outside."""

    def __init__(self, process: asyncio.subprocess.Process, ready: dict[str, Any]) -> None:
        self.url: str = ready["url"]
        self.prey: str = ready["prey"]
        self._process = process

    async def report(self) -> dict[str, Any]:
        """End it; what it says of its edit."""
        assert self._process.returncode is None, "the server died"
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        last = await _line(self._process)
        assert await self._process.wait() == 0
        return last


@asynccontextmanager
async def keeper(folder: Path) -> AsyncIterator[Keeper]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.adversary.keeper", str(folder), stdin=pipe, stdout=pipe
    )
    try:
        yield Keeper(process, await _line(process))
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _line(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        line = await process.stdout.readline()
    assert line, "the server's process ended"
    return dict(json.loads(line))


async def test_mutated_changes_and_documents_kill_nobody(tmp_path: Path) -> None:
    async with keeper(tmp_path) as server:
        honest = await Neighbours.of(server.url)
        changes, whole = await good_chunks(server)
        for seed in range(SEEDS):
            random = Random(seed)
            chunk = mutated(random.choice(changes) if seed % 2 else whole, random)
            await give(server, chunk)
            if seed % EVERY == 0:
                await honest.edit()
        await honest.edit()
        await honest.close()
        report = await server.report()
        assert report == {"precious": PRECIOUS, "defects": 0, "panics": report["panics"]}
        assert report["panics"], "none of these chunks made the core panic: choose other seeds"
    async with Repo(FileStorage(tmp_path), name="heir") as heir:
        assert (await heir.find(server.prey)).value["precious"] == PRECIOUS


async def test_a_few_bytes_that_unpack_to_many_are_refused(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, wbits=-15)
    body = b"".join(packer.compress(bytes(2**20)) for _ in range(UNPACKED_MEGABYTES)) + packer.flush()
    async with keeper(tmp_path) as server:
        honest = await Neighbours.of(server.url)
        await give(server, sealed(2, body))
        await honest.edit()
        await honest.close()
        assert await server.report() == {"precious": PRECIOUS, "defects": 0, "panics": 0}


async def good_chunks(server: Keeper) -> tuple[Sequence[bytes], bytes]:
    """Changes of the server's document, and all of it as one chunk."""
    async with Repo(name="thief") as thief:
        thief.connect(server.url)
        handle = await thief.find(server.prey)
        changes = [chunk.data for chunk in split_chunks(handle._document.save_since(frozenset()))]
        return changes, handle.save()


async def give(server: Keeper, chunk: bytes) -> None:
    """Mallory comes, gives the server the chunk, and goes when it was read."""
    mallory = await Intruder.come(server.url)
    await mallory.join()
    version = V2 if chunk[8] == 0 else V1
    hostile = SyncMessage(version, changes=(chunk,), tail=b"\x02\x01\x02" if version == V2 else b"")
    await mallory.say_bytes(frame("sync", server.prey.removeprefix("automerge:"), hostile.encode()))
    await mallory.is_still_served()
    mallory.close()
