"""What a document adds to the core's work, and what its history adds to an edit: ratios of two works side by side.

`python -m bench.document_costs` measures this alone. That nothing is done twice is a test's matter
(tests/unit/document/test_document_costs.py); here it is measured what the rest takes.
"""

import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

from bench.figures import Figure
from bench.size import FULL, QUICK, Size
from jupyter_automerge.document import Document
from jupyter_automerge.document.core import decode_message, new_sync_state
from jupyter_automerge.document.sync_session import message_of_changes

BATCH = 50
KEYS = 100
STORES = 100
RECEIVED = "one change received, beside the core alone"
RECEIVED_AT_ONCE = f"{BATCH} changes received at once, beside one"
EDITED = "edits of a long history, beside a short one"
COUNTED = f"counting what {STORES} stores lack, after an edit, beside the first time"

Work = Callable[[], object]


def document_costs(size: Size) -> list[Figure]:
    """Each the least of several tries, as what else the machine does only adds to it."""
    text = "x" * size.row_history
    long = _typed(size.row_history)
    return [
        *_receiving(long, size.opens),
        Figure(EDITED, "times", _least(size.opens, _typing(long)) / _least(size.opens, _typing(_of(text)))),
        Figure(COUNTED, "times", _counting(long)),
    ]


def _receiving(long: Document, tries: int) -> list[Figure]:
    core, one, batch = [], [], []
    for _ in range(tries):
        first, *rest = _edits(long, 1 + BATCH)
        message = decode_message(message_of_changes([first]))
        core.append(
            _seconds(partial(long.fork()._trunk.core.receive_sync_message, new_sync_state(), message))
        )
        document = long.fork()
        one.append(_seconds(partial(document.apply, [first])))
        batch.append(_seconds(partial(document.apply, rest)))
    return [
        Figure(RECEIVED, "times", min(one) / min(core)),
        Figure(RECEIVED_AT_ONCE, "times", min(batch) / min(one)),
    ]


def _counting(long: Document) -> float:
    names = [change.hash for change in long.history()]
    frontiers = [frozenset([name]) for name in names[:: len(names) // STORES]]

    def count() -> None:
        for frontier in frontiers:
            long.missing_from(frontier)

    first = _seconds(count)
    _type(long, 1)
    return _seconds(count) / first


def _typed(changes: int) -> Document:
    """As it comes from a store."""
    document = _of("")
    _type(document, changes)
    return Document.load([document.save()])[0]


def _of(text: str) -> Document:
    """In one change."""
    document = Document()
    with document.change() as root:
        root["text"] = text
    return document


def _type(document: Document, keys: int) -> None:
    for _ in range(keys):
        with document.change("typed") as root:
            root["text"].insert(0, "y")


def _typing(document: Document) -> Work:
    fork = document.fork()
    return lambda: _type(fork, KEYS)


def _edits(document: Document, count: int) -> Sequence[bytes]:
    writer, before = document.fork(), document.heads
    _type(writer, count)
    return [bytes(change.bytes) for change in writer._trunk.changes_since(before)]


def _least(tries: int, work: Work) -> float:
    return min(_seconds(work) for _ in range(tries))


def _seconds(work: Work) -> float:
    """Of the processor."""
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    for figure in document_costs(QUICK if "--quick" in sys.argv else FULL):
        print(f"{figure.measure}: {figure.value:.3f} {figure.unit}")


if __name__ == "__main__":
    main()
