"""What it looks like: dark theme, a window of its own."""

from collections.abc import Callable

from playwright.async_api import expect

from tests.browser.desk import Desk
from tests.browser.plans import PLAN, open_plan
from tests.browser.servers import TestServer

DARK = 100  # of 255: the mean of a dark background's colours is below, that of its text above


async def test_the_dark_theme_is_dark_in_the_view_too(
    own_server: Callable[..., TestServer], desk: Desk
) -> None:
    alice = await open_plan(desk, own_server(), "dark")
    await alice.command("apputils:change-theme", theme="JupyterLab Dark")
    await alice.page.locator("body[data-jp-theme-light='false']").wait_for(state="attached")
    await expect(alice.page.locator("#jupyterlab-splash")).to_have_count(0)
    view = alice.view(PLAN)
    await desk.photograph("dark")
    background = await view.root.evaluate(
        """view => { for (let at = view; at; at = at.parentElement) {
            const colour = getComputedStyle(at).backgroundColor
            if (!/, 0\\)$|transparent/.test(colour)) return colour } }"""
    )
    text = await view.value("title").evaluate("line => getComputedStyle(line).color")
    assert brightness(background) < DARK < brightness(text), f"{text} on {background}"


async def test_a_document_opens_in_a_window_of_its_own(lab: TestServer, desk: Desk) -> None:
    alice = await open_plan(desk, lab, "window")
    async with alice.page.expect_popup() as opened:
        await alice.view(PLAN).root.get_by_label("open in its own window").click()
    window = await opened.value
    desk.console.watch(window, "own window")
    await window.locator(".jam-chip", has_text="all changes are on the server").wait_for()
    assert await window.title()
    await desk.photograph_page(window, "light")
    await window.emulate_media(color_scheme="dark")
    await desk.photograph_page(window, "dark")


def brightness(colour: str) -> float:
    """The mean of the three numbers of a CSS colour."""
    numbers = [float(part) for part in colour.split("(")[1].rstrip(")").split(",")[:3]]
    return sum(numbers) / 3
