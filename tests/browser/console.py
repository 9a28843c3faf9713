"""What the pages say on their consoles: errors that are ours fail the test, the others are printed."""

from dataclasses import dataclass, field

from playwright.async_api import ConsoleMessage, Error, Page

OURS = "automerge"


@dataclass
class Console:
    """The errors of all pages of one test. `expect` what a story causes on purpose, before it happens."""

    ours: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    _expected: list[str] = field(default_factory=list)

    def expect(self, *parts: str) -> None:
        """Errors that contain one of these are part of the story from now on."""
        self._expected += parts

    def watch(self, page: Page, who: str) -> None:
        """Listen to one page."""
        page.on("console", lambda message: self._on_message(who, message))
        page.on("pageerror", lambda error: self._on_error(who, error))

    def _on_message(self, who: str, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"{who}: {message.text} ({message.location.get('url', '')})")

    def _on_error(self, who: str, error: Error) -> None:
        self._note(f"{who}: uncaught {error.stack or error.message}")

    def _note(self, text: str) -> None:
        if any(part in text for part in self._expected):
            return
        (self.ours if OURS in text.lower() else self.others).append(text)
