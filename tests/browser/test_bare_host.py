"""Who has what where only the kernel's messages come through, as in VS Code or Colab: no server extension, no page
of Jupyter, no file of ours but the few lines that come with the widget."""

from playwright.async_api import expect

from tests.browser.bare_host import BareHost
from tests.browser.desk import Desk
from tests.browser.servers import TestServer

LIVE = "as this notebook's kernel sees it, last news"
PLAYGROUND = """from jupyter_automerge import PeersView
from jupyter_automerge.testing import Playground
play = Playground("alice", "bob")
note = play.laptop("alice").repo.create({"title": "Note"})
note.synced(timeout=10).result()
PeersView(note)"""
PULL = """play.cable("alice").pull()
with note.change() as doc:
    doc["n"] = 1"""
PLUG_AND_BE_BUSY = """play.cable("alice").plug()
while True: pass"""
DIE = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"


async def test_the_table_is_live_while_the_kernel_is_idle_and_busy_and_says_when_it_is_closed(
    lab: TestServer, desk: Desk
) -> None:
    host = await BareHost.open(await desk.window(), lab)
    await host.run(PLAYGROUND)
    table = host.table(0)
    await expect(table).to_contain_text("has everything, stored")
    await expect(table.locator("caption")).to_contain_text("Who has “Note”? safe: stored by server")
    await expect(table.locator("caption")).to_contain_text(LIVE)
    assert await host.page.evaluate("window.initialized") == "at once"
    await host.run(PULL)
    await expect(table).to_contain_text("lacks 1 change")
    await expect(table).to_contain_text("out of reach")
    await desk.photograph("pulled")
    await host.start(PLUG_AND_BE_BUSY)
    await expect(table).to_contain_text("has everything, stored")
    assert await host.page.evaluate("window.kernel") == "busy"
    await host.interrupt()
    await host.run("play.close()")
    await expect(table.locator("caption")).to_contain_text("closed: it was safe, stored by server")
    await expect(table.locator("caption")).to_contain_text("as this notebook's kernel last saw it, ")
    await desk.photograph("closed")
    assert not [url for url in host.asked if "automerge" in url], host.asked


async def test_a_kernel_that_dies_is_not_said_to_see_anything(lab: TestServer, desk: Desk) -> None:
    host = await BareHost.open(await desk.window(), lab)
    await host.run(PLAYGROUND)
    caption = host.table(0).locator("caption")
    await expect(caption).to_contain_text(LIVE)
    await host.page.evaluate("code => void run(code)", DIE)
    await expect(caption).to_contain_text("no longer live: as this notebook's kernel last saw it")
    await expect(host.table(0)).to_contain_text("has everything, stored")
    await desk.photograph("dead")
