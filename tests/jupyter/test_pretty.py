"""Answers about documents as the last line of a cell."""

import re
from pathlib import Path

from tests.jupyter.notebooks import LOAD, notebook, run, text_of
from tests.jupyter.servers import RunningServer


async def test_who_has_it_is_a_line_and_not_a_wall(server: RunningServer, tmp_path: Path) -> None:
    edit = "with plan.change('a title') as doc: doc['title'] = 'Plan'"
    asked = ("await plan.synced(timeout=20)", "plan.peers", "plan.peers[0]", "plan.history()")
    book = await run(notebook(LOAD, "%automerge new plan", edit, *asked), tmp_path)
    synced, peers, peer, history = (text_of(cell) for cell in book.cells[3:])
    name = f"Jupyter server ({str(server.repo.storage_id)[:8]})"
    assert synced.startswith("stored") and name in synced and "\n" not in synced
    assert peers == peer == f"{name}  server  connected  has everything, stored"
    made, titled = history.strip("[]").split(",\n ")
    assert re.fullmatch(r"<change [0-9a-f]{8}, no time, no message>", made)
    assert re.fullmatch(r"<change [0-9a-f]{8}, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, 'a title'>", titled)


async def test_nobody_is_a_sentence(jp_environ: None, tmp_path: Path) -> None:
    book = await run(notebook(LOAD, "%automerge new plan", "plan.peers"), tmp_path)
    assert text_of(book.cells[2]) == "nobody else is known to have it"


async def test_magics_wait_for_others_and_list_them(server: RunningServer, tmp_path: Path) -> None:
    asked = ("%automerge wait plan", "%automerge peers plan", "%automerge peers")
    book = await run(notebook(LOAD, "%automerge new plan", *asked), tmp_path)
    waited, rows, stores = (text_of(cell) for cell in book.cells[2:])
    name = f"Jupyter server ({str(server.repo.storage_id)[:8]})"
    assert waited.startswith(f"stored: {name}")
    summary, row, view = rows.splitlines()
    assert summary.endswith(": safe: stored by Jupyter server")
    assert row == f"{name}  server  connected  has everything, stored"
    store, whose = stores.splitlines()
    assert store == f"{name}  server  connected"
    for line in (view, whose):
        assert line.startswith("This is what this kernel knows. "), "a page may show other stores"
