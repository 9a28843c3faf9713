"""A notebook in a browser window, as a person handles it. The same for JupyterLab and Notebook 7."""

import re
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.browser.document_view import DocumentView
from tests.browser.servers import Address

KERNEL_MS = 60_000
DONE = re.compile(r"\[\d+\]")
SESSION = "window.jupyterapp.shell.currentWidget.sessionContext"


class NotebookPage:
    """One window with one notebook. Waits end after 30 s with what was waited for."""

    def __init__(self, page: Page, address: Address, name: str) -> None:
        self.page = page
        self.address = address
        self.name = name
        self.cells = page.locator(".jp-Notebook:visible .jp-Cell")

    async def load(self) -> None:
        """Open, or open again, and wait until its cells are there."""
        await self.page.goto(self.address.notebook(self.name))
        await self.cells.first.wait_for()

    async def reload(self) -> None:
        """Press reload."""
        await self.page.reload()
        await self.cells.first.wait_for()

    async def run_all(self) -> None:
        """Run every cell and wait until the last one is done."""
        await self.kernel_is("idle")
        await self.command("notebook:run-all-cells")
        await self.kernel_is("idle")

    async def run_cell(self, index: int) -> None:
        """Run one cell and wait until it is done."""
        await self._run(index)
        await self._done(index)

    async def start_cell(self, index: int) -> None:
        """Run one cell and go on while it runs."""
        await self._run(index)
        await self.kernel_is("busy")

    async def _done(self, index: int) -> None:
        prompt = self.cells.nth(index).locator(".jp-InputArea-prompt")
        await expect(prompt).to_have_text(DONE, timeout=KERNEL_MS)

    async def _run(self, index: int) -> None:
        await self.cells.nth(index).locator(".jp-InputArea-prompt").click()
        await self.page.keyboard.press("Control+Enter")

    async def kernel_is(self, status: str) -> None:
        """Wait until the application says this of the notebook's kernel; "idle" only when it is connected."""
        script = f"() => {SESSION}.session?.kernel?.status === {status!r}"
        await self.page.wait_for_function(script, timeout=KERNEL_MS)

    async def restart_kernel(self) -> None:
        """Restart the kernel, without the question whether one is sure."""
        await self.page.evaluate(f"() => {SESSION}.restartKernel().then(() => null)")
        await self.kernel_is("idle")

    async def interrupt(self, index: int) -> None:
        """Interrupt a cell that runs and wait until it has ended."""
        await self.page.evaluate(f"() => {SESSION}.session.kernel.interrupt()")
        await self._done(index)

    async def shut_kernel_down(self) -> None:
        """Shut the kernel down and wait until there is none."""
        await self.page.evaluate(f"() => {SESSION}.shutdown().then(() => null)")
        await self.page.wait_for_function(f"() => !{SESSION}.session?.kernel", timeout=KERNEL_MS)

    async def save(self) -> None:
        """Save the notebook; returns when the server has answered."""
        await self.command("docmanager:save")

    async def is_saved(self) -> None:
        """Wait until nothing of it is unsaved."""
        await self.page.wait_for_function(
            "() => window.jupyterapp.shell.currentWidget.context.model.dirty === false"
        )

    async def command(self, name: str, **arguments: Any) -> None:
        """Run a command of the application, as its menu would, and wait for it."""
        script = "([name, options]) => window.jupyterapp.commands.execute(name, options).then(() => null)"
        await self.page.evaluate(script, [name, arguments])

    def output(self, index: int) -> Locator:
        """What a cell shows."""
        return self.cells.nth(index).locator(".jp-OutputArea")

    def view(self, cell: int) -> DocumentView:
        """The document that a cell shows."""
        return DocumentView(self.page, self.output(cell).locator(".jam-view").first)

    async def text_of(self, cell: int) -> str:
        """The text that a cell has printed."""
        return "\n".join(await self.output(cell).locator("pre").all_inner_texts())
