"""A Jupyter server is asked to stop while somebody types: what it had received is in its store."""

import asyncio

from jupyter_automerge.repo import DocHandle, Repo
from jupyter_automerge.values.status import DialerState
from tests.browser.servers import TestServer
from tests.interop.python_peer import until
from tests.survival.servers import TOKEN
from tests.survival.witness import Witness, check_kept

PACE_SECONDS = 0.01
REPORTS = 10  # of the server to Alice, before it is told to stop
LETTERS = 200


async def test_a_jupyter_server_that_is_asked_to_stop_saves_all_that_it_received(server: TestServer) -> None:
    url = server.create_document({"text": ""})
    async with Repo(name="Alice") as alice:
        sync = server.address.sync().partition("?")[0]
        alice.connect(sync, headers={"Authorization": f"token {TOKEN}"})
        notes = await alice.find(url)
        report = await notes.synced(timeout=20)
        witness = Witness(alice, notes, report.copies[0].id)
        typing = asyncio.create_task(type_letters(notes))
        await until(alice, lambda: len(witness.received) >= REPORTS, "the server reports what it received")
        await asyncio.to_thread(server.stop)
        lost = "Alice has noticed that the server is gone"
        await until(alice, lambda: alice.dialers[0].state is not DialerState.CONNECTED, lost)
        await check_kept(server.folder / "data" / "automerge", notes, witness.received, "received")
        await asyncio.to_thread(server.start)
        await typing
        await notes.synced(timeout=20)
    assert server.document(url) == {"text": "x" * LETTERS}


async def type_letters(notes: DocHandle) -> None:
    """A letter at a time."""
    for number in range(LETTERS):
        with notes.change() as root:
            root["text"].insert(number, "x")
        await asyncio.sleep(PACE_SECONDS)
