"""A sync server of ours in a process of its own, whose disk can be held up: run as a program by `Middle`.

Arguments: folder of the store, port, URL of a server to connect to ("" for none). It opens the documents of its
store, listens, prints its URL, and obeys the lines of its standard input: "hold", "connect URL".
"""

import asyncio
import sys
from pathlib import Path

from jupyter_automerge.repo import FileStorage, Repo
from jupyter_automerge.values.keys import KeyKind, StorageKey, key_kind


class HeldFiles(FileStorage):
    """After `hold` no write of a document ever returns."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._open = asyncio.Event()
        self._open.set()

    def hold(self) -> None:
        self._open.clear()

    async def save(self, key: StorageKey, data: bytes) -> None:
        if key_kind(key) in (KeyKind.SNAPSHOT, KeyKind.INCREMENTAL):
            await self._open.wait()
        await super().save(key, data)


async def serve(folder: str, port: str, upstream: str) -> None:
    disk = HeldFiles(Path(folder))
    async with Repo(disk, name="middle") as repo:
        for document_id in await repo.document_ids():
            await repo.find(document_id)
        listener = await repo.listen(port=int(port))
        if upstream:
            repo.connect(upstream)
        sys.stdout.write(f"{listener.url}\n")
        sys.stdout.flush()
        while line := await asyncio.to_thread(sys.stdin.readline):
            match line.split():
                case ["hold"]:
                    disk.hold()
                case ["connect", url]:
                    repo.connect(url)
            sys.stdout.write("done\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
