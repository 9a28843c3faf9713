"""What a folder of documents costs: durable saves, opening large ones, listing many, hearing of other processes.

`python -m bench.stores` measures this alone. JavaScript's nodefs neither syncs what it writes to the disk, nor
lists documents, nor notices what another process writes.
"""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.figures import Figure, spread
from bench.size import FULL, QUICK, Size
from jupyter_automerge.document import Document
from jupyter_automerge.repo import DocHandle, FileStorage, Repo
from jupyter_automerge.values.ids import document_id_from_bytes
from jupyter_automerge.values.keys import snapshot_key
from tests.interop.javascript import JavaScriptPeer

SAVE = "a change, saved, before the next"
OPEN = "cold open of {} MB"
HEARD = "an edit of another process on the same folder"
PIECE_BYTES = 10_000
MEGABYTE = 1_000_000


async def our_stores(size: Size) -> list[Figure]:
    """On a fresh folder each."""
    figures: list[Figure] = []
    for measurement in (_saves, _opens, _listing, _heard):
        with tempfile.TemporaryDirectory() as folder:
            figures += await measurement(Path(folder), size)
    return figures


async def javascript_stores(size: Size) -> list[Figure]:
    """The same with nodefs, as far as it can."""
    figures: list[Figure] = []
    for measurement in (_javascript_saves, _javascript_opens):
        with tempfile.TemporaryDirectory() as folder:
            figures += await measurement(Path(folder), size)
    return figures


async def _saves(folder: Path, size: Size) -> list[Figure]:
    async with Repo(FileStorage(folder)) as repo:
        note = repo.create({"n": 0})
        await note.saved()
        seconds = [await _saved(note, number) for number in range(size.keys)]
        documents = [repo.create({"n": number}) for number in range(size.documents)]
        start = time.perf_counter()
        await repo.saved(timeout=None)
        at_once = time.perf_counter() - start
    return [
        *spread(SAVE, seconds),
        Figure(f"{len(documents)} documents saved at once", "ms", at_once * 1000),
    ]


async def _saved(note: DocHandle, number: int) -> float:
    start = time.perf_counter()
    with note.change() as d:
        d["n"] = number
    await note.saved()
    return time.perf_counter() - start


async def _opens(folder: Path, size: Size) -> list[Figure]:
    figures = []
    for megabytes in size.megabytes:
        url = await _write_large(folder, megabytes)
        seconds = [await _opened(folder, url) for _ in range(size.opens)]
        figures.append(_median(OPEN.format(megabytes), seconds))
    return figures


async def _opened(folder: Path, url: str) -> float:
    async with Repo(FileStorage(folder)) as repo:
        start = time.perf_counter()
        await repo.find(url)
        return time.perf_counter() - start


async def _listing(folder: Path, size: Size) -> list[Figure]:
    store, document = FileStorage(folder), Document()
    with document.change() as root:
        root["n"] = 0
    data = document.save()
    ids = [document_id_from_bytes(number.to_bytes(16)) for number in range(1, size.listed + 1)]
    await asyncio.gather(*(store.save(snapshot_key(one, document.heads), data) for one in ids))
    await store.close()
    seconds = []
    async with Repo(FileStorage(folder)) as repo:
        for _ in range(size.opens):
            start = time.perf_counter()
            assert len(await repo.document_ids()) == len(ids)
            seconds.append(time.perf_counter() - start)
    return [_median(f"listing {size.listed} documents", seconds)]


async def _heard(folder: Path, size: Size) -> list[Figure]:
    """The clock of the machine, which both processes read, from the other's change to ours."""
    async with Repo(FileStorage(folder)) as repo:
        note = repo.create({"at": 0.0})
        await note.saved()
        heard = note.changes()
        seconds = []
        async with _another_process(folder, note.url) as other:
            for _ in range(size.rounds):
                other.stdin.write(b"\n")
                async with asyncio.timeout(30):
                    await anext(heard)
                seconds.append(time.time() - note.value["at"])
    return spread(HEARD, seconds)


class _Writer:
    """A process that sets `at` to the time whenever it is sent a line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None and process.stdout is not None
        self.process, self.stdin, self.stdout = process, process.stdin, process.stdout


@asynccontextmanager
async def _another_process(folder: Path, url: str) -> AsyncIterator[_Writer]:
    writer = _Writer(
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bench.folder_writer",
            str(folder),
            url,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
    )
    try:
        async with asyncio.timeout(30):
            await writer.stdout.readline()
        yield writer
    finally:
        writer.stdin.close()
        await writer.process.wait()


async def _javascript_saves(folder: Path, size: Size) -> list[Figure]:
    peer = await JavaScriptPeer.start("nodefs", storage=folder)
    try:
        note = await peer.create({"n": 0})
        seconds = await peer.call("time_saves", url=note.url, count=size.keys, within=120)
        at_once = await peer.call("time_many_saves", count=size.documents, within=120)
    finally:
        await peer.close()
    return [
        *spread(SAVE, [milliseconds / 1000 for milliseconds in seconds]),
        Figure(f"{size.documents} documents saved at once", "ms", at_once),
    ]


async def _javascript_opens(folder: Path, size: Size) -> list[Figure]:
    figures = []
    for megabytes in size.megabytes:
        url = await _write_large(folder, megabytes)
        seconds = []
        for _ in range(size.opens):
            peer = await JavaScriptPeer.start("nodefs", storage=folder)
            try:
                seconds.append(await peer.call("time_open", url=url, within=120) / 1000)
            finally:
                await peer.close()
        figures.append(_median(OPEN.format(megabytes), seconds))
    return figures


async def _write_large(folder: Path, megabytes: int) -> str:
    """A document of that size in a snapshot: changes with bytes that do not compress."""
    draw = random.Random(megabytes)
    async with Repo(FileStorage(folder)) as repo:
        note = repo.create({"pieces": []})
        for _ in range(megabytes * MEGABYTE // PIECE_BYTES):
            with note.change() as d:
                d["pieces"].append(draw.randbytes(PIECE_BYTES))
        await note.saved(timeout=None)
        return note.url


def _median(measure: str, seconds: list[float]) -> Figure:
    return Figure(measure, "ms", statistics.median(seconds) * 1000)


def main() -> None:
    size = QUICK if "--quick" in sys.argv else FULL
    for figure in asyncio.run(our_stores(size)):
        print(f"{figure.measure}: {figure.value:.3f} {figure.unit}")


if __name__ == "__main__":
    main()
