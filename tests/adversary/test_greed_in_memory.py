"""Peers who make a server remember: its memory stays within bounds, and nobody else waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from jupyter_automerge.values.ids import document_id_from_bytes
from tests.adversary.deaf import Deaf
from tests.adversary.fortress import Fortress
from tests.adversary.intruder import NOWHERE, Intruder, frame, request
from tests.adversary.neighbours import Neighbours

MISSING = 10_000
MISSING_MEGABYTES = 250
DEAF_MEGABYTES = 50  # ten deaf peers with a socket buffer of 1 MB each, and the document itself


@asynccontextmanager
async def besieged(folder: Path) -> AsyncIterator[tuple[Fortress, Neighbours]]:
    server = await Fortress.start(folder / "store")
    try:
        honest = await Neighbours.of(server.url)
        yield server, honest
        await honest.edit()
        await honest.close()
        assert await server.terminate() == 0
    finally:
        await server.kill()


async def test_broadcasts_to_a_peer_that_never_reads_do_not_pile_up(tmp_path: Path) -> None:
    async with besieged(tmp_path) as (server, honest):
        before = server.megabytes
        deaf = await Deaf.come(server.url)
        await deaf.say(request(NOWHERE))
        mallory = await Intruder.come(server.url)
        await mallory.join()
        await mallory.is_still_served()
        for number in range(100):
            await mallory.say_bytes(
                frame("ephemeral", NOWHERE, bytes(2_000_000), sessionId="s", count=number + 1)
            )
        await mallory.is_still_served()
        await honest.edit()
        assert server.megabytes - before < DEAF_MEGABYTES, f"{server.megabytes - before} MB wait for the deaf"
        deaf.close()


async def test_edits_that_a_peer_never_reads_do_not_pile_up(tmp_path: Path) -> None:
    async with besieged(tmp_path) as (server, honest):
        deaf = [await Deaf.come(server.url, f"deaf {number}") for number in range(10)]
        for one in deaf:
            await one.say(request(honest.at_alice.document_id))
        before = server.megabytes
        for number in range(40):
            with honest.at_alice.change() as root:
                root["page"] = bytes([number]) * 100_000
            await honest.edit()
        assert server.megabytes - before < DEAF_MEGABYTES, f"{server.megabytes - before} MB wait for the deaf"
        for one in deaf:
            one.close()


async def test_ten_thousand_questions_for_what_nobody_has(tmp_path: Path) -> None:
    async with besieged(tmp_path) as (server, honest):
        before = server.megabytes
        mallory = await Intruder.come(server.url)
        await mallory.join()
        for number in range(MISSING):
            await mallory.say(request(document_id_from_bytes(number.to_bytes(16))))
        answers = asyncio.ensure_future(unavailable(mallory, MISSING))
        while not answers.done():
            await honest.edit()
        assert len(await answers) == MISSING
        assert server.megabytes - before < MISSING_MEGABYTES
        mallory.close()


async def unavailable(mallory: Intruder, count: int) -> set[str]:
    """The documents that were said to be unavailable, once there are so many."""
    found: set[str] = set()
    while len(found) < count:
        answer = await mallory.hear()
        if answer["type"] == "doc-unavailable":
            found.add(answer["documentId"])
    return found
