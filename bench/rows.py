"""What it costs to know who has what: the rows of a document that many stores have, each to another point.

`python -m bench.rows` measures this alone.
"""

import asyncio
import sys
import time
from collections.abc import Sequence

from bench.figures import Figure, spread
from bench.size import FULL, QUICK, Size
from jupyter_automerge.document import Document
from jupyter_automerge.engine.notices import StoreRow
from jupyter_automerge.repo import DocHandle, Repo
from jupyter_automerge.values.heads import NO_HEADS, Heads
from jupyter_automerge.values.status import Link

STORES = 100
FAR_BEHIND = 5
"""So many are offline, with half of the history missing."""
FIRST = "all rows, first look"
AGAIN = "all rows after an edit"


async def who_has_what(size: Size) -> list[Figure]:
    """100 stores at 100 different points of a history, each with its own evidence of three kinds."""
    data, points = history(size.row_history)
    firsts: list[float] = []
    agains: list[float] = []
    async with Repo(name="bench") as repo:
        for _ in range(size.opens):
            note = repo.import_document(data)
            note._live.store_rows = rows_at(points)
            firsts.append(look_at(note))
            for number in range(size.keys):
                with note.change() as d:
                    d["n"] = -number
                agains.append(look_at(note))
            check(note)
            await repo.delete(note.url, force=True)
    what = f"of {STORES} stores at {size.row_history} changes"
    return [*spread(f"{FIRST}, {what}", firsts), *spread(f"{AGAIN}, {what}", agains)]


def history(changes: int) -> tuple[bytes, Sequence[Heads]]:
    """A saved document, and its heads after each change."""
    document = Document()
    points = []
    for number in range(changes):
        with document.change() as root:
            root["n"] = number
        points.append(document.heads)
    return document.save(), points


def rows_at(points: Sequence[Heads]) -> tuple[StoreRow, ...]:
    """Most stores are up to date within the last changes, a few far behind."""
    half, last = len(points) // 2, len(points) - 1
    near = [_row(number, points[last - number], Link.CONNECTED) for number in range(STORES - FAR_BEHIND)]
    far = [_row(STORES - number, points[half - number], Link.OFFLINE) for number in range(FAR_BEHIND)]
    return (*near, *far)


def check(note: DocHandle) -> None:
    """What was measured is what was meant."""
    rows = note.peers
    assert len({row.missing_there for row in rows}) == len(rows) == STORES
    assert sum(row.link is Link.OFFLINE for row in rows) == FAR_BEHIND


def _row(number: int, heads: Heads, link: Link) -> StoreRow:
    return StoreRow(
        store_id=f"{number:08}-store",
        peer_ids=(),
        sessions=int(link is Link.CONNECTED),
        name=f"laptop {number}",
        kind="kernel",
        user=None,
        link=link,
        same_store=False,
        ephemeral=False,
        durable_acks=True,
        denied=False,
        unavailable=False,
        sent=NO_HEADS,
        # Sets of their own, as they come from the wire.
        received=frozenset(heads),
        stored=frozenset(heads),
        known=True,
        as_of=0.0,
        moved_at=0.0,
    )


def look_at(note: DocHandle) -> float:
    """Seconds of the processor for all rows: nothing here waits, and what else the machine does is no part of it."""
    began = time.process_time()
    _ = note.peers
    return time.process_time() - began


def main() -> None:
    size = QUICK if "--quick" in sys.argv else FULL
    for figure in asyncio.run(who_has_what(size)):
        print(f"{figure.measure}: {figure.value:.3f} {figure.unit}")


if __name__ == "__main__":
    main()
