"""How long a keystroke takes from one client to the other, and to many, and among many who type at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

from bench.automerge_client import AutomergeClient, Replica
from bench.figures import Figure, spread
from bench.pycrdt_client import PycrdtClient
from bench.servers import Server
from bench.size import Size
from bench.waiting import Waiting
from jupyter_automerge.values.ids import DocumentId
from tests.interop.javascript import JavaScriptPeer

PACE_SECONDS = 0.2
READERS = 30
WRITERS = 10


async def automerge_keystrokes(server: Server, size: Size) -> list[Figure]:
    """A writer and a reader, each key as soon as the last has arrived, then five a second."""
    figures = []
    for changes in (size.short_history, size.long_history):
        async with Room(server.url, 2, changes) as room:
            seconds = [await room.key() for _ in range(size.keys)]
            figures += spread(f"keystroke to other client, {changes} changes", seconds)
    async with Room(server.url, 2, size.short_history) as room:
        figures += spread("the same at 5 keys a second", await _paced(room.key, size.paced_keys))
    return figures


async def fan_out(server: Server, size: Size) -> list[Figure]:
    """One writer, thirty readers: until the last has it."""
    async with Room(server.url, 1 + READERS, size.short_history) as room:
        return spread(
            f"keystroke to the last of {READERS} readers", [await room.key() for _ in range(size.rounds)]
        )


async def concurrent_writers(server: Server, size: Size) -> list[Figure]:
    """Ten clients press a key in the same moment: until everybody has all ten."""
    async with Room(server.url, WRITERS, size.short_history) as room:
        seconds = [await room.key(writers=WRITERS) for _ in range(size.rounds)]
        return spread(f"{WRITERS} writers at once, until all have all", seconds)


async def from_the_page(server: Server, size: Size) -> list[Figure]:
    """Typed in automerge-repo itself, as in the page; it collects edits for up to 100 ms."""
    typist = await JavaScriptPeer.start("typist")
    try:
        await typist.connect(server.url)
        await typist.wait_peers()
        async with Room(server.url, 1, size.short_history) as room:
            return spread("keystroke typed in automerge-repo", await room.typed_by(typist, size.paced_keys))
    finally:
        await typist.close()


async def pycrdt_keystrokes(server: Server, size: Size) -> list[Figure]:
    """The same two clients with Yjs documents."""
    waiting = Waiting()
    writer, reader = [
        await PycrdtClient.connected(server.url, name, waiting) for name in ("writer", "reader")
    ]
    figures = []
    for changes in (size.short_history, size.long_history):
        while writer.length < changes:
            writer.type_character()
        await reader.until_length(writer.length)
        seconds = [await _pycrdt_key(writer, reader) for _ in range(size.keys)]
        figures += spread(f"keystroke to other client, {changes} changes", seconds)
        if changes == size.short_history:
            paced = await _paced(lambda: _pycrdt_key(writer, reader), size.paced_keys)
            figures += spread("the same at 5 keys a second", paced)
    writer.close()
    reader.close()
    return figures


class Room:
    """Clients that have one document open; the first made it."""

    def __init__(self, url: str, clients: int, changes: int) -> None:
        self._url = url
        self._count = clients
        self._changes = changes
        self._waiting = Waiting()
        self.document_id = DocumentId("")
        self._clients: list[AutomergeClient] = []

    async def __aenter__(self) -> "Room":
        for number in range(self._count):
            client = await AutomergeClient.connected(self._url, f"client-{number}", self._waiting)
            self._clients.append(client)
        first, *others = self._clients
        self.document_id = first.create(self._changes)
        first.push(self.document_id)
        await first.until(lambda: first.has_told([self.document_id]), "the server has the document")
        for other in others:
            other.request(self.document_id)
        await first.until(lambda: self._all_have(self._changes - 1), "everybody has the document")
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients:
            client.close()

    async def key(self, writers: int = 1) -> float:
        """Each writer types one character; the seconds until everybody has all of them."""
        wanted = self._replicas[0].length + writers
        start = time.perf_counter()
        for client in self._clients[:writers]:
            client.replicas[self.document_id].type_character()
            client.push(self.document_id)
        return await self._clients[0].until(lambda: self._all_have(wanted), f"{wanted} characters") - start

    async def typed_by(self, typist: JavaScriptPeer, keys: int) -> list[float]:
        """Seconds from each edit in the other process to its arrival here, on the machine's own clock."""
        url = f"automerge:{self.document_id}"
        await typist.find(url)
        before = self._replicas[0].length
        edit = {"edit": "splice", "path": ["text"], "index": 0, "insert": "x"}
        typing = asyncio.create_task(typist.type_at(url, [edit] * keys, PACE_SECONDS * 1000))
        arrived = []
        for length in range(before + 1, before + keys + 1):
            await self._clients[0].until(partial(self._all_have_at_least, length), f"{length} characters")
            arrived.append(time.time())
        return [there - here for here, there in zip(await typing, arrived, strict=True)]

    @property
    def _replicas(self) -> list[Replica]:
        return [client.replicas[self.document_id] for client in self._clients]

    def _all_have(self, length: int) -> bool:
        return all(replica.length == length for replica in self._replicas)

    def _all_have_at_least(self, length: int) -> bool:
        return all(replica.length >= length for replica in self._replicas)


async def _pycrdt_key(writer: PycrdtClient, reader: PycrdtClient) -> float:
    start = time.perf_counter()
    writer.type_character()
    return await reader.until_length(writer.length) - start


async def _paced(key: Callable[[], Awaitable[float]], keys: int) -> list[float]:
    seconds = []
    for _ in range(keys):
        await asyncio.sleep(PACE_SECONDS)
        seconds.append(await key())
    return seconds
