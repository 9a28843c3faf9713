"""Many live documents on few pages: Jupyter itself goes on."""

import json

from tests.browser.desk import Desk
from tests.browser.servers import TestServer

DOCUMENTS = 8


def eight_documents() -> tuple[str, ...]:
    """One cell that makes and shows each of them."""
    return (
        "%load_ext jupyter_automerge",
        *(
            f"%automerge new many{number}\nwith many{number}.change() as doc: doc['title'] = 'n{number}'"
            for number in range(DOCUMENTS)
        ),
    )


async def test_with_eight_documents_in_two_tabs_saving_still_answers(lab: TestServer, desk: Desk) -> None:
    alice = await desk.open(lab, lab.write_notebook("many.ipynb", *eight_documents()))
    await alice.run_all()
    for cell in range(1, DOCUMENTS + 1):
        await alice.view(cell).live()
    await alice.save()
    second = await desk.open(lab, "many.ipynb")
    for cell in range(1, DOCUMENTS + 1):
        await second.view(cell).live()
    await second.view(DOCUMENTS).type("title", text="!")
    await alice.view(DOCUMENTS).shows("title", value=f"n{DOCUMENTS - 1}!")
    for tab in (alice, second):
        await tab.save()
    cells = lab.read_notebook("many.ipynb")["cells"]
    assert sum("application/vnd.jupyter-automerge+json" in json.dumps(cell) for cell in cells) == 8
