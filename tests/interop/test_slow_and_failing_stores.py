"""What a Repo may say of a server whose disk takes its time, or fails: over real sockets."""

import pytest

from jupyter_automerge.errors import SyncTimeout
from jupyter_automerge.repo import DocHandle, Repo
from jupyter_automerge.values.status import Level, Relation
from tests.interop.held_storage import HeldStorage
from tests.interop.python_peer import until, until_peers
from tests.interop.stage import Stage

EDITS = 20


def level(document: DocHandle) -> Level:
    """That of the server's row."""
    [row] = document.peers
    return row.level


async def connected(stage: Stage, server: Repo) -> tuple[Repo, DocHandle]:
    """Alice, and a document of hers that the server has stored."""
    alice = await stage.python("alice")
    alice.connect((await server.listen()).url)
    await until_peers(alice)
    document = alice.create({"n": 0})
    await until(alice, lambda: level_is(document, Level.STORED), "the server has stored it")
    return alice, document


def level_is(document: DocHandle, wanted: Level) -> bool:
    return bool(document.peers) and level(document) is wanted


async def test_S10_received_while_the_put_runs_and_stored_a_moment_after_it_returned(stage: Stage) -> None:
    disk = HeldStorage()
    async with Repo(disk, name="server") as server:
        alice, document = await connected(stage, server)
        disk.hold()
        with document.change() as d:
            d["n"] = 1
        await until(alice, lambda: level(document) is Level.RECEIVED, "it is in the server's memory")
        waiting = document.synced(level=Level.STORED, timeout=20)
        seen: set[Level] = set()
        stop = alice.on_event(lambda _: seen.add(level(document)))
        other = alice.create({"n": 0})
        for number in range(EDITS):
            with other.change() as d:
                d["n"] = number
            await other.synced(level=Level.RECEIVED, timeout=20)
        stop()
        assert seen == {Level.RECEIVED} and document.peers[0].relation is Relation.SYNCED
        assert not waiting.done()
        disk.let_go()
        await until(alice, lambda: level(document) is Level.STORED, "its put has returned")
        await waiting


async def test_S11_a_put_that_fails_is_never_stored(stage: Stage) -> None:
    disk = HeldStorage()
    async with Repo(disk, name="server") as server:
        alice, document = await connected(stage, server)
        disk.failing = "no space left on device"
        seen: set[Level] = set()
        stop = alice.on_event(lambda _: seen.add(level(document)))
        with document.change() as d:
            d["n"] = 1
        with pytest.raises(SyncTimeout, match="server"):
            await document.synced(level=Level.STORED, timeout=3)
        stop()
        assert Level.RECEIVED in seen and Level.STORED not in seen
        disk.failing = ""
        await until(alice, lambda: level(document) is Level.STORED, "a later try succeeded", within=60)
