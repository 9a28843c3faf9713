"""A live document on a page, as a person reads and edits it."""

import json
import re

from playwright.async_api import Locator, Page, expect

Path = tuple[str | int, ...]

ON_THE_SERVER = "all changes are on the server"
LIVE_MS = 30_000


class DocumentView:
    """One view. Rows are named by their path: `("tasks", 0, "text")`."""

    def __init__(self, page: Page, root: Locator) -> None:
        self.page = page
        self.root = root
        self.chip = root.locator(".jam-chip")
        self.notices = root.locator(".jam-notices")
        self.editor = root.locator(".jam-editor")

    async def live(self) -> None:
        """Wait until it shows the document itself, with everything on the server."""
        await self.says(ON_THE_SERVER)

    async def says(self, words: str | re.Pattern[str]) -> None:
        """Wait until the chip has these words."""
        await expect(self.chip).to_contain_text(words, timeout=LIVE_MS)

    async def words(self) -> str:
        """What the chip says now."""
        return (await self.chip.inner_text()).strip()

    def peer(self, who: str | re.Pattern[str]) -> Locator:
        """The chip of another peer."""
        return self.root.locator(".jam-peer").filter(has_text=who)

    async def peer_says(self, who: str | re.Pattern[str], words: str | re.Pattern[str]) -> None:
        """Wait until there is one chip of this peer, and it says this."""
        await expect(self.peer(who)).to_contain_text(words, timeout=LIVE_MS)

    async def number(self) -> str:
        """The number of its window, as the window itself says it; there must be somebody else who has the document."""
        said = re.search(r"this window \((\d{3})\)", await self.root.locator(".jam-whose").inner_text())
        assert said is not None
        return said[1]

    def row(self, *path: str | int) -> Locator:
        """The row of one value."""
        return self.root.locator(f".jam-row[data-key={json.dumps(json.dumps(path, separators=(',', ':')))}]")

    def value(self, *path: str | int) -> Locator:
        """What a row shows as the value."""
        return self.row(*path).locator(".jam-line-text")

    async def shows(self, *path: str | int, value: str) -> None:
        """Wait until a row shows this value, in its line or in its open editor."""
        line, box = self.value(*path), self.row(*path).locator(".jam-editor")
        if await box.count():
            await expect(box).to_have_value(value)
        else:
            await expect(line).to_have_text(value)

    async def focus(self, *path: str | int) -> None:
        """Click a row."""
        await self.row(*path).locator(".jam-value").click()

    async def edit(self, *path: str | int) -> None:
        """Open the editor of a row by keyboard; the caret is at the end of a text."""
        await self.focus(*path)
        await self.page.keyboard.press("Enter")
        await expect(self.row(*path).locator(".jam-editor")).to_be_focused()

    async def leave(self) -> None:
        """Leave the open editor."""
        await self.page.keyboard.press("Escape")
        await expect(self.editor).to_have_count(0)

    async def type(self, *path: str | int, text: str) -> None:
        """Add to the end of a text, key by key, and leave it."""
        await self.edit(*path)
        await self.page.keyboard.type(text)
        await self.leave()
