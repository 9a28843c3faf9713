"""The grammar of `%automerge`: one line in, values out, and every mistake is a line that says what to do."""

import argparse
import difflib
import math
import shlex
from dataclasses import dataclass
from typing import NoReturn

from IPython.core.error import UsageError

from jupyter_automerge.errors import brief
from jupyter_automerge.values.limits import SYNC_TIMEOUT_SECONDS
from jupyter_automerge.values.status import Level


@dataclass(frozen=True, slots=True)
class Command:
    """What comes after the command's name, and what it is for."""

    arguments: str
    purpose: str


COMMANDS = {
    "status": Command("", "how this kernel is connected, and what it has open"),
    "new": Command("NAME", "make a document, or open the one of that name, as NAME"),
    "open": Command("NAME|URL", "open a document by its name or URL"),
    "ls": Command("", "list the documents that have names"),
    "show": Command("NAME|URL", "show a document"),
    "peers": Command("[NAME|URL]", "who has which changes of a document, or which stores are known"),
    "wait": Command("NAME|URL", "wait until others have what is in a document now"),
    "connect": Command("URL", "connect to another server instead (http, https, ws or wss)"),
}
OPTIONS = {
    "new": {"--fresh": "make another document of that name", "--as OTHER": "bind it to OTHER instead"},
    "open": {"--as OTHER": "bind it to OTHER instead"},
    "wait": {
        "--copies N": "stores that must have all of it (default: 1)",
        "--level stored|received": "on their disk, or in memory is enough (default: the best they say)",
        "--timeout S": f"at most so many seconds (default: {SYNC_TIMEOUT_SECONDS:g})",
    },
}
_LEVELS = {"stored": Level.STORED, "received": Level.RECEIVED}
_HELP = frozenset({"-h", "--help", "help"})


class LineParser(argparse.ArgumentParser):
    """An argument parser whose mistakes are UsageErrors instead of the end of the process."""

    def error(self, message: str) -> NoReturn:
        name = self.prog.rpartition(" ")[2]
        raise UsageError(f"{self.prog}: {message}; usage: {usage_of(name)}")


def _parser(name: str) -> LineParser:
    parser = LineParser(prog=f"%automerge {name}", add_help=False, allow_abbrev=False)
    if name == "new":
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--fresh", action="store_true")
    if name in {"open", "show", "wait"}:
        parser.add_argument("document", metavar="NAME|URL")
    if name == "peers":
        parser.add_argument("document", metavar="NAME|URL", nargs="?")
    if name in {"new", "open"}:
        parser.add_argument("--as", dest="variable", metavar="OTHER")
    if name == "wait":
        parser.add_argument("--copies", type=_copies, metavar="N")
        parser.add_argument("--level", choices=_LEVELS)
        parser.add_argument("--timeout", type=_seconds, default=SYNC_TIMEOUT_SECONDS, metavar="S")
    if name == "connect":
        parser.add_argument("url", metavar="URL")
    return parser


def level_of(word: str | None) -> Level | None:
    """What `--level` means; None where it was not given."""
    return None if word is None else _LEVELS[word]


def _copies(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{brief(text)} is no number of copies: at least one")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds > 0):
        raise argparse.ArgumentTypeError(f"{brief(text)} is no number of seconds to wait")
    return seconds


_PARSERS = {name: _parser(name) for name in COMMANDS}


def parse(line: str) -> argparse.Namespace:
    """The command and its arguments; `command` is None where help is wanted. Raises UsageError."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"%automerge: {_not_split(error)} in {brief(line)}") from None
    if not words or _HELP & set(words):
        return argparse.Namespace(command=None)
    name, *arguments = words
    if name not in COMMANDS:
        raise UsageError(f"%automerge: {_unknown(name)}")
    return _PARSERS[name].parse_args(arguments, argparse.Namespace(command=name))


def usage_of(name: str) -> str:
    """How one command is written."""
    words = (
        "%automerge",
        name,
        COMMANDS[name].arguments,
        *(f"[{option}]" for option in OPTIONS.get(name, ())),
    )
    return " ".join(word for word in words if word)


def usage() -> str:
    """All commands, a line each."""
    rows = [("%automerge", "this list")]
    for name, command in COMMANDS.items():
        rows.append((f"%automerge {name} {command.arguments}", command.purpose))
        rows += [(f"      {option}", purpose) for option, purpose in OPTIONS.get(name, {}).items()]
    width = max(len(left) for left, _ in rows)
    return "\n".join(f"{left:<{width}}  {purpose}" for left, purpose in rows)


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, COMMANDS, n=1)
    guess = f", did you mean {close[0]!r}?" if close else ";"
    return f"there is no command {brief(name)}{guess} Commands: {', '.join(COMMANDS)}"


def _not_split(error: ValueError) -> str:
    return "a quotation mark is not closed" if "quotation" in str(error) else str(error).lower()
