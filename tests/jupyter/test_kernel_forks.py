"""`multiprocessing` with the fork method from a cell: the child is told what to do, the parent goes on."""

import sys
from pathlib import Path

import pytest

from tests.jupyter.notebooks import LOAD, notebook, run, text_of
from tests.jupyter.servers import RunningServer

pytestmark = [
    pytest.mark.usefixtures("jp_environ"),
    pytest.mark.skipif(sys.platform == "win32", reason="there is no fork"),
]

FORK = """
import multiprocessing
from jupyter_automerge import RepoForkedError
fork = multiprocessing.get_context("fork")
"""
POOL = """
def edit(number):
    with plan.change() as doc:
        doc[str(number)] = number

def wait(number):
    plan.synced(timeout=60).result()

with fork.Pool(2) as pool:
    print(pool.map(abs, [-1, -2]))
    for work in (edit, wait):
        try:
            pool.map(work, range(4))
        except RepoForkedError as error:
            print(work.__name__, "RepoForkedError:", error)
"""
PROCESS = """
def child(pipe):
    magic = get_ipython().run_line_magic
    for attempt in (lambda: plan.value, lambda: plan.peers, lambda: magic("automerge", "ls")):
        try:
            pipe.send(repr(attempt()))
        except Exception as error:
            pipe.send(f"{type(error).__name__}: {error}")
    pipe.send(plan.url)

here, there = fork.Pipe()
process = fork.Process(target=child, args=(there,))
process.start()
for _ in range(4):
    print(here.recv() if here.poll(30) else "silence")
process.join(30)
print("ended with", process.exitcode)
"""
EDIT = "with plan.change() as doc: doc['parent'] = 'unharmed'\nprint(plan.value)"
REMEDY = "make a Repo of your own in the child, or start the child with the 'spawn' method"


async def test_each_worker_of_a_pool_is_told_the_remedy_and_the_parent_goes_on(tmp_path: Path) -> None:
    book = await run(notebook(LOAD, "%automerge new plan", FORK, POOL, EDIT), tmp_path)
    printed = text_of(book.cells[3]).splitlines()
    assert printed[0] == "[1, 2]", "work that needs no document is done"
    assert [line.partition(":")[0] for line in printed[1:]] == [
        "edit RepoForkedError",
        "wait RepoForkedError",
    ]
    assert all(line.endswith(REMEDY) for line in printed[1:])
    assert text_of(book.cells[-1]) == "{'parent': 'unharmed'}\n"


async def test_a_process_cannot_use_the_parents_documents_but_may_send_its_news(tmp_path: Path) -> None:
    book = await run(notebook(LOAD, "%automerge new plan", FORK, PROCESS, EDIT), tmp_path)
    *told, url, end = text_of(book.cells[3]).splitlines()
    assert [line.partition(":")[0] for line in told] == ["RepoForkedError", "RepoForkedError", "UsageError"]
    assert "run `%reload_ext jupyter_automerge`" in told[-1]
    assert url.startswith("automerge:") and end == "ended with 0"
    assert text_of(book.cells[-1]) == "{'parent': 'unharmed'}\n"


async def test_children_do_not_end_the_connection_of_their_parent(
    server: RunningServer, tmp_path: Path
) -> None:
    synced = "print((await plan.synced(timeout=20)).durability)"
    cells = (LOAD, "%automerge new plan", synced, FORK, POOL, EDIT, synced, "%automerge status")
    book = await run(notebook(*cells), tmp_path)
    assert text_of(book.cells[6]) == "stored\n"
    assert "connection: connected; never closed" in text_of(book.cells[7])
