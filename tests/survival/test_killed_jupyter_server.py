"""A Jupyter server dies while a page, a kernel and a JavaScript program write, and comes back."""

import asyncio
import string
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Page, expect

from jupyter_automerge.values.heads import heads_from_text, heads_hex
from tests.browser.desk import Desk
from tests.browser.document_view import DocumentView
from tests.browser.servers import TestServer
from tests.interop.stage import Stage
from tests.survival.driven_kernel import driven_kernel
from tests.survival.servers import TOKEN

LETTERS = (string.ascii_letters * 6)[:300]
KEY_MS = 20
ITEMS = 120  # appended by each program, one every 50 ms: as long as it takes to type
PAUSE_MS = 50
KILLED_AFTER = 100  # letters
LOST = ("WebSocket connection", "Failed to load resource", "ERR_CONNECTION")

JOIN = ("%load_ext jupyter_automerge", "%automerge connect {url}", "%automerge open {document} --as plan")
APPEND = """
import asyncio
for number in range({items}):
    with plan.change() as doc:
        doc["list"].append(f"kernel {{number}}")
    await asyncio.sleep({seconds})
"""
SETTLE = """
changes = plan.changes()
while len(plan.value["list"]) < {items} or len(plan.value["text"]) < {letters}:
    await anext(changes)
print((await plan.synced(timeout=30)).durability)
"""
HEADS = "from jupyter_automerge.values.heads import heads_to_text; print(*heads_to_text(plan.heads))"
COPY = "() => { navigator.clipboard.writeText = async text => { window.copied = text } }"


async def test_300_letters_and_two_lists_survive_the_death_of_the_server(
    server: TestServer, desk: Desk, stage: Stage, tmp_path: Path
) -> None:
    url = server.create_document({"text": "", "list": []})
    alice = await desk.open_view(server, url)
    await alice.live()
    bob = await stage.javascript("bob")
    await bob.connect(server.address.sync())
    await bob.find(url)
    pushes = [{"edit": "push", "path": ["list"], "value": f"bob {number}"} for number in range(ITEMS)]
    async with driven_kernel(tmp_path, password=TOKEN) as kernel:
        await kernel.run(*(cell.format(url=server.url, document=url) for cell in JOIN))
        desk.console.expect(*LOST)
        await alice.edit("text")
        await asyncio.gather(
            alice.page.keyboard.type(LETTERS, delay=KEY_MS),
            bob.type(url, pushes, PAUSE_MS),
            kernel.run(APPEND.format(items=ITEMS, seconds=PAUSE_MS / 1000)),
            kill_and_start(server, alice),
        )
        assert "stored" in await kernel.run(SETTLE.format(items=2 * ITEMS, letters=len(LETTERS)))
        heads = frozenset((await kernel.run(HEADS)).split())
        in_kernel = await kernel.run("print(plan.value['text'], *plan.value['list'], sep='\\n')")
    at_bob = await bob.wait_heads(url, heads)
    await alice.live()
    await expect(alice.editor).to_have_value(LETTERS)
    await until(lambda: has_heads(alice, heads), "the page has the same heads")
    there = server.get(f"api/automerge/documents/{url.removeprefix('automerge:')}")
    assert frozenset(there["heads"]) == heads
    assert there["value"] == at_bob.value
    assert in_kernel.split() == [there["value"]["text"], *" ".join(there["value"]["list"]).split()]
    check_whole(there["value"])
    await alice.page.close()
    await bob.stop()
    server.kill()
    await asyncio.to_thread(server.start)
    alone = server.get(f"api/automerge/documents/{url.removeprefix('automerge:')}")
    assert (frozenset(alone["heads"]), alone["value"]) == (heads, there["value"])


def check_whole(value: dict[str, object]) -> None:
    """All letters in their order, and each program's items, each once and in its order."""
    assert value["text"] == LETTERS
    items = value["list"]
    assert isinstance(items, list)
    for who in ("bob", "kernel"):
        theirs = [item for item in items if item.startswith(who)]
        assert theirs == [f"{who} {number}" for number in range(ITEMS)]


async def kill_and_start(server: TestServer, view: DocumentView) -> None:
    """SIGKILL once a third of the letters is typed, then a new server at the same port and store."""
    await view.page.wait_for_function(
        "length => document.querySelector('.jam-editor').value.length >= length", arg=KILLED_AFTER
    )
    port = server.port
    server.kill()
    await asyncio.to_thread(server.start)
    assert server.port == port


async def has_heads(view: DocumentView, heads: frozenset[str]) -> bool:
    """Whether the page's own replica has exactly these heads, as its diagnostics say."""
    return (await own_heads(view.page, view)).split() == list(heads_hex(heads_from_text(heads)))


async def own_heads(page: Page, view: DocumentView) -> str:
    await page.evaluate(COPY)
    await view.root.get_by_title("copy diagnostics").click()
    copied = str(await page.evaluate("window.copied"))
    return next(line for line in copied.splitlines() if line.startswith("own heads")).partition(": ")[2]


async def until(holds: Callable[[], Awaitable[bool]], story: str, within: float = 20.0) -> None:
    """Wait until it holds. Fails with the story."""
    try:
        async with asyncio.timeout(within):
            while not await holds():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within {within:.0f} s: {story}") from None
