"""The notebooks of the stories: a plan with a text, a few values and a list."""

from tests.browser.desk import Desk
from tests.browser.notebook_page import NotebookPage
from tests.browser.servers import TestServer

PLAN = 0  # the cell that shows the document


def plan_cells(name: str) -> tuple[str, ...]:
    """The cells that make a plan and show it."""
    return (
        f"""%load_ext jupyter_automerge
%automerge new {name} --as plan
with plan.change("plan") as doc:
    doc.update({{"title": "Plan", "count": 1, "done": False, "tasks": []}})""",
        "await plan.synced(timeout=20)",
        "print(plan.url)",
    )


async def open_plan(
    desk: Desk, server: TestServer, name: str, *more: str, who: str = "alice"
) -> NotebookPage:
    """Write the notebook, open it, run it, and wait until its document is live."""
    notebook = server.write_notebook(f"{name}.ipynb", *plan_cells(name), *more)
    page = await desk.open(server, notebook, who)
    await page.kernel_is("idle")
    for cell in range(len(plan_cells(name))):
        await page.run_cell(cell)
    await page.view(PLAN).live()
    return page


async def url_of(page: NotebookPage) -> str:
    """The plan's URL, as the notebook printed it."""
    return (await page.text_of(len(plan_cells("")) - 1)).strip()
