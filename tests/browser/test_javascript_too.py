"""A JavaScript program with automerge-repo's stock adapter, and a cell: one document."""

from tests.browser.desk import Desk
from tests.browser.plans import PLAN, open_plan, url_of
from tests.browser.servers import TestServer
from tests.interop.stage import Stage


async def test_a_javascript_program_and_a_cell_edit_one_document(
    lab: TestServer, desk: Desk, stage: Stage
) -> None:
    alice = await open_plan(desk, lab, "javascript", "plan.value['title']")
    url = await url_of(alice)
    bob = await stage.javascript("bob")
    await bob.connect(lab.address.sync())
    assert (await bob.find(url)).value["title"] == "Plan"
    await bob.change(url, {"edit": "splice", "path": ["title"], "index": 4, "insert": " of Bob"})
    await alice.view(PLAN).shows("title", value="Plan of Bob")
    await alice.view(PLAN).type("title", text=" and Alice")
    theirs = {"title": "Plan of Bob and Alice", "count": 1, "done": False, "tasks": []}
    await bob.wait_value(url, theirs)
    await alice.run_cell(3)
    assert "Plan of Bob and Alice" in await alice.text_of(3)
    await desk.photograph("both")
