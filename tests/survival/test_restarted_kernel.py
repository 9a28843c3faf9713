"""A kernel that its server restarts is one row at the server, and what it had written is there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.browser.servers import TestServer
from tests.survival.driven_kernel import owned_kernel

CELLS = (
    "%load_ext jupyter_automerge",
    "%automerge new plan",
    "with plan.change() as doc: doc['runs'] = doc.get('runs', 0) + 1",
    "report = await plan.synced(timeout=20)",
)


async def test_a_restarted_kernel_is_one_row_at_the_server(server: TestServer) -> None:
    kernel = server.post("api/kernels", {"name": "python3"})
    await run_all(server, kernel["id"])
    document = await plan(server)
    await until(lambda: kernels(server, document), 1, "the kernel is a row")
    for runs in (2, 3):
        await asyncio.to_thread(server.post, f"api/kernels/{kernel['id']}/restart", {})
        await run_all(server, kernel["id"])
        assert (await asyncio.to_thread(server.document, document)) == {"runs": runs}
        await until(lambda: kernels(server, document), 1, f"after restart {runs - 1} the kernel is one row")


async def run_all(server: TestServer, kernel: str) -> None:
    """Run All in a kernel of the server."""
    async with owned_kernel(server.folder / "runtime" / f"kernel-{kernel}.json") as client:
        await client.run(*CELLS)


async def plan(server: TestServer) -> str:
    """The URL that the catalogue has for the name."""
    catalogue = (await asyncio.to_thread(server.get, "api/automerge"))["catalogue"]
    entries = (await asyncio.to_thread(server.document, catalogue))["docs"]
    (url,) = [str(entry["url"]) for entry in entries if entry["name"] == "plan"]
    return url


async def kernels(server: TestServer, document: str) -> list[dict[str, Any]]:
    """Rows of kernels that the server shows for the document, connected or not."""
    path = f"api/automerge/documents/{document.removeprefix('automerge:')}/peers"
    rows = (await asyncio.to_thread(server.get, path))["peers"]
    return [row for row in rows if row["kind"] == "kernel"]


async def until(rows: Callable[[], Awaitable[list[dict[str, Any]]]], count: int, story: str) -> None:
    """Wait until there are so many rows, all connected, and fail with those there are."""
    found: list[dict[str, Any]] = []
    try:
        async with asyncio.timeout(20):
            while len(found := await rows()) != count or any(row["link"] != "connected" for row in found):
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within 20 s: {story}; there are {found}") from None
