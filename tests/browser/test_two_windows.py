"""Two people, two windows, one document: live whatever the kernel does."""

import pytest
from playwright.async_api import expect

from tests.browser.desk import Desk
from tests.browser.notebook_page import NotebookPage
from tests.browser.plans import PLAN, open_plan
from tests.browser.servers import TestServer

SLEEP = "import time; time.sleep(60)"
LOOP = "while True: pass"
FREEZE = "dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))"
THAW = "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"


@pytest.mark.parametrize("application", ["lab", "notebook7"])
async def test_a_saved_notebook_is_live_for_somebody_else(
    application: str, request: pytest.FixtureRequest, desk: Desk
) -> None:
    server: TestServer = request.getfixturevalue(application)
    alice = await open_plan(desk, server, f"saved_{application}")
    await alice.save()
    bob = await desk.open(server, alice.name, who="bob")
    await bob.view(PLAN).live()
    await bob.view(PLAN).type("title", text=" B")
    await alice.view(PLAN).shows("title", value="Plan B")
    await desk.photograph("live")
    assert await bob.page.get_by_text("Error displaying widget").count() == 0


async def test_windows_meet_while_the_kernel_is_busy_gone_and_back(lab: TestServer, desk: Desk) -> None:
    alice = await open_plan(desk, lab, "kernels", SLEEP, LOOP)
    await alice.save()
    bob = await desk.open(lab, alice.name, who="bob")
    await bob.view(PLAN).live()
    for busy, cell in (("s", 3), ("l", 4)):
        await alice.start_cell(cell)
        await they_meet(alice, bob, busy)
        await alice.interrupt(cell)
    await alice.restart_kernel()
    await they_meet(alice, bob, "r")
    await alice.shut_kernel_down()
    await they_meet(alice, bob, "d")
    await alice.save()
    await alice.reload()
    await alice.view(PLAN).live()
    await they_meet(alice, bob, "n")


async def they_meet(alice: NotebookPage, bob: NotebookPage, letter: str) -> None:
    """Each adds a letter to the title, and both see both."""
    before = await bob.view(PLAN).value("title").inner_text()
    await alice.view(PLAN).type("title", text=letter)
    await bob.view(PLAN).shows("title", value=before + letter)
    await bob.view(PLAN).type("title", text=letter.upper())
    await alice.view(PLAN).shows("title", value=before + letter + letter.upper())
    await expect(alice.page.locator(".jam-view")).to_have_count(1)


async def test_a_window_that_is_left_is_gone_for_others_and_back_when_it_is_shown_again(
    lab: TestServer, desk: Desk
) -> None:
    url = lab.create_document({"title": "Plan"})
    alice = await desk.open_view(lab, url)
    bob = await desk.open_view(lab, url, who="bob")
    await alice.peer_says("Chrome on Linux", "has everything, in memory")
    await bob.page.evaluate(FREEZE)  # what a browser does that keeps the window for its Back button
    await expect(alice.root.locator(".jam-peer:visible")).to_have_count(0)
    await alice.type("title", text=" B")
    await bob.page.evaluate(THAW)
    await bob.live()
    await bob.shows("title", value="Plan B")
    await alice.peer_says("Chrome on Linux", "has everything, in memory")
