"""Run everything and print the table. `--quick` is for trying out: its figures mean little."""

import argparse
import asyncio
import datetime
import os
import platform
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bench.document_costs import document_costs
from bench.figures import Figure, table
from bench.keystroke import (
    automerge_keystrokes,
    concurrent_writers,
    fan_out,
    from_the_page,
    pycrdt_keystrokes,
)
from bench.many_documents import cold_open, documents, idle_connections
from bench.rows import who_has_what
from bench.servers import JAVASCRIPT, OURS, PYCRDT, JavaScriptServer, OurServer, PycrdtServer, Server
from bench.size import FULL, QUICK, Size
from bench.stored_word import stored_word
from bench.stores import javascript_stores, our_stores
from bench.targets import limits_kept, verdicts

Measurement = Callable[[Server, Size], Awaitable[list[Figure]]]

# What is compared runs one right after the other: the machine may be in another mood a minute later.
PLAN: tuple[tuple[tuple[type[Server], Measurement], ...], ...] = (
    (
        (OurServer, automerge_keystrokes),
        (PycrdtServer, pycrdt_keystrokes),
        (JavaScriptServer, automerge_keystrokes),
    ),
    *(
        ((OurServer, measurement), (JavaScriptServer, measurement))
        for measurement in (
            from_the_page,
            fan_out,
            concurrent_writers,
            documents,
            idle_connections,
            cold_open,
        )
    ),
)


async def measure(kind: type[Server], measurement: Measurement, size: Size) -> list[Figure]:
    """One measurement on a fresh server with an empty store."""
    with tempfile.TemporaryDirectory() as folder:
        server = kind(Path(folder))
        await server.start()
        try:
            return await measurement(server, size)
        finally:
            await server.stop()


async def run(size: Size, only: str) -> dict[str, list[Figure]]:
    """All measurements whose name contains `only`."""
    results: dict[str, list[Figure]] = {OURS: [], JAVASCRIPT: [], PYCRDT: []}
    for compared in PLAN:
        for kind, measurement in compared:
            name = measurement.__name__
            if only in name:
                print(f"{name}: {kind.name} ...", file=sys.stderr, flush=True)
                results[kind.name] += await measure(kind, measurement, size)
    if only in "stores":
        results[OURS] += await our_stores(size)
        results[JAVASCRIPT] += await javascript_stores(size)
    if only in who_has_what.__name__:
        results[OURS] += await who_has_what(size)
    if only in stored_word.__name__:
        results[OURS] += await stored_word(size)
    if only in document_costs.__name__:
        results[OURS] += document_costs(size)
    return results


def report(results: dict[str, Sequence[Figure]] | dict[str, list[Figure]]) -> str:
    """The machine, the table, and whether the targets are met."""
    where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return "\n".join(
        [
            f"{datetime.date.today()}, {where}. Less is better.",
            table(results, OURS),
            "automerge-repo, as server and in the page, sends at most every 100 ms per document.",
            *verdicts(results, OURS, JAVASCRIPT, PYCRDT),
            *limits_kept(results[OURS]),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short run")
    parser.add_argument(
        "--only", default="", metavar="NAME", help="only measurements whose name contains this"
    )
    options = parser.parse_args()
    print(report(asyncio.run(run(QUICK if options.quick else FULL, options.only))))


if __name__ == "__main__":
    main()
