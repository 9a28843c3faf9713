"""A notebook in a browser window, as a person handles it. The same for JupyterLab and Notebook 7."""

from typing import Any

from playwright.async_api import Locator, Page

from tests.browser.servers import TestServer

KERNEL_MS = 60_000
SESSION = "window.jupyterapp.shell.currentWidget.sessionContext"


class NotebookPage:
    """One window with one notebook. Waits end after 30 s with what was waited for."""

    def __init__(self, page: Page, server: TestServer, name: str) -> None:
        self.page = page
        self.server = server
        self.name = name
        self.cells = page.locator(".jp-Notebook:visible .jp-Cell")

    async def load(self) -> None:
        """Open, or open again, and wait until its cells are there."""
        await self.page.goto(self.server.notebook_url(self.name))
        await self.cells.first.wait_for()

    async def reload(self) -> None:
        """Press reload."""
        await self.page.reload()
        await self.cells.first.wait_for()

    async def run_all(self) -> None:
        """Run every cell and wait until the last one is done."""
        await self.kernel_idle()
        await self.command("notebook:run-all-cells")
        await self.kernel_idle()

    async def run_cell(self, index: int, *, wait: bool = True) -> None:
        """Run one cell; without `wait` it may go on running."""
        await self.kernel_idle()
        await self.cells.nth(index).locator(".jp-InputPrompt").click()
        await self.page.keyboard.press("Control+Enter")
        if wait:
            await self.kernel_idle()

    async def kernel_idle(self) -> None:
        """Wait until the kernel is connected and does nothing."""
        await self.kernel_status("idle")

    async def kernel_status(self, status: str) -> None:
        """Wait until the application says this of the notebook's kernel."""
        script = f"() => {SESSION}.session?.kernel?.status === {status!r}"
        await self.page.wait_for_function(script, timeout=KERNEL_MS)

    async def save(self) -> None:
        """Save the notebook; returns when the server has answered."""
        await self.command("docmanager:save")

    async def command(self, name: str, **arguments: Any) -> None:
        """Run a command of the application, as its menu would, and wait for it."""
        script = "([name, options]) => window.jupyterapp.commands.execute(name, options).then(() => null)"
        await self.page.evaluate(script, [name, arguments])

    def output(self, index: int) -> Locator:
        """What a cell shows."""
        return self.cells.nth(index).locator(".jp-OutputArea")
