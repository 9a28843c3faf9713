"""One chip for each peer, with words that are right with a connection, without one, and after it is back."""

from playwright.async_api import expect

from tests.browser.cable import Cable
from tests.browser.desk import Desk
from tests.browser.plans import open_plan, url_of
from tests.browser.servers import TestServer

LOST = ("WebSocket connection", "Failed to load resource", "ERR_CONNECTION")
KERNEL = "chips"  # kernels are called after their notebook
BOB = "Chrome on Linux"


async def test_two_peers_online_offline_and_back(lab: TestServer, desk: Desk) -> None:
    notebook = await open_plan(desk, lab, "chips", who="carol")
    url = await url_of(notebook)
    await notebook.page.close()
    async with Cable.to(lab.port) as cable:
        alice = await desk.open_view(lab.address.through(cable.port), url)
        bob = await desk.open_view(lab, url, who="bob")
        await alice.live()
        await alice.peer_says(KERNEL, "has everything, in memory")
        await alice.peer_says(BOB, "has everything, in memory")
        await desk.photograph("online")
        desk.console.expect(*LOST)
        cable.cut()
        await alice.says("offline: edits are kept")
        await alice.type("title", text="123")
        await alice.says("offline: 3 changes not yet on the server")
        await alice.peer_says(KERNEL, "lacks 3 changes, out of reach")
        await alice.peer_says(BOB, "lacks 3 changes, out of reach")
        await desk.photograph("offline")
        await bob.focus("done")
        await bob.page.keyboard.press("Enter")
        await bob.live()
        cable.mend()
        await alice.live()
        await alice.peer_says(KERNEL, "has everything, in memory")
        await alice.peer_says(BOB, "has everything, in memory")
        await alice.shows("done", value="true")
        await bob.shows("title", value="Plan123")


async def test_a_chip_opens_who_where_since_when_and_what_is_missing(lab: TestServer, desk: Desk) -> None:
    url = lab.create_document({"title": "Plan"})
    alice = await desk.open_view(lab, url)
    bob = await desk.open_view(lab, url, who="bob")
    await alice.live()
    await bob.live()
    details = alice.root.locator(".jam-details")
    await expect(details).to_be_hidden()
    await alice.peer(BOB).click()
    await expect(details).to_contain_text("through Jupyter server")
    await expect(details).to_contain_text("no lasting copy")
    await expect(alice.peer(BOB)).to_have_attribute("aria-expanded", "true")
    await desk.photograph("one-peer")
    await alice.chip.click()
    await expect(details).to_contain_text("connected since")
    await expect(details).to_contain_text(f"127.0.0.1:{lab.port}")
    await alice.page.keyboard.press("Escape")
    await expect(details).to_be_hidden()


async def test_two_windows_of_alice_have_numbers_that_everybody_sees(lab: TestServer, desk: Desk) -> None:
    url = lab.create_document({"title": "Plan"})
    first = await desk.open_view(lab, url)
    second = await desk.open_view(lab, url)
    bob = await desk.open_view(lab, url, who="bob")
    await expect(bob.root.locator(".jam-peer:visible")).to_have_count(2)
    numbers = [await first.number(), await second.number()]
    for number in numbers:
        await bob.peer_says(f"window {number}", "has everything, in memory")
    await first.peer_says(f"window {numbers[1]}", "has everything, in memory")
    details = first.root.locator(".jam-details")
    await first.peer(f"window {numbers[1]}").click()
    await expect(details).to_contain_text("another window of yours")
    await desk.photograph_page(first.page, "yours")
    await first.peer(f"window {await bob.number()}").click()
    await expect(details).not_to_contain_text("yours")
    await expect(details).to_contain_text(f"as this window ({numbers[0]}) and its server see it")


async def test_many_peers_fold_into_one_chip_that_opens_a_table(lab: TestServer, desk: Desk) -> None:
    url = lab.create_document({"title": "Plan"})
    alice = await desk.open_view(lab, url)
    for number in range(6):
        await (await desk.open_view(lab, url, who=f"guest-{number}")).live()
    more = alice.root.get_by_role("button", name="+2 more")
    await more.click()
    table = alice.root.get_by_role("table")
    await expect(table.get_by_role("row")).to_have_count(8)  # the heads, the server, six guests
    await desk.photograph_page(alice.page, "folded")
