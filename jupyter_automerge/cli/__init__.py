"""`jupyter automerge ...`: the command line."""

from jupyter_automerge.cli.commands import main

__all__ = ["main"]
