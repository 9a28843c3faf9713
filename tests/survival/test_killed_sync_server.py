"""The stand-alone server dies at random moments, or is asked to stop, while three programs write."""

import asyncio
from random import Random

from jupyter_automerge.repo import DocHandle, Repo
from jupyter_automerge.values.status import DialerState
from tests.interop.javascript import JavaScriptPeer
from tests.interop.python_peer import heads_text, until
from tests.interop.stage import Stage
from tests.survival.witness import Witness, check_kept
from tools.ports import free_port

EDITS = 180  # of each writer
PACE_MS = 15
DEATHS = 3
SEED = 1
STORE = "server"


class Writers:
    """Alice in Python, Bob and Carol in JavaScript; each appends numbered items to one list."""

    def __init__(self, alice: Repo, notes: DocHandle, bob: JavaScriptPeer, carol: JavaScriptPeer) -> None:
        self.alice, self.notes, self.bob, self.carol = alice, notes, bob, carol
        self.written = 0
        self._moved = asyncio.Event()

    async def write(self) -> None:
        """All of it, by all three at once."""
        await asyncio.gather(
            self._write_python(), *(self._write_javascript(it) for it in (self.bob, self.carol))
        )

    async def has_written(self, number: int) -> None:
        """Wait until Alice has written so many items."""
        while self.written < number:
            self._moved.clear()
            await self._moved.wait()

    async def are_connected(self) -> None:
        """Wait for all: automerge-repo's process ends when a server dies during its WebSocket upgrade."""
        for peer in (self.bob, self.carol):
            await peer.wait_peers()
        await until(self.alice, lambda: bool(self.alice.peers), "Alice is connected")

    async def check_converged(self) -> None:
        """All three have the same history, with every item once, each writer's in order."""
        items = 3 * EDITS
        await until(self.alice, lambda: len(self.notes.value["list"]) == items, "Alice has all items")
        await self.notes.synced(timeout=20)
        for peer in (self.bob, self.carol):
            assert (await peer.wait_heads(self.notes.url, heads_text(self.notes))).value == self.notes.value
        for who in ("alice", "bob", "carol"):
            theirs = [item for item in self.notes.value["list"] if item.startswith(who)]
            assert theirs == [f"{who} {number}" for number in range(EDITS)]

    async def _write_python(self) -> None:
        for number in range(EDITS):
            with self.notes.change() as root:
                root["list"].append(f"alice {number}")
            self.written += 1
            self._moved.set()
            await asyncio.sleep(PACE_MS / 1000)

    async def _write_javascript(self, peer: JavaScriptPeer) -> None:
        pushes = [{"edit": "push", "path": ["list"], "value": f"{peer.name} {n}"} for n in range(EDITS)]
        await peer.type(self.notes.url, pushes, PACE_MS)


async def writers_at(stage: Stage, url: str) -> tuple[Writers, Witness]:
    """All three are connected and have the document."""
    alice, bob, carol = await asyncio.gather(
        stage.python("alice"), stage.javascript("bob"), stage.javascript("carol")
    )
    alice.connect(url)
    notes = alice.create({"list": []})
    report = await notes.synced(timeout=20)
    witness = Witness(alice, notes, report.copies[0].id)
    for peer in (bob, carol):
        await peer.connect(url)
        await peer.find(notes.url)
    return Writers(alice, notes, bob, carol), witness


async def test_what_was_told_to_be_stored_outlives_any_death(stage: Stage) -> None:
    port = free_port()
    server = await stage.serve(STORE, port=port)
    writers, witness = await writers_at(stage, server.url)
    writing = asyncio.create_task(writers.write())
    for moment in sorted(Random(SEED).sample(range(10, EDITS - 30), DEATHS)):
        await writers.has_written(moment)
        await writers.are_connected()
        await server.kill()
        await gone(writers.alice)
        await check_kept(stage.folder / STORE, writers.notes, witness.stored, "reported as stored")
        server = await stage.serve(STORE, port=port)
    await writing
    await writers.check_converged()
    assert witness.reports > DEATHS, "the server hardly ever reported what it had stored"
    await server.kill()
    await check_kept(stage.folder / STORE, writers.notes, writers.notes.heads, "waited for by synced()")


async def test_a_server_that_is_asked_to_stop_saves_all_that_it_received(stage: Stage) -> None:
    port = free_port()
    server = await stage.serve(STORE, port=port)
    writers, witness = await writers_at(stage, server.url)
    writing = asyncio.create_task(writers.write())
    await writers.has_written(EDITS // 3)
    assert await server.terminate() == 0, "it could not save all"
    await gone(writers.alice)
    await check_kept(stage.folder / STORE, writers.notes, witness.received, "received by the server")
    server = await stage.serve(STORE, port=port)
    await writing
    await writers.check_converged()


async def gone(repo: Repo) -> None:
    """Wait until the Repo has noticed the end of its connection, and so has read all that came before."""
    await until(repo, lambda: repo.dialers[0].state is not DialerState.CONNECTED, "the connection is lost")
