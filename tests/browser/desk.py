"""The browser of one test: windows of several people, each with a profile, their consoles and screenshots."""

import asyncio
import os
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browser.console import Console
from tests.browser.document_view import DocumentView
from tests.browser.notebook_page import NotebookPage
from tests.browser.servers import Address, TestServer
from tools.browser import find_browser
from tools.steps import ROOT

SCREENSHOTS = ROOT / ".test" / "screenshots"
WAIT_MS = 30_000

ColorScheme = Literal["light", "dark"]


class Desk:
    """Opens windows in one headless Chromium. `who` names a profile, with its own cookies and storage."""

    def __init__(self, story: str) -> None:
        self.story = story
        self.console = Console()
        self._exits = AsyncExitStack()
        self._browser: Browser | None = None
        self._profiles: dict[str, BrowserContext] = {}
        self._pages: dict[str, Page] = {}

    async def open(self, server: TestServer | Address, notebook: str, who: str = "alice") -> NotebookPage:
        """A notebook in a new window."""
        address = server if isinstance(server, Address) else server.address
        page = NotebookPage(await self.window(who), address, notebook)
        await page.load()
        return page

    async def open_view(
        self, server: TestServer | Address, document: str, who: str = "alice", **options: Any
    ) -> DocumentView:
        """A document in a window of its own."""
        address = server if isinstance(server, Address) else server.address
        window = await self.window(who, **options)
        await window.goto(address.view(document))
        view = DocumentView(window, window.locator(".jam-view"))
        await view.root.wait_for()
        return view

    async def sign_out(self, who: str = "alice") -> None:
        """Forget every cookie of a profile."""
        await self._profiles[who].clear_cookies()

    async def window(self, who: str = "alice", *, color_scheme: ColorScheme = "light") -> Page:
        """An empty window of this profile."""
        if who not in self._profiles:
            self._profiles[who] = await (await self._chromium()).new_context(
                viewport={"width": 1280, "height": 900}, color_scheme=color_scheme
            )
            self._profiles[who].set_default_timeout(WAIT_MS)
        page = await self._profiles[who].new_page()
        name = f"{who}-{len(self._pages)}"
        self._pages[name] = page
        self.console.watch(page, name)
        return page

    async def photograph(self, what: str) -> None:
        """Save a screenshot of every open window in `.test/screenshots/`."""
        for name, page in self._pages.items():
            if not page.is_closed():
                await self.photograph_page(page, f"{what}-{name}")

    async def photograph_page(self, page: Page, what: str) -> None:
        """Save a screenshot of one window, also of one that a click has opened."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=SCREENSHOTS / f"{self.story}-{what}.png")

    def check_console(self) -> None:
        """Print the errors that are not ours. Raises AssertionError with those that are."""
        for text in self.console.others:
            print("console:", text)  # noqa: T201 - shown by pytest with a failure or -s
        assert not self.console.ours, "errors of ours on the console:\n" + "\n".join(self.console.ours)

    async def close(self) -> None:
        """Close every window and the browser."""
        await self._exits.aclose()

    async def _chromium(self) -> Browser:
        if self._browser is None:
            playwright = await self._exits.enter_async_context(async_playwright())
            self._browser = await playwright.chromium.launch(
                executable_path=await asyncio.to_thread(_program),
                args=["--no-sandbox"] if os.geteuid() == 0 else [],
            )
            self._exits.push_async_callback(self._browser.close)
        return self._browser


def _program() -> Path:
    program = find_browser()
    assert program is not None, "no browser: install chromium, or set $CHROMIUM to one"
    return Path(program)
