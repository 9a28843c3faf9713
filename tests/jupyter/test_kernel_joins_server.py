"""Notebooks whose kernel is a child of the server: they join it, by name and for good."""

import json
import os
from pathlib import Path

import nbformat

from jupyter_automerge import Repo
from jupyter_automerge.repo import DocHandle
from tests.jupyter.notebooks import LOAD, mime_types, notebook, run, text_of
from tests.jupyter.servers import RunningServer, until

FIRST_NOTEBOOK = Path(__file__).resolve().parent.parent.parent / "notebooks" / "01-first-document.ipynb"
FLUSH = "report = await plan.synced(timeout=20)"


async def catalogue_of(repo: Repo, server: RunningServer) -> DocHandle:
    url = server.extension.repo_host.catalogue
    assert url is not None
    return await repo.find(url)


async def test_restart_and_run_all_three_times_leaves_one_document(
    server: RunningServer, tmp_path: Path
) -> None:
    count = "with plan.change('count') as d: d['runs'] = d.get('runs', 0) + 1"
    texts = []
    for _ in range(3):
        book = await run(notebook(LOAD, "%automerge new plan", count, FLUSH), tmp_path)
        texts.append(text_of(book.cells[1]))
    catalogue = await catalogue_of(server.repo, server)
    (entry,) = catalogue.value["docs"]
    assert entry["name"] == "plan"
    assert "was opened" not in texts[0] and "was opened" in texts[1] and "was opened" in texts[2]
    plan = await server.repo.find(entry["url"])
    assert plan.value == {"runs": 3}, "each run counts in the same document"
    assert len(await server.repo.document_ids()) == 2, "the catalogue and the plan"


async def test_the_first_notebook_may_be_run_again_and_keeps_what_was_typed(
    server: RunningServer, tmp_path: Path
) -> None:
    first = nbformat.read(FIRST_NOTEBOOK, as_version=4)
    await run(first, tmp_path)
    entry = (await catalogue_of(server.repo, server)).value["docs"][0]
    plan = await server.repo.find(entry["url"])
    with plan.change("typed in the view") as doc:
        doc["tasks"][1]["text"].splice(0, 0, "really ")
    heads = plan.heads
    for _ in range(2):
        book = await run(nbformat.read(FIRST_NOTEBOOK, as_version=4), tmp_path)
    assert plan.value == {
        "title": "Plan B",
        "tasks": [{"text": "write", "done": False}, {"text": "really share", "done": False}],
    }
    assert plan.heads == heads, "running it again changed the document"
    assert len(await server.repo.document_ids()) == 2, "the catalogue and the plan"
    answers = {cell.id: text_of(cell) for cell in book.cells if cell.cell_type == "code"}
    assert answers["synced"].startswith("stored") and answers["synced"].count("\n") == 1
    assert "connection: connected; never closed\n" in answers["status"]


async def test_a_displayed_handle_is_live_here_and_readable_elsewhere(
    server: RunningServer, tmp_path: Path
) -> None:
    book = await run(notebook(LOAD, "%automerge new plan", FLUSH), tmp_path)
    (types,) = mime_types(book.cells[1])
    assert {"application/vnd.jupyter-automerge+json", "text/html", "text/plain"} <= set(types)


async def test_fresh_makes_another_of_the_name(server: RunningServer, tmp_path: Path) -> None:
    cells = (LOAD, "%automerge new plan", "first = plan.url", "%automerge new plan --fresh", FLUSH)
    book = await run(notebook(*cells, "print(first != plan.url)"), tmp_path)
    assert text_of(book.cells[-1]).strip() == "True"
    assert len((await catalogue_of(server.repo, server)).value["docs"]) == 2


async def test_status_tells_how_it_stands(server: RunningServer, tmp_path: Path) -> None:
    book = await run(notebook(LOAD, "%automerge new plan", FLUSH, "%automerge status"), tmp_path)
    status = text_of(book.cells[-1])
    for word in (
        "$JUPYTER_AUTOMERGE_CONNECTION_FILE",
        server.url,
        "read and write",
        "server 0.1.0",
        server.extension.store,
        str(server.repo.storage_id),
        "connected",
        "never closed",
        "2 open",
    ):
        assert word in status, f"{word!r} is missing in:\n{status}"
    assert server.kernel_token not in status and server.token not in status


async def test_a_kernel_restart_leaves_one_row(server: RunningServer, tmp_path: Path) -> None:
    for _ in range(2):
        await run(notebook(LOAD, "%automerge new plan", FLUSH), tmp_path)
    await until(lambda: not server.repo.connections, "the end of both connections")
    entry = (await catalogue_of(server.repo, server)).value["docs"][0]
    plan = await server.repo.find(entry["url"])
    reachable = [row.name for row in plan.peers if row.link != "gone"]
    assert reachable == [], f"kernels that are gone are listed as if they could come back: {reachable}"


async def test_what_was_typed_last_is_sent_before_the_kernel_ends(
    server: RunningServer, tmp_path: Path
) -> None:
    await run(notebook(LOAD, "%automerge new plan", "with plan.change() as d: d['last'] = 'word'"), tmp_path)
    entry = (await catalogue_of(server.repo, server)).value["docs"][0]
    plan = await server.repo.find(entry["url"])
    await until(lambda: plan.value == {"last": "word"}, "the last edit at the server")


async def test_connect_joins_a_server_that_is_not_the_parent(server: RunningServer, tmp_path: Path) -> None:
    for file in Path(server.app.runtime_dir).glob(f"*-{os.getpid()}.json"):
        file.write_text(json.dumps({**json.loads(file.read_text()), "pid": 1}))
    cells = (LOAD, "%automerge new plan", f"%automerge connect {server.url}", FLUSH, "%automerge status")
    book = await run(notebook(*cells), tmp_path)
    assert "memory" in text_of(book.cells[0]), "it joined although the server is not its parent"
    status = text_of(book.cells[-1])
    assert "found by:   %automerge connect" in status and server.url in status
    assert len(await server.repo.document_ids()) == 2, "what was made before came along"
    assert server.kernel_token not in json.dumps(book)


async def test_by_jupyters_own_file_a_kernel_joins_with_jupyters_token(
    server: RunningServer, tmp_path: Path
) -> None:
    file = server.extension.connection_file
    assert file is not None
    file.path.unlink()
    book = await run(notebook(LOAD, "%automerge new plan", FLUSH, "%automerge status"), tmp_path)
    assert "connected to this notebook's Jupyter server" in text_of(book.cells[0])
    status = text_of(book.cells[-1])
    assert f"found by:   server file of process {os.getpid()}" in status
    assert f"not by:     $JUPYTER_AUTOMERGE_CONNECTION_FILE: {file.path} does not exist" in status
    assert server.token not in json.dumps(book)


async def test_the_first_status_waits_for_the_first_answer(server: RunningServer, tmp_path: Path) -> None:
    book = await run(notebook(f"{LOAD}\n%automerge status"), tmp_path)
    assert "connection: connected; never closed\n" in text_of(book.cells[0])


async def test_a_reader_is_told_so_at_once(server: RunningServer, tmp_path: Path) -> None:
    server.allow("read")
    book = await run(notebook(LOAD, "%automerge status"), tmp_path)
    assert text_of(book.cells[0]).endswith("; you may read documents, not change them.\n")
    assert ", who may only read\n" in text_of(book.cells[1])
