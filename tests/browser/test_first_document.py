"""The first notebook, as a person meets it."""

import shutil

from tests.browser.desk import Desk
from tests.browser.servers import TestServer
from tools.steps import ROOT

FIRST = "01-first-document.ipynb"


async def test_the_first_notebook_shows_a_live_document(lab: TestServer, desk: Desk) -> None:
    shutil.copyfile(ROOT / "notebooks" / FIRST, lab.notebooks / FIRST)
    page = await desk.open(lab, FIRST)
    await page.run_all()
    views = page.page.locator(".jam-view")
    await views.first.scroll_into_view_if_needed()
    await desk.photograph("shown")
    assert await page.page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
