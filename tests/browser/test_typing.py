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


async def test_the_key_that_saves_saves_the_notebook_from_within_a_view_too(
    lab: TestServer, desk: Desk
) -> None:
    alice = await open_plan(desk, lab, "saving")
    await alice.view(PLAN).type("title", text=" C")
    await alice.view(PLAN).edit("title")
    await alice.page.keyboard.press("Control+s")
    await alice.is_saved()
    assert any(cell["outputs"] for cell in lab.read_notebook(alice.name)["cells"]), (
        "what was run is in the file"
    )
    await expect(alice.view(PLAN).editor).to_be_focused()


async def test_what_comes_into_an_empty_document_is_shown_open(lab: TestServer, desk: Desk) -> None:
    filling = "with list_.change() as d: d['tasks'] = [{'text': 'write'}]"
    name = lab.write_notebook(
        "empty.ipynb", "%load_ext jupyter_automerge\n%automerge new empty --as list_", filling
    )
    alice = await desk.open(lab, name)
    await alice.kernel_is("idle")
    await alice.run_cell(0)
    await expect(alice.view(0).root).to_contain_text("nothing in it yet")
    await expect(alice.view(0).root.locator(".jam-title")).to_have_text("empty")
    await alice.run_cell(1)
    await alice.view(0).shows("tasks", 0, "text", value="write")


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
