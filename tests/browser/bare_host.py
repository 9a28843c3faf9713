"""A page that is neither JupyterLab nor Notebook: it has a kernel and the kernel's messages, and nothing else."""

from pathlib import Path
from typing import Self

from playwright.async_api import Locator, Page

from tests.browser.servers import TestServer

PAGE = Path(__file__).with_suffix(".html")
KERNEL_MS = 60_000


class BareHost:
    """One such page, with a kernel of its own. `asked` is what it has requested, its kernel's sockets aside."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.outputs = page.locator(".output")

    @classmethod
    async def open(cls, page: Page, server: TestServer) -> Self:
        """Begin a kernel of this server."""
        host = cls(page)
        # Of the server the page only has the address: browsers keep pages from nowhere away from local sockets.
        await page.goto(f"{server.url}login")
        page.on("request", lambda request: host.asked.append(request.url))
        await page.set_content(PAGE.read_text(encoding="utf-8"))
        await page.evaluate("([base, token]) => begin(base, token)", [server.url, server.token])
        return host

    async def run(self, code: str) -> None:
        """Run a cell to its end. Raises AssertionError with the error that it ended in."""
        answer = await self.page.evaluate("code => run(code)", code)
        assert answer["status"] == "ok", f"{answer.get('ename')}: {answer.get('evalue')}"

    async def start(self, code: str) -> None:
        """Run a cell and go on while it runs."""
        await self.page.evaluate("code => void run(code)", code)
        await self.kernel_is("busy")

    async def interrupt(self) -> None:
        """Interrupt what runs, and wait until nothing does."""
        await self.page.evaluate("() => interrupt().then(() => null)")
        await self.kernel_is("idle")

    async def kernel_is(self, status: str) -> None:
        """Wait until the kernel said this of itself."""
        await self.page.wait_for_function(f"() => window.kernel === {status!r}", timeout=KERNEL_MS)

    def table(self, output: int) -> Locator:
        """What an output shows of who has a document."""
        return self.outputs.nth(output).locator("table")
