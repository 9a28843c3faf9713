"""The server dies in the middle of everything, and nothing that was typed is lost."""

import ast
import asyncio
import string
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from playwright.async_api import expect

from tests.browser.desk import Desk
from tests.browser.servers import TestServer
from tests.interop.stage import Stage

TOKEN = "the-same-after-a-restart"
LETTERS = (string.ascii_letters * 6)[:300]
KEY_MS = 20
ITEMS = 150  # appended by each program while the letters are typed
LOST = ("WebSocket connection", "Failed to load resource", "ERR_CONNECTION")

JOIN = """
from jupyter_automerge import Repo
repo = Repo(name="kernel")
await repo.open()
repo.connect({sync!r}, headers=lambda: {{"Authorization": "token {token}"}})
plan = await repo.find({url!r}, timeout=20)
"""
APPEND = """
import ast
import asyncio
for number in range({items}):
    with plan.change() as doc:
        doc["list"].append(f"kernel {{number}}")
    await asyncio.sleep({seconds})
"""


async def test_a_killed_server_loses_nothing_of_anybody(
    own_server: Callable[..., TestServer], desk: Desk, stage: Stage
) -> None:
    server = own_server(options=(f"--IdentityProvider.token={TOKEN}",))
    sync = server.address.sync()
    url = server.create_document({"text": "", "list": []})
    alice = await desk.open_view(server, url)
    await alice.live()
    bob = await stage.javascript("bob")
    await bob.connect(sync)
    await bob.find(url)
    pushes = [{"edit": "push", "path": ["list"], "value": f"bob {number}"} for number in range(ITEMS)]
    async with kernel() as client:
        await run(client, JOIN.format(sync=sync.partition("?")[0], token=TOKEN, url=url))
        desk.console.expect(*LOST)
        await alice.edit("text")
        ended = asyncio.create_task(kill_and_start(server))
        await asyncio.gather(
            alice.page.keyboard.type(LETTERS, delay=KEY_MS),
            bob.type(url, pushes, KEY_MS * 2),
            run(client, APPEND.format(items=ITEMS, seconds=KEY_MS * 2 / 1000)),
        )
        await ended
        await expect(alice.editor).to_have_value(LETTERS)
        await alice.live()
        await run(client, "await plan.synced(timeout=30)")
        in_kernel = await evaluate(client, "sorted(plan.value['list']), plan.value['text']")
        at_bob = (await bob.wait_value(url, server.document(url))).value
    there = server.document(url)
    assert there["text"] == LETTERS
    wanted = sorted(f"{who} {number}" for who in ("bob", "kernel") for number in range(ITEMS))
    assert sorted(there["list"]) == wanted
    assert in_kernel == (wanted, LETTERS)
    assert at_bob == there
    await alice.page.close()
    await bob.stop()
    server.kill()
    await asyncio.to_thread(server.start)
    assert server.document(url) == there, "what the server had with peers it has without them"


async def kill_and_start(server: TestServer) -> None:
    """SIGKILL a second after the typing has begun, then a new server at the same port and store."""
    await asyncio.sleep(1)
    server.kill()
    await asyncio.to_thread(server.start)


@asynccontextmanager
async def kernel() -> AsyncIterator[AsyncKernelClient]:
    """A kernel that no server owns: the death of one does not end it."""
    manager = AsyncKernelManager()
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        yield client
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


async def run(client: AsyncKernelClient, code: str) -> None:
    """Run a cell; its error is ours."""
    await evaluate(client, "None", code)


async def evaluate(client: AsyncKernelClient, expression: str, code: str = "") -> Any:
    """Run a cell and give the value of an expression in the kernel."""
    reply = await client.execute_interactive(
        code, user_expressions={"value": expression}, timeout=90, output_hook=lambda message: None
    )
    content = reply["content"]
    assert content["status"] == "ok", "\n".join(content.get("traceback", ()))
    return ast.literal_eval(content["user_expressions"]["value"]["data"]["text/plain"])
