"""Who has what, as a live table: while a cable is pulled, without a kernel, after reload."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.cable import Cable
from tests.browser.desk import Desk
from tests.browser.notebook_page import NotebookPage
from tests.browser.peers_table import PeersTable
from tests.browser.plans import PLAN, open_plan
from tests.browser.servers import TestServer

KERNEL = "as this notebook's kernel sees it, last news "
LAST_SEEN = re.compile(r"^as this notebook's kernel last saw it, \d")
WINDOW = re.compile(r"as this window \(\d{3}\) and its server see it")
PLAYGROUND = """from jupyter_automerge import PeersView
from jupyter_automerge.testing import Playground
play = Playground("alice", "bob")
note = play.laptop("alice").repo.create({"title": "Note"})
note.synced(timeout=10).result()
PeersView(note)"""
PULL = """play.cable("alice").pull()
with note.change() as doc:
    doc["n"] = 1"""
PLUG = 'play.cable("alice").plug()'
HOLD = """play.server.disk.hold()
with note.change() as doc:
    doc["n"] = 2"""
RELEASE = "play.server.disk.release()"
CLOSE = "play.close()"
SHOW = "from jupyter_automerge import PeersView\nPeersView(plan)"
SHOWN = 3  # the cell, behind those of the plan


def table(page: NotebookPage, cell: int) -> PeersTable:
    """The table that a cell shows."""
    return PeersTable(page.page, page.output(cell).locator(".jam-peers-view"))


async def test_a_cable_is_pulled_and_plugged_in_and_a_disk_is_slow(lab: TestServer, desk: Desk) -> None:
    notebook = lab.write_notebook("cables.ipynb", PLAYGROUND, PULL, PLUG, HOLD, RELEASE, CLOSE)
    page = await desk.open(lab, notebook)
    await page.kernel_is("idle")
    await page.run_cell(0)
    peers = table(page, 0)
    await peers.is_seen_by(KERNEL)
    await peers.says("server", "has everything, stored")
    await page.run_cell(1)
    await peers.says("server", "lacks 1 change")
    await peers.says("server", "out of reach")
    await peers.says("server", "lacking since")
    await desk.photograph("pulled")
    await page.run_cell(2)
    await peers.says("server", "has everything, stored")
    await page.run_cell(3)
    await peers.says("server", "has everything, not stored yet")
    await peers.says("server", "its disk has not confirmed them")
    await desk.photograph("slow-disk")
    await page.run_cell(4)
    await peers.says("server", "has everything, stored")
    await page.run_cell(5)
    await peers.sums_up("closed: it was safe, stored by server")
    await peers.is_seen_by(LAST_SEEN)
    await desk.photograph("closed")
    await page.save()
    await page.shut_kernel_down()
    await peers.is_seen_by(LAST_SEEN)
    await page.reload()
    await expect(table(page, 0).notice).to_contain_text("As it was on")
    await table(page, 0).says("server", "has everything, stored")
    await desk.photograph("saved")


@pytest.mark.parametrize("application", ["lab", "notebook7"])
async def test_it_goes_on_without_a_kernel_as_the_window_sees_it(
    application: str, request: pytest.FixtureRequest, desk: Desk
) -> None:
    page = await open_plan(desk, request.getfixturevalue(application), "peers", SHOW)
    await page.run_cell(SHOWN)
    await table(page, SHOWN).is_seen_by(KERNEL)
    await table(page, SHOWN).sums_up("safe: stored by")
    await page.save()
    await page.shut_kernel_down()
    await table(page, SHOWN).is_seen_by(WINDOW)
    await page.reload()
    await table(page, SHOWN).is_seen_by(WINDOW)
    await table(page, SHOWN).sums_up("safe: one store has everything")
    await page.view(PLAN).type("title", text="!")
    await table(page, SHOWN).sums_up("safe: one store has everything")
    await desk.photograph("without-kernel")


async def test_the_kernel_is_found_again_after_reload_and_lost_when_it_restarts(
    lab: TestServer, desk: Desk
) -> None:
    page = await open_plan(desk, lab, "found", SHOW)
    await page.run_cell(SHOWN)
    await table(page, SHOWN).is_seen_by(KERNEL)
    await page.save()
    await page.reload()
    await table(page, SHOWN).is_seen_by(KERNEL)
    await page.restart_kernel()
    await table(page, SHOWN).is_seen_by(WINDOW)
    await table(page, SHOWN).sums_up("safe: one store has everything")


async def test_without_a_kernel_and_without_a_server_it_says_what_is_missing_where(
    lab: TestServer, desk: Desk
) -> None:
    plan = await open_plan(desk, lab, "cut", SHOW, who="carol")
    await plan.run_cell(SHOWN)
    await plan.save()
    await plan.shut_kernel_down()
    await plan.page.close()
    async with Cable.to(lab.port) as cable:
        alice = await desk.open(lab.address.through(cable.port), "cut.ipynb")
        await table(alice, SHOWN).sums_up("safe: one store has everything")
        await alice.view(PLAN).live()
        desk.console.expect("WebSocket connection", "Failed to load resource", "ERR_CONNECTION")
        cable.cut_sockets()
        await alice.view(PLAN).says("offline")
        await alice.view(PLAN).type("title", text="12")
        await table(alice, SHOWN).sums_up("unsent: 2 changes in no store yet")
        await table(alice, SHOWN).is_seen_by(
            re.compile(r"as this window \(\d{3}\) sees it, last news of its server \d")
        )
        await table(alice, SHOWN).says("Jupyter server", "lacks 2 changes")
        await table(alice, SHOWN).says("Jupyter server", "It gets them as soon as it answers.")
        await desk.photograph("cut")
        cable.mend()
        await table(alice, SHOWN).sums_up("safe: one store has everything")
