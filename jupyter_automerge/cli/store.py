"""`store`: look after a place where documents are kept, with or without somebody using it."""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from jupyter_automerge.cli import store_lines as words
from jupyter_automerge.cli.failure import INTERRUPTED, USAGE, CommandFailed
from jupyter_automerge.cli.progress import Progress
from jupyter_automerge.errors import AutomergeError
from jupyter_automerge.repo import Storage, open_storage, upkeep

INTACT, DAMAGED, UNUSABLE = 0, 1, USAGE
"""What a verb ends with, as `grep` does: a script must not take a store that is out of reach for a torn one."""
PLACE = "a folder, or file:///…, s3://bucket/prefix, redis://host/0"
_OTHERWISE = f"{UNUSABLE} the store could not be read or reached, or wrong usage; {INTERRUPTED} Ctrl-C"
_DONE = f"{INTACT} done; {DAMAGED} something is damaged (`check` only); {_OTHERWISE}"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The verbs of `store`, each with its options."""
    parser.epilog = f"exit code: {_DONE}"
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    check = _verb(verbs, "check", _check, "read every chunk, and say what is torn, damaged or orphaned")
    check.epilog = f"exit code: {INTACT} all is intact; {DAMAGED} something is not; {_OTHERWISE}"
    repair = _verb(
        verbs, "repair", _repair, "keep torn chunks aside, and take back those that are whole again"
    )
    _ask_option(repair)
    _json_option(_verb(verbs, "ls", _ls, "list documents and their sizes"))
    gc = _verb(verbs, "gc", _gc, "list what can go without loss, and remove it after a yes")
    gc.add_argument("--quarantine", action="store_true", help="torn chunks that were kept aside may go, too")
    _ask_option(gc)
    copy = _verb(verbs, "copy", _copy, "copy all documents into another store, and compare")
    copy.add_argument("target", metavar="DST", help=PLACE)
    copy.add_argument(
        "--identity", action="store_true",
        help="the store moves: DST takes its id, so that peers know it again; SRC must not be used any more",
    )  # fmt: skip
    _json_option(check)


def run(options: argparse.Namespace) -> int:
    """Do it. Raises CommandFailed with one line and UNUSABLE if the store cannot be used."""
    verb: Callable[[argparse.Namespace, AsyncExitStack], Coroutine[Any, Any, int]] = options.do
    try:
        return asyncio.run(_with_stores(options, verb))
    except AutomergeError as error:
        raise CommandFailed(str(error), UNUSABLE) from error
    except KeyboardInterrupt:
        words = "interrupted: what was done stays, and the same command does the rest"
        raise CommandFailed(words, INTERRUPTED) from None


async def _with_stores(
    options: argparse.Namespace,
    verb: Callable[[argparse.Namespace, AsyncExitStack], Coroutine[Any, Any, int]],
) -> int:
    async with AsyncExitStack() as stores:
        return await verb(options, stores)


async def _opened(place: str, stores: AsyncExitStack) -> Storage:
    storage = open_storage(place)
    if storage.weakness is not None and storage.weakness.fleeting:
        raise CommandFailed(f"{storage.weakness.reason}: name a store that keeps what it has", UNUSABLE)
    stores.push_async_callback(storage.close)
    return storage


async def _contents(options: argparse.Namespace, stores: AsyncExitStack) -> tuple[Storage, upkeep.Contents]:
    """The store, and what it has. Raises CommandFailed for an empty one: more often a wrong name."""
    storage = await _opened(options.store, stores)
    contents = await upkeep.contents_of(storage)
    if not contents.documents and not contents.own:
        raise CommandFailed(f"there is nothing in {storage.place}: is it the right place?", UNUSABLE)
    return storage, contents


async def _ls(options: argparse.Namespace, stores: AsyncExitStack) -> int:
    _, contents = await _contents(options, stores)
    _print((words.contents_json(contents),) if options.json else words.listing(contents))
    return INTACT


async def _check(options: argparse.Namespace, stores: AsyncExitStack) -> int:
    storage, contents = await _contents(options, stores)
    with Progress("checked", sum(1 for one in contents.documents if not one.deleted)) as progress:
        found = []
        async for document in upkeep.checked(storage, contents):
            found.append(document)
            progress.step()
    _print((words.check_json(found, contents),) if options.json else words.check(found, contents))
    return INTACT if all(document.is_intact for document in found) else DAMAGED


async def _repair(options: argparse.Namespace, stores: AsyncExitStack) -> int:
    storage, contents = await _contents(options, stores)
    repairs = []
    async for document in upkeep.checked(storage, contents):
        repairs += await upkeep.repairs_of(storage, document)
    _print(words.repairs(repairs))
    if repairs and _agreed(options, f"Do these {len(repairs)}?"):
        print(f"done: {await upkeep.perform(storage, repairs)}")
    return INTACT


async def _gc(options: argparse.Namespace, stores: AsyncExitStack) -> int:
    storage, contents = await _contents(options, stores)
    garbage = [
        found
        async for found in upkeep.garbage_in(
            storage, contents, now=time.time(), quarantine=options.quarantine
        )
    ]
    _print(words.garbage(garbage))
    if garbage and _agreed(
        options, f"Remove these {sum(len(one.keys) for one in garbage)} entries for good?"
    ):
        removed = await upkeep.remove(storage, garbage, now=time.time())
        print(f"removed: {words.amount(removed)}")
    return INTACT


async def _copy(options: argparse.Namespace, stores: AsyncExitStack) -> int:
    source, contents = await _contents(options, stores)
    target = await _opened(options.target, stores)
    if _are_one(source.place, target.place):
        raise CommandFailed(f"{source.place} is both: name another place for the copy", UNUSABLE)
    done: list[upkeep.Copied] = []
    with Progress("copied", 1 + sum(1 for one in contents.documents if not one.deleted)) as progress:

        def step(copied: upkeep.Copied) -> None:
            done.append(copied)
            progress.step(copied.size)

        await upkeep.copy_store(source, target, contents, identity=options.identity, done=step)
    _print(words.copied(done, contents, source.place, target.place, moved=options.identity))
    return INTACT if all(one.is_readable for one in done) else UNUSABLE


def _are_one(place: str, other: str) -> bool:
    if place == other:
        return True
    one, two = Path(place), Path(other)
    return one.exists() and two.exists() and one.samefile(two)


def _agreed(options: argparse.Namespace, question: str) -> bool:
    """The user's yes. Raises CommandFailed where nobody can be asked."""
    if options.yes:
        return True
    if not sys.stdin.isatty():
        refusal = "nothing was changed: nobody can be asked here; say --yes after reading the list"
        raise CommandFailed(refusal, UNUSABLE)
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    do: Callable[[argparse.Namespace, AsyncExitStack], Coroutine[Any, Any, int]],
    summary: str,
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=summary, description=summary)
    parser.add_argument("store", metavar="SRC" if name == "copy" else "STORE", help=PLACE)
    parser.set_defaults(do=do)
    return parser


def _ask_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do it without asking")


def _json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")
