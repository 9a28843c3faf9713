"""The table of who has a document, as a person reads it."""

import re

from playwright.async_api import Locator, Page, expect

LIVE_MS = 30_000


class PeersTable:
    """One PeersView. Rows are named by who they are about."""

    def __init__(self, page: Page, root: Locator) -> None:
        self.page = page
        self.root = root
        self.summary = root.locator(".jam-chip")
        self.whose = root.locator(".jam-whose")
        self.notice = root.locator(".jam-notice")

    def row(self, who: str) -> Locator:
        """The row of one store."""
        return self.root.get_by_role("row").filter(has=self.page.get_by_role("rowheader", name=who))

    async def says(self, who: str, words: str | re.Pattern[str]) -> None:
        """Wait until the row says this."""
        await expect(self.row(who)).to_contain_text(words, timeout=LIVE_MS)

    async def sums_up(self, words: str | re.Pattern[str]) -> None:
        """Wait until the summary says this."""
        await expect(self.summary).to_contain_text(words, timeout=LIVE_MS)

    async def is_seen_by(self, whose: str | re.Pattern[str]) -> None:
        """Wait until it says whose view this is."""
        await expect(self.whose).to_contain_text(whose, timeout=LIVE_MS)
