"""Typing into a view: keys stay in it, the caret stays where it was."""

from playwright.async_api import expect

from tests.browser.desk import Desk
from tests.browser.plans import PLAN, open_plan
from tests.browser.servers import TestServer

SHORTCUTS = ("a", "b", "d", "d", "x", "Enter", "Escape")  # in Jupyter: insert, insert, delete, cut, ...


async def test_no_key_that_is_typed_into_a_view_reaches_the_notebook(lab: TestServer, desk: Desk) -> None:
    alice = await open_plan(desk, lab, "shortcuts")
    view, cells = alice.view(PLAN), await alice.cells.count()
    await view.focus("count")
    for key in SHORTCUTS:
        await alice.page.keyboard.press(key)
    await expect(alice.cells).to_have_count(cells)
    await view.edit("title")
    for key in SHORTCUTS:
        await alice.page.keyboard.press(key)
    await expect(alice.cells).to_have_count(cells)
    await view.shows("title", value="Planabddx ⏎ ")


async def test_the_caret_stays_when_somebody_else_types_into_the_same_text(
    lab: TestServer, desk: Desk
) -> None:
    alice = await open_plan(desk, lab, "caret")
    await alice.save()
    bob = await desk.open(lab, alice.name, who="bob")
    await bob.view(PLAN).live()
    await alice.view(PLAN).edit("title")
    await alice.page.keyboard.press("ArrowLeft")
    await bob.view(PLAN).edit("title")
    await bob.page.keyboard.press("Home")
    await bob.page.keyboard.type("The ")
    await expect(alice.view(PLAN).editor).to_have_value("The Plan")
    await alice.page.keyboard.type("k")
    await expect(bob.view(PLAN).editor).to_have_value("The Plakn")
    await bob.page.keyboard.type("big ")
    await expect(alice.view(PLAN).editor).to_have_value("The big Plakn")


async def test_values_are_edited_in_place(lab: TestServer, desk: Desk) -> None:
    alice = await open_plan(desk, lab, "scalars")
    view = alice.view(PLAN)
    await view.edit("count")
    await alice.page.keyboard.type("42")
    await alice.page.keyboard.press("Enter")
    await view.shows("count", value="42")
    await view.focus("done")
    await alice.page.keyboard.press("Enter")
    await view.shows("done", value="true")
    await view.live()
    await desk.photograph("edited")
