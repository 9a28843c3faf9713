"""Views that may be read only: by the server's word, or because nobody has vouched for the notebook."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import expect

from tests.browser.desk import Desk
from tests.browser.plans import PLAN, open_plan
from tests.browser.servers import TestServer

READERS = """
from jupyter_server.auth.authorizer import Authorizer

class Readers(Authorizer):
    \"\"\"Lets people who log in by token read documents, and change everything else.\"\"\"

    def is_authorized(self, handler, user, action, resource):
        writes = resource == "automerge" and action == "write"
        return not writes or handler.request.headers.get("X-Writer") is not None
"""


async def test_a_reader_sees_changes_and_cannot_type(
    own_server: Callable[..., TestServer], tmp_path: Path, desk: Desk
) -> None:
    (tmp_path / "readers.py").write_text(READERS, encoding="utf-8")
    server = own_server(
        options=("--ServerApp.authorizer_class=readers.Readers",), environment={"PYTHONPATH": str(tmp_path)}
    )
    url = server.create_document({"title": "Plan"}, headers={"X-Writer": "yes"})
    alice = await desk.open_view(server, url)
    await alice.says("read-only")
    await alice.shows("title", value="Plan")
    await alice.focus("title")
    await alice.page.keyboard.press("Enter")
    await alice.page.keyboard.type("x")
    await desk.photograph("reader")
    await expect(alice.editor).to_have_count(0)
    assert server.document(url) == {"title": "Plan"}


async def test_a_notebook_that_is_not_trusted_can_be_edited_after_a_click(
    lab: TestServer, desk: Desk
) -> None:
    alice = await open_plan(desk, lab, "from_a_friend")
    await alice.save()
    content = lab.read_notebook(alice.name)
    content["cells"][PLAN]["source"] = "# sent by mail"
    (lab.notebooks / "by_mail.ipynb").write_text(json.dumps(content), encoding="utf-8")
    bob = await desk.open(lab, "by_mail.ipynb", who="bob")
    view = bob.view(PLAN)
    await view.shows("title", value="Plan")
    await view.focus("title")
    await bob.page.keyboard.press("Enter")
    await expect(view.editor).to_have_count(0)
    await desk.photograph("untrusted")
    await view.notices.get_by_role("button", name="allow editing").click()
    await view.type("title", text="!")
    await alice.view(PLAN).shows("title", value="Plan!")
