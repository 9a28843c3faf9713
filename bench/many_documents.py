"""Many documents at once: made, fetched, reconnected with, held in memory; and one long one opened cold."""

import asyncio
import statistics
import time

from bench.automerge_client import AutomergeClient
from bench.figures import Figure
from bench.servers import Server
from bench.size import Size
from bench.waiting import Waiting
from jupyter_automerge.values.ids import DocumentId

CHANGES_EACH = 3
# Longer than any timer of the servers: nothing more comes after it.
QUIET_SECONDS = 0.5


async def documents(server: Server, size: Size) -> list[Figure]:
    """Create, fetch, reconnect; memory per document on the way."""
    waiting = Waiting()
    maker = await AutomergeClient.connected(server.url, "maker", waiting)
    before = await server.resident_bytes()
    ids = [maker.create(CHANGES_EACH) for _ in range(size.documents)]
    created = await _push_all(maker, ids)
    held = await server.resident_bytes() - before
    reader = await AutomergeClient.connected(server.url, "reader", waiting)
    fetched = await _fetch_all(reader, ids)
    maker.close()
    reconnected = await _reconnect(maker, server.url, ids)
    reader.close()
    maker.close()
    return [
        Figure(f"{size.documents} documents created", "ms", created * 1000),
        Figure(f"{size.documents} documents fetched", "ms", fetched * 1000),
        Figure(f"reconnect with {size.documents} documents", "ms", reconnected * 1000),
        Figure("  frames on the socket", "count", maker.frames),
        Figure("  bytes on the socket", "kB", maker.bytes / 1000),
        Figure("memory per loaded document", "kB", held / size.documents / 1000),
    ]


async def idle_connections(server: Server, size: Size) -> list[Figure]:
    """Joined clients that do nothing."""
    waiting = Waiting()
    # The first ones pay for what is made once: code that is compiled, buffers that are kept.
    clients = await _idle_clients(server, waiting, size.idle_connections)
    before = await server.resident_bytes()
    clients += await _idle_clients(server, waiting, size.idle_connections)
    held = await server.resident_bytes() - before
    for client in clients:
        client.close()
    return [Figure("memory per idle connection", "kB", held / size.idle_connections / 1000)]


async def cold_open(server: Server, size: Size) -> list[Figure]:
    """A server that has just started gives a long document from its disk; from request to whole text."""
    waiting = Waiting()
    maker = await AutomergeClient.connected(server.url, "maker", waiting)
    document_id = maker.create(size.long_history)
    await _push_all(maker, [document_id])
    maker.close()
    seconds = []
    for _ in range(size.opens):
        await server.restart()
        reader = await AutomergeClient.connected(server.url, "reader", waiting)
        seconds.append(await _fetch_all(reader, [document_id]))
        reader.close()
    return [Figure(f"cold open of {size.long_history} changes", "ms", statistics.median(seconds) * 1000)]


async def _idle_clients(server: Server, waiting: Waiting, count: int) -> list[AutomergeClient]:
    return [await AutomergeClient.connected(server.url, f"idle-{number}", waiting) for number in range(count)]


async def _push_all(client: AutomergeClient, ids: list[DocumentId]) -> float:
    """Seconds until the server has reported the heads of all."""
    start = time.perf_counter()
    for document_id in ids:
        client.push(document_id)
    return await client.until(lambda: client.has_told(ids), f"the server has {len(ids)} documents") - start


async def _fetch_all(client: AutomergeClient, ids: list[DocumentId]) -> float:
    """Seconds from the first request until the last document is here."""
    start = time.perf_counter()
    wanted = [client.request(document_id) for document_id in ids]
    story = f"{len(ids)} documents are here"
    return await client.until(lambda: all(replica.heads for replica in wanted), story) - start


async def _reconnect(client: AutomergeClient, url: str, ids: list[DocumentId]) -> float:
    """Come back with unchanged documents and a new session; frames and bytes count until all is quiet."""
    client.begin_session()
    await client.connect(url)
    seconds = await _push_all(client, ids)
    while time.perf_counter() - client.last_frame_at < QUIET_SECONDS:  # noqa: ASYNC110 - waits for nothing to come
        await asyncio.sleep(QUIET_SECONDS / 5)
    return seconds
