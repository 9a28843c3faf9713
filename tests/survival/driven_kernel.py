"""Kernels as tests drive them, above all one that no server owns: the death of a server does not end it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager

CELL_SECONDS = 90


class DrivenKernel:
    """Runs cells; answers every question of a cell with `password`."""

    def __init__(self, client: AsyncKernelClient, password: str = "") -> None:
        self._client = client
        self._password = password

    async def run(self, *cells: str) -> str:
        """Run the cells; all that they printed. An error in one is ours."""
        printed: list[str] = []
        for cell in cells:
            reply = await self._client.execute_interactive(
                cell,
                timeout=CELL_SECONDS,
                allow_stdin=True,
                stdin_hook=lambda question: self._client.input(self._password),
                output_hook=lambda message: printed.append(message["content"].get("text", "")),
            )
            content = reply["content"]
            assert content["status"] == "ok", f"{cell}\n" + "\n".join(content.get("traceback", ()))
        return "".join(printed)


@asynccontextmanager
async def driven_kernel(
    folder: Path, runtime: Path | None = None, password: str = ""
) -> AsyncIterator[DrivenKernel]:
    """A kernel in folders of its own; with the `runtime` folder of a server it knows its token."""
    home = folder / "kernel"
    (home / "runtime").mkdir(parents=True, exist_ok=True)
    environment = {
        "HOME": str(home), "IPYTHONDIR": str(home / "ipython"), "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(runtime or home / "runtime"),
    }  # fmt: skip
    manager = AsyncKernelManager(connection_file=str(home / "runtime" / "kernel.json"))
    await manager.start_kernel(env=os.environ | environment, cwd=str(home))
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        yield DrivenKernel(client, password)
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


@asynccontextmanager
async def owned_kernel(connection_file: Path) -> AsyncIterator[DrivenKernel]:
    """A kernel that a server owns, by the file that the server wrote for it."""
    client = AsyncKernelClient()
    client.load_connection_file(str(connection_file))
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        yield DrivenKernel(client)
    finally:
        client.stop_channels()
