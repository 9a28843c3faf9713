"""`wait`: end when documents are safe elsewhere, and say by the exit code whether they are."""

import argparse
import asyncio
import math
import os
from pathlib import Path

from jupyter_core.paths import jupyter_runtime_dir

from jupyter_automerge.cli.asked_server import NoServer, asked_server
from jupyter_automerge.cli.failure import INTERRUPTED, USAGE, CommandFailed
from jupyter_automerge.cli.shared_token import add_token_option, token_from
from jupyter_automerge.cli.verdict import Verdict, json_text, lines
from jupyter_automerge.cli.waiting import Wish, verdict_on
from jupyter_automerge.errors import InvalidId
from jupyter_automerge.values.limits import SYNC_TIMEOUT_SECONDS
from jupyter_automerge.values.status import Level
from jupyter_automerge.values.url import AutomergeUrl

SAFE, NOT_SAFE, NOBODY = 0, 3, 4
LEVELS = {"stored": Level.STORED, "received": Level.RECEIVED}


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `wait`."""
    parser.add_argument(
        "urls", nargs="+", metavar="URL",
        help="automerge:… of a document, as the server has it now; with #heads, as of then",
    )  # fmt: skip
    parser.add_argument(
        "--server", metavar="URL",
        help="http(s)://… of a Jupyter server, ws(s)://… of any automerge-repo sync server (default: the Jupyter "
        "server of this terminal)",
    )  # fmt: skip
    add_token_option(parser, "the server wants")
    parser.add_argument(
        "--copies", type=_copies, default=1, metavar="N", help="stores that must have all of it (default: 1)"
    )
    parser.add_argument(
        "--level", choices=LEVELS,
        help="stored: they say that it is on their disk. received: in their memory is enough. Default: stored, or "
        "received where nobody in reach ever says more, as JavaScript servers; the answer says which",
    )  # fmt: skip
    parser.add_argument(
        "--timeout", type=_seconds, default=SYNC_TIMEOUT_SECONDS, metavar="S",
        help="seconds for all documents together (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")
    parser.epilog = (
        f"exit code: {SAFE} safe; {NOT_SAFE} not safe, and what is missing where: not in time, or at once if time "
        "would not help, as for a document that nobody has, or --level stored where nobody ever says that; "
        f"{NOBODY} nobody to sync with; {USAGE} bad usage"
    )


def run(options: argparse.Namespace) -> int:
    """Wait, say how it went, and return the exit code. Raises CommandFailed with one line if it cannot."""
    wish = Wish(_urls(options.urls), options.copies, LEVELS.get(options.level), options.timeout)
    token = token_from(options.token_file, os.environ)
    try:
        server = asked_server(options.server, token, os.environ, Path(jupyter_runtime_dir()))
        verdict = asyncio.run(verdict_on(wish, server))
    except NoServer as reason:
        verdict = Verdict((), nobody=str(reason))
    except KeyboardInterrupt:
        return INTERRUPTED
    for line in (json_text(verdict),) if options.json else lines(verdict):
        print(line, flush=True)
    return exit_code(verdict)


def exit_code(verdict: Verdict) -> int:
    """The verdict as shells read it."""
    if verdict.nobody:
        return NOBODY
    return SAFE if verdict.safe else NOT_SAFE


def _urls(texts: list[str]) -> tuple[AutomergeUrl, ...]:
    try:
        return tuple(AutomergeUrl.parse(text) for text in dict.fromkeys(texts))
    except InvalidId as error:
        raise CommandFailed(str(error), USAGE) from error


def _copies(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least one copy, or there is nothing to wait for")
    return number


def _seconds(text: str) -> float:
    seconds = float(text)
    if not (math.isfinite(seconds) and seconds > 0):
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds to wait")
    return seconds
