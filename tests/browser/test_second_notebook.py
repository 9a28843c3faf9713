"""The second notebook, as a person meets it: the table follows the cables and the disk, to the end."""

import shutil

from playwright.async_api import expect

from tests.browser.desk import Desk
from tests.browser.peers_table import PeersTable
from tests.browser.servers import TestServer
from tools.steps import ROOT

SECOND = "02-who-has-my-changes.ipynb"


async def test_the_second_notebook_shows_who_has_what(lab: TestServer, desk: Desk) -> None:
    shutil.copyfile(ROOT / "notebooks" / SECOND, lab.notebooks / SECOND)
    page = await desk.open(lab, SECOND)
    await page.run_all()
    table = PeersTable(page.page, page.page.locator(".jam-peers-view").first)
    await table.sums_up("closed: it was safe, stored by server")
    await table.is_seen_by("as this notebook's kernel last saw it")
    await table.says("server", "has everything, stored")
    await table.says("bob", "has everything")
    await table.root.scroll_into_view_if_needed()
    await desk.photograph("shown")
    await expect(page.page.locator("[data-mime-type='application/vnd.jupyter.stderr']")).to_have_count(0)
