"""Interrupting a cell that waits for peers ends the wait, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from jupyter_client.manager import AsyncKernelManager

from tests.jupyter.notebooks import LOAD

pytestmark = pytest.mark.usefixtures("jp_environ")


class LiveKernel:
    """A kernel of this process, cell by cell."""

    def __init__(self, manager: AsyncKernelManager, client: Any) -> None:
        self.manager = manager
        self.client = client

    async def run(self, code: str, interrupt_at: str = "") -> tuple[str, str]:
        """What the cell printed, and the error that ended it; interrupted once it printed a word."""
        printed, error = "", ""

        def hear(message: dict[str, Any]) -> None:
            nonlocal printed, error
            content = message["content"]
            if message["msg_type"] == "stream":
                printed += content["text"]
            elif message["msg_type"] == "error":
                error = content["ename"]

        async def interrupt() -> None:
            while interrupt_at not in printed:
                await asyncio.sleep(0.01)
            await self.manager.interrupt_kernel()

        waiting = asyncio.create_task(interrupt()) if interrupt_at else None
        await self.client.execute_interactive(code, output_hook=hear, timeout=30)
        if waiting is not None:
            await waiting
        return printed, error


@asynccontextmanager
async def live_kernel() -> AsyncIterator[LiveKernel]:
    manager = AsyncKernelManager()
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=30)
    try:
        yield LiveKernel(manager, client)
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


@pytest.mark.parametrize("wait", ["await plan.synced(timeout=60)", "plan.synced(timeout=60).result()"])
async def test_an_interrupt_ends_the_wait_and_nothing_else(wait: str) -> None:
    async with live_kernel() as kernel:
        await kernel.run(LOAD)
        await kernel.run("%automerge connect ws://127.0.0.1:1\n%automerge new plan")
        _, error = await kernel.run(f"print('waiting', flush=True)\n{wait}", interrupt_at="waiting")
        assert error in {"KeyboardInterrupt", "CancelledError"}
        printed, error = await kernel.run("with plan.change() as d: d['n'] = 1\nprint(plan.value)")
        assert (printed, error) == ("{'n': 1}\n", "")
        printed, _ = await kernel.run("import threading\nprint([t.name for t in threading.enumerate()])")
        assert printed.count("automerge-sync") == 1, "the interrupt killed the thread that syncs"
