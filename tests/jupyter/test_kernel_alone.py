"""Notebooks whose kernel has no server: everything works in memory, and one line says so."""

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter

from tests.jupyter.notebooks import LOAD, mime_types, notebook, run, text_of

pytestmark = pytest.mark.usefixtures("jp_nbconvert_templates", "jp_environ")
ROOT = Path(__file__).resolve().parent.parent.parent


async def test_without_a_server_documents_live_in_memory_and_it_says_so(tmp_path: Path) -> None:
    book = await run(notebook(LOAD, "%automerge new plan", "%automerge status", "%automerge ls"), tmp_path)
    assert len(text_of(book.cells[0]).splitlines()) == 1 and "memory" in text_of(book.cells[0])
    status = text_of(book.cells[2])
    assert "found by:   no rule: documents live in this process only\n" in status
    assert status.count("not by: ") == 4 and "connection: none\n" in status
    assert "plan" in text_of(book.cells[3])


async def test_a_live_server_of_another_process_is_not_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "automerge-1.json"
    content = {"url": "http://127.0.0.1:1/", "token": "t", "pid": 1, "ssl": None, "version": "0.1.0"}
    file.write_text(json.dumps(content))
    monkeypatch.setenv("JUPYTER_AUTOMERGE_CONNECTION_FILE", str(file))
    book = await run(notebook(LOAD, "%automerge status"), tmp_path)
    assert f"is of process 1, but this one was started by {os.getpid()}" in text_of(book.cells[1])


async def test_nothing_of_the_widgets_is_saved_without_a_server(tmp_path: Path) -> None:
    book = await run(notebook(LOAD, "%automerge new plan"), tmp_path)
    (types,) = mime_types(book.cells[1])
    assert "application/vnd.jupyter.widget-view+json" not in types
    assert "widgets" not in book.metadata, "exported HTML would load widget code from elsewhere"


async def test_the_first_notebook_runs_headless_and_reads_well_as_html(tmp_path: Path) -> None:
    book = nbformat.read(ROOT / "notebooks" / "01-first-document.ipynb", as_version=4)
    await run(book, tmp_path)
    page, _ = HTMLExporter(template_name="basic").from_notebook_node(book)
    assert "Plan B as of 20" in page, "the snapshot with its date"
    assert "A snapshot: it is live only where Jupyter shows this page" in page
    assert "unpkg" not in page and "widget-view" not in page, "widget code from strangers"


async def test_reset_and_a_second_load_find_the_same_documents(tmp_path: Path) -> None:
    cells = (
        LOAD,
        "%automerge new plan",
        "import jupyter_automerge.kernel.process as p; first = id(p.current_session()); print(first)",
        "%reset -f",
        LOAD,
        "%automerge new plan",
        "import jupyter_automerge.kernel.process as p; print(id(p.current_session()))",
    )
    book = await run(notebook(*cells), tmp_path)
    assert text_of(book.cells[2]) == text_of(book.cells[6])
    assert "was opened" in text_of(book.cells[5])


async def test_autoreload_keeps_the_session(tmp_path: Path) -> None:
    touch = "import pathlib, jupyter_automerge.kernel.process as p; pathlib.Path(p.__file__).touch()"
    cells = (
        "%load_ext autoreload",
        "%autoreload 2",
        LOAD,
        "%automerge new plan",
        touch,
        "%automerge new plan",
    )
    book = await run(notebook(*cells), tmp_path)
    assert "was opened" in text_of(book.cells[-1])


async def test_a_forked_child_is_told_what_to_do(tmp_path: Path) -> None:
    fork = """
import os
reader, writer = os.pipe()
pid = os.fork()
if pid == 0:
    try:
        with plan.change() as d:
            d["child"] = True
        answer = "no error"
    except BaseException as error:
        answer = type(error).__name__
    os.write(writer, answer.encode())
    os._exit(0)
os.waitpid(pid, 0)
print(os.read(reader, 100).decode())
"""
    book = await run(notebook(LOAD, "%automerge new plan", fork, "plan.value"), tmp_path)
    assert text_of(book.cells[2]).strip() == "RepoForkedError"
