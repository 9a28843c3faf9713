"""Every commit is told once and in order, however many threads commit at once."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier

from jupyter_automerge.document import Changed, Document

WRITERS, EDITS = 8, 40


def test_commits_of_many_threads_and_of_merges_are_each_told_once() -> None:
    plan, told, begin = Document(), list[Changed](), Barrier(WRITERS)
    plan.on_commit = told.append

    def write(writer: int) -> None:
        other = Document()
        begin.wait()
        for edit in range(EDITS):
            with plan.change() as root:
                root[f"{writer}.{edit}"] = edit
            with other.change() as root:
                root[f"merged {writer}.{edit}"] = edit
            plan.merge(other)

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))

    assert len(told) == 2 * WRITERS * EDITS
    assert told[0].before == frozenset()
    for earlier, later in pairwise(told):
        assert earlier.after == later.before, "told out of order, twice, or not at all"
    assert told[-1].after == plan.heads
