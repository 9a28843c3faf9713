"""What a kernel says of the stores of a document, asked cell by cell."""

import json
from dataclasses import dataclass
from typing import Any

from jupyter_automerge.values.status import Level, Link, Relation
from tests.survival.driven_kernel import DrivenKernel

# `seen` gets every row that passes, so that what lasts for a moment is not missed.
_CELLS = """
import asyncio, json

def look():
    return [[row.id, row.relation.value, row.link.value, row.level, row.missing_there, row.via] for row in plan.peers]

seen = []
plan.on_peers(lambda: seen.extend(look()))

async def until(store, relation, least, within):
    rows, news = plan.watch_peers()
    try:
        async with asyncio.timeout(within):
            while not any(row.id == store and row.relation == relation and row.level >= least for row in rows):
                rows = await anext(news)
    except TimeoutError:
        raise AssertionError(f"{store} is not {relation} in {within} s: {look()}") from None
    finally:
        news.close()
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One store, as the kernel shows it."""

    store: str
    relation: Relation
    link: Link
    level: Level
    missing_there: int | None
    via: tuple[str, ...]


class KernelRows:
    """The rows of `plan` in a kernel."""

    def __init__(self, kernel: DrivenKernel) -> None:
        self._kernel = kernel

    async def begin(self) -> None:
        """Once `plan` is there."""
        await self._kernel.run(_CELLS)

    async def of(self, store: str, after: str = "") -> Row:
        """The store's row, in the same cell as what is done before."""
        printed = await self._kernel.run(f"{after}\nprint(json.dumps(look()))")
        (row,) = (row for row in _rows(printed) if row.store == store)
        return row

    async def until(
        self, store: str, relation: Relation, *, least: Level = Level.NONE, within: float = 30
    ) -> None:
        """Wait for it. Fails with what the kernel knows."""
        await self._kernel.run(f"await until({store!r}, {relation.value!r}, {int(least)}, {within})")

    async def forget_seen(self) -> None:
        await self._kernel.run("seen.clear()")

    async def seen(self, store: str) -> list[Row]:
        """What has passed since."""
        return [row for row in _rows(await self._kernel.run("print(json.dumps(seen))")) if row.store == store]


def _rows(printed: str) -> list[Row]:
    answers: list[list[Any]] = json.loads(printed)
    return [
        Row(store, Relation(relation), Link(link), Level(level), missing, tuple(via))
        for store, relation, link, level, missing, via in answers
    ]
