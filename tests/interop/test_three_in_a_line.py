"""A kernel, a Jupyter server, a JavaScript server: what the first may say of both, and of the middle that dies."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_automerge.values.status import Level, Link, Relation
from tests.interop.javascript import JavaScriptPeer
from tests.interop.kernel_rows import KernelRows
from tests.interop.stage import Stage
from tests.survival.driven_kernel import driven_kernel
from tests.survival.servers import server_in

CONFIG = Path(__file__).with_name("held_jupyter_config.py")
JOIN = ("%load_ext jupyter_automerge", "%automerge connect {url}", "%automerge new plan")
FIRST, SECOND = ("with plan.change() as d: d['n'] = 1", "with plan.change() as d: d['n'] = 2")


async def test_S17_S29b_the_far_store_is_seen_through_the_middle_whose_death_is_seen_too(
    stage: Stage,
) -> None:
    far = await stage.javascript_server("far", storage=stage.store("far"), gossip=True)
    beyond, hold_up = await far.storage_id(), stage.folder / "hold-up"
    assert beyond is not None
    upstreams = f"--JupyterAutomerge.upstreams={ {far.url: ''} }"
    server = server_in(
        stage.folder / "server", f"--config={CONFIG}", upstreams, environment={"HOLD_UP": str(hold_up)}
    )
    try:
        await asyncio.to_thread(server.start)
        middle = str(server.get("api/automerge")["storageId"])
        async with driven_kernel(stage.folder, runtime=server.folder / "runtime") as kernel:
            await kernel.run(*(cell.format(url=server.url) for cell in JOIN))
            url = (await kernel.run("print(plan.url)")).strip()
            rows = KernelRows(kernel)
            await rows.begin()

            await rows.until(beyond, Relation.SYNCED)
            edited = await rows.of(beyond, after=FIRST)
            assert edited.relation is Relation.AHEAD, "in the same cell as the edit"
            await rows.until(beyond, Relation.SYNCED)
            await rows.until(middle, Relation.SYNCED, least=Level.STORED)
            relayed = await rows.of(beyond)
            assert (relayed.link, relayed.level, relayed.via) == (Link.RELAYED, Level.RECEIVED, (middle,))
            assert (await far.wait_document(url)).value == {"n": 1}

            with stopped(far):
                # From here on the edit is in the memory of the middle, and nowhere else outside the kernel.
                hold_up.touch()
                assert (await rows.of(beyond, after=SECOND)).relation is Relation.AHEAD
                await rows.until(middle, Relation.SYNCED, least=Level.RECEIVED)
                dying = await rows.of(middle)
                assert dying.level is Level.RECEIVED, "its disk is held up"
                await rows.forget_seen()
                server.kill()
                hold_up.unlink()
                await asyncio.to_thread(server.start)
                await rows.until(middle, Relation.SYNCED, least=Level.STORED)
                assert (await rows.of(beyond)).relation is Relation.AHEAD, "nobody can have told it"

                passed = await rows.seen(middle)
                fell = [
                    row for row in passed if row.link is Link.CONNECTED and row.relation is Relation.AHEAD
                ]
                assert fell and fell[0].missing_there == 1, (
                    f"it had lost the edit that it had not saved: {passed}"
                )
                until_then = passed[: passed.index(fell[0])]
                assert all(row.level < Level.STORED for row in until_then), f"never claimed before: {passed}"

            await rows.until(beyond, Relation.SYNCED)
            assert (await rows.of(beyond)).link is Link.RELAYED
            assert (await far.wait_document(url)).value == {"n": 2}
    finally:
        server.kill()


@contextmanager
def stopped(peer: JavaScriptPeer) -> Iterator[None]:
    """Its process does nothing meanwhile, and its sockets stay open."""
    os.kill(peer.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(peer.pid, signal.SIGCONT)
