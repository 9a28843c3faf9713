"""The way to the server breaks, is slow, or is closed: nothing is lost and the view says what is so."""

import asyncio
from collections.abc import Callable

from tests.browser.cable import Cable
from tests.browser.desk import Desk
from tests.browser.document_view import DocumentView
from tests.browser.plans import PLAN, open_plan
from tests.browser.servers import TestServer

LOST = ("WebSocket connection", "Failed to load resource", "ERR_CONNECTION")
TOKEN = "--IdentityProvider.token=the-same-after-a-restart"


async def test_five_characters_typed_without_a_connection_arrive_later(lab: TestServer, desk: Desk) -> None:
    url = lab.create_document({"title": "Plan"})
    async with Cable.to(lab.port) as cable:
        alice = await desk.open_view(lab.address.through(cable.port), url)
        bob = await desk.open_view(lab, url, who="bob")
        await alice.live()
        desk.console.expect(*LOST)
        cable.cut()
        await alice.says("offline")
        await alice.type("title", text="12345")
        await alice.says("offline: 5 changes not yet on the server")
        await desk.photograph("offline")
        await bob.shows("title", value="Plan")
        cable.mend()
        await alice.live()
        await bob.shows("title", value="Plan12345")


async def test_a_page_opened_while_the_server_is_down_becomes_live_by_itself(
    lab: TestServer, desk: Desk
) -> None:
    alice = await open_plan(desk, lab, "down")
    await alice.save()
    async with Cable.to(lab.port) as cable:
        desk.console.expect(*LOST)
        cable.refuses_sockets = True
        bob = await desk.open(lab.address.through(cable.port), alice.name, who="bob")
        await bob.view(PLAN).says("offline")
        await desk.photograph("down")
        await asyncio.sleep(5)
        cable.mend()
        await bob.view(PLAN).live()
        await bob.view(PLAN).type("title", text="!")
        await alice.view(PLAN).shows("title", value="Plan!")


async def test_a_join_that_is_answered_late_is_waited_for(lab: TestServer, desk: Desk) -> None:
    url = lab.create_document({"title": "Plan"})
    async with Cable.to(lab.port) as cable:
        cable.socket_delay = 3.0
        alice = await desk.open_view(lab.address.through(cable.port), url)
        await alice.live()
        await alice.type("title", text="!")
        await alice.live()
    assert lab.document(url) == {"title": "Plan!"}


async def test_signed_out_while_typing(own_server: Callable[..., TestServer], desk: Desk) -> None:
    server = own_server(options=(TOKEN,))
    url = server.create_document({"title": "Plan"})
    alice = await desk.open_view(server, url)
    await alice.live()
    desk.console.expect(*LOST, "403")
    await alice.edit("title")
    await alice.page.keyboard.type(" A")
    await desk.sign_out()
    await asyncio.to_thread(server.stop)
    await alice.page.keyboard.type(" B")
    await asyncio.to_thread(server.start)
    await alice.says("signed out")
    await alice.page.keyboard.type(" C")
    await desk.photograph("signed-out")
    await log_in(desk, alice, server)
    await alice.live()
    await alice.shows("title", value="Plan A B C")
    assert server.document(url) == {"title": "Plan A B C"}


async def log_in(desk: Desk, view: DocumentView, server: TestServer) -> None:
    """Follow the view's link to the login, in another tab of the same profile."""
    async with view.page.expect_popup() as opened:
        await view.root.get_by_text("log in").click()
    tab = await opened.value
    await tab.locator("input[type=password]").first.fill(server.token)
    await tab.locator("input[type=password]").first.press("Enter")
    await tab.locator(".jam-view").wait_for()
    desk.console.watch(tab, "login tab")
    await tab.close()
