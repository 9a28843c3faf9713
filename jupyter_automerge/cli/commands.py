"""The table of sub-commands, and the one place where a failure becomes one line and an exit code."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jupyter_automerge.cli import serve, store, wait
from jupyter_automerge.cli.failure import UNREAD, CommandFailed
from jupyter_automerge.version import __version__

PROGRAM = "jupyter automerge"


@dataclass(frozen=True, slots=True)
class Command:
    """One sub-command: what it is for, how its options are added, what runs it to an exit code."""

    name: str
    summary: str
    add_options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


COMMANDS = (
    Command("serve", "run a stand-alone sync server for automerge-repo peers", serve.add_options, serve.run),
    Command("store", "look after a place where documents are kept", store.add_options, store.run),
    Command("wait", "wait until documents are safe elsewhere", wait.add_options, wait.run),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is 0, 1 after a failure told in one line, 2 for wrong usage, or one
    of the command's own.
    """
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except CommandFailed as failure:
        print(f"{PROGRAM} {options.command}: {failure}", file=sys.stderr)
        return failure.exit_code
    except BrokenPipeError:
        # Whoever read what is printed, as `head` does, has read enough. What is still to be flushed goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROGRAM, description="Live, local-first Automerge documents.")
    parser.add_argument("--version", action="version", version=f"jupyter_automerge {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        subparser = subparsers.add_parser(command.name, help=command.summary, description=command.summary)
        command.add_options(subparser)
        subparser.set_defaults(run=command.run)
    return parser
