"""A document freed with an open transaction kills the process: here none is, however the block ends."""

import pytest

from tests.unit.document.chunk_story import run_child

START = """
import gc, os, signal, sys, threading
from jupyter_automerge.document import Document

plan = Document()
with plan.change() as root:
    root["title"] = "Plan"

def open_block():
    block = plan.change()
    root = block.__enter__()
    root["title"].append(" never")
    return block, root
"""

ENDINGS = {
    "the interpreter exits within the block": "kept = open_block()",
    "sys.exit within the block": "with plan.change() as root:\n    root['x'] = 1\n    sys.exit(0)",
    "the block is dropped": "open_block(); gc.collect(); assert plan.value() == {'title': 'Plan'}",
    "the document is dropped with it": "kept = open_block(); del plan, kept; gc.collect()",
    "only the root proxy is kept": (
        "root = open_block()[1]; gc.collect()\ntry: len(root)\nexcept ValueError: pass"
    ),
    "a thread ends within the block": (
        "kept = []\n"
        "t = threading.Thread(target=lambda: kept.append(open_block())); t.start(); t.join()\n"
        "assert plan.is_changing and plan.value() == {'title': 'Plan'}"
    ),
    "a daemon thread is in the block at exit": (
        "ready = threading.Event()\n"
        "def work():\n    with plan.change() as root:\n        root['x'] = 1\n        ready.set()\n"
        "        threading.Event().wait()\n"
        "threading.Thread(target=work, daemon=True).start(); ready.wait()"
    ),
    "a daemon thread opens blocks all the time": (
        "ready = threading.Event()\n"
        "def work():\n    while True:\n        with plan.change() as root:\n            root['x'] = 1\n"
        "            root['x'] = 2\n            ready.set()\n"
        "threading.Thread(target=work, daemon=True).start(); ready.wait()"
    ),
    "a generator is closed within the block": (
        "def steps():\n    with plan.change() as root:\n        root['x'] = 1\n        yield\n"
        "walk = steps(); next(walk); walk.close(); assert plan.value() == {'title': 'Plan'}"
    ),
    "a generator is never closed": (
        "def steps():\n    with plan.change() as root:\n        root['x'] = 1\n        yield\n"
        "walk = steps(); next(walk)"
    ),
    "a cycle of block and document is collected": (
        "class Node: pass\nnode = Node(); node.me = node; node.kept = open_block(), plan\n"
        "del node, plan; gc.collect()"
    ),
    "the process is forked within the block": (
        "kept = open_block()\n"
        "child = os.fork()\n"
        "if child: assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0"
    ),
    "a panic poisons the transaction": (
        "from jupyter_automerge.document.core import ScalarType\n"
        "from jupyter_automerge.errors import DocumentError\n"
        "try:\n    with plan.change() as root:\n"
        "        root._writer._core.put(b'\\x00', 'c', ScalarType.Counter, 1)\n"
        "except DocumentError as error: assert 'gave up' in str(error)\n"
        "else: raise SystemExit('counters can be put: is the way round still needed?')\n"
        "gc.collect()\n"
        "with plan.change() as root: root['title'].append(' B')\n"
        "assert plan.value() == {'title': 'Plan B'}"
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_process_lives_when(ending: str) -> None:
    child = run_child(START + ENDINGS[ending] + "\nprint('alive', flush=True)\n")

    assert child.returncode == 0, f"{ending}: exit code {child.returncode}\n{child.stderr[-2000:]}"


def test_ctrl_c_within_the_block_is_a_keyboard_interrupt_and_nothing_else() -> None:
    child = run_child(
        START
        + "try:\n    with plan.change() as root:\n        root['x'] = 1\n"
        + "        os.kill(os.getpid(), signal.SIGINT)\n        threading.Event().wait()\n"
        + "except KeyboardInterrupt: pass\nassert plan.value() == {'title': 'Plan'}\n"
    )

    assert child.returncode == 0, child.stderr[-2000:]


HAMMERED = """
import itertools, os, signal, threading
from jupyter_automerge.document import Document

plan, told, armed, stop = Document(), [], [], threading.Event()
with plan.change() as root:
    root["log"] = []
plan.on_commit = told.append

def interrupt(number, frame):
    if armed:
        armed.clear()
        raise KeyboardInterrupt

def hammer():
    while not stop.wait(0.002):
        os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, interrupt)
threading.Thread(target=hammer, daemon=True).start()
done, interrupted = [], 0
for number in itertools.count():
    if interrupted >= 150:
        break
    try:
        armed.append(True)
        with plan.change() as root:
            root["log"].append(number)
        armed.clear()
        done.append(number)
    except KeyboardInterrupt:
        interrupted += 1
    if number % 50 == 0:
        plan.save()
stop.set()
log = plan.value()["log"]
assert set(done) <= set(log), "a commit was lost"
assert sorted(set(log)) == log, "each edit at most once, in order"
again, verdicts = Document.load([plan.save()])
assert again.value() == plan.value() and again.heads == plan.heads, verdicts
assert plan.change_count == len(log) + 1
with plan.change() as root:
    root["log"].append(-1)
assert plan.value()["log"][-1] == -1
heard = set().union(*(changed.after for changed in told))
silent = [change for change in plan.history()[1:] if change.hash not in heard]
assert not silent, f"{len(silent)} commits were never told"
"""


def test_ctrl_c_at_any_moment_loses_no_commit_and_leaves_the_document_usable() -> None:
    child = run_child(HAMMERED)

    assert child.returncode == 0, child.stderr[-3000:]
