"""The second notebook says the same each time it is run, without a server and without a browser."""

from pathlib import Path
from typing import Any

import nbformat
import pytest

from jupyter_automerge.widget import front_end
from tests.jupyter.notebooks import mime_types, run, text_of

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "02-who-has-my-changes.ipynb"

pytestmark = pytest.mark.usefixtures("jp_environ")


@pytest.mark.skipif(not (front_end.STATIC / "loader.js").exists(), reason="the front-end is not built")
async def test_the_second_notebook_runs_headless_and_tells_its_story(tmp_path: Path) -> None:
    book = await run(nbformat.read(NOTEBOOK, as_version=4), tmp_path)
    said = {cell.id: text_of(cell) for cell in book.cells if cell.cell_type == "code"}
    assert "server (server): " in said["note"], "the table, as text"
    assert said["milk"].count("stored: server") == 1 and "safe: stored by server" in said["milk"]
    assert said["disk"].startswith("RECEIVED\nsyncing: "), "in memory is not safe"
    assert "has not stored it yet" in said["wait"], "why the wait hangs"
    assert said["release"].endswith("STORED\n")
    assert said["pull"].startswith("AHEAD 2\nunsent: ")
    assert said["leave"].startswith("False\n") and said["plug"].endswith("True\n")
    assert said["bob"].count("synced") == 2 and "relayed" in said["bob"]
    assert "Bob lacks: 1" in said["both"] and "Bob: unsent" in said["both"]
    assert all(thing in said["together"] for thing in ("milk", "eggs", "bread", "cheese", "tea", "jam"))
    assert "server" in said["two"] and "bob" in said["two"]
    assert "Traceback" not in "".join(said.values())


@pytest.mark.skipif(not (front_end.STATIC / "loader.js").exists(), reason="the front-end is not built")
async def test_its_table_is_readable_where_nothing_is_live(tmp_path: Path) -> None:
    book: Any = nbformat.read(NOTEBOOK, as_version=4)
    book.cells = book.cells[:4]  # as far as the table
    await run(book, tmp_path)
    (types,) = mime_types(book.cells[3])
    assert "widgets" not in book.metadata, "exported HTML would load widget code from elsewhere"
    assert types == ["application/vnd.jupyter-automerge+json", "text/html", "text/plain"]
