"""The set-up itself, without a document: what fails here is not the fault of the package."""

from tests.browser.desk import Desk
from tests.browser.servers import TestServer


async def test_a_cell_runs_in_jupyterlab(lab: TestServer, desk: Desk) -> None:
    page = await desk.open(lab, lab.write_notebook("sum.ipynb", "1 + 1"))
    await page.run_all()
    assert "2" in await page.output(0).inner_text()


async def test_a_cell_runs_in_notebook_7(notebook7: TestServer, desk: Desk) -> None:
    page = await desk.open(notebook7, notebook7.write_notebook("sum.ipynb", "1 + 1"))
    await page.run_all()
    assert "2" in await page.output(0).inner_text()
