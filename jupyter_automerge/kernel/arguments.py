"""The grammar of `%automerge`: one line in, values out, and every mistake is a line that says what to do."""

import argparse
import shlex
from typing import NoReturn

from IPython.core.error import UsageError

COMMANDS = {
    "status": "how this kernel is connected, and what it has open",
    "new": "make a document under a name, or open the one of that name",
    "open": "open a document by its name or URL",
    "ls": "list the documents that have names",
    "show": "show a document",
    "peers": "who has which changes of a document",
    "connect": "connect to another server",
}


class LineParser(argparse.ArgumentParser):
    """An argument parser whose mistakes are UsageErrors instead of the end of the process."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog}: {message}")


def _parser() -> LineParser:
    parser = LineParser(prog="%automerge", add_help=False)
    commands = parser.add_subparsers(dest="command", parser_class=LineParser, metavar="COMMAND")
    for name, purpose in COMMANDS.items():
        _add_arguments(name, commands.add_parser(name, help=purpose, add_help=False))
    return parser


def _add_arguments(command: str, parser: argparse.ArgumentParser) -> None:
    if command == "new":
        parser.add_argument(
            "name", metavar="NAME", help="the document's name, and the variable it is bound to"
        )
        parser.add_argument("--fresh", action="store_true", help="make another one of that name")
    if command in {"open", "show"}:
        parser.add_argument("document", metavar="NAME|URL")
    if command == "peers":
        parser.add_argument("document", metavar="NAME|URL", nargs="?")
    if command in {"new", "open"}:
        parser.add_argument("--as", dest="variable", metavar="OTHER", help="bind it to this variable instead")
    if command == "connect":
        parser.add_argument("url", metavar="URL")


_PARSER = _parser()


def parse(line: str) -> argparse.Namespace:
    """The command and its arguments; `command` is None for an empty line. Raises UsageError."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"%automerge: {error}") from None
    if words and words[0] in {"-h", "--help", "help"}:
        words = []
    return _PARSER.parse_args(words)


def usage() -> str:
    """All commands, a line each."""
    width = max(map(len, COMMANDS))
    lines = (f"  %automerge {name:<{width}}  {purpose}" for name, purpose in COMMANDS.items())
    return "\n".join(("usage: %automerge COMMAND ...", *lines))
