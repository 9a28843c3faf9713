"""How a command fails: with one line for a person, never with a traceback for what a person can mend."""

import errno
import os
import socket

from jupyter_automerge.errors import ListenError

USAGE = 2
INTERRUPTED = 130
"""What shells report of a program that Ctrl-C ended."""
UNREAD = 141
"""The same of one whose output nobody reads any more."""


class CommandFailed(Exception):
    """The command cannot go on; the message says what happened and what to do."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def cannot_listen(error: ListenError, host: str, port: int) -> CommandFailed:
    """What kept the server from listening, with the remedy."""
    cause = error.__cause__
    return _refused(cause, host, port) if isinstance(cause, OSError) else CommandFailed(str(error))


def _refused(error: OSError, host: str, port: int) -> CommandFailed:
    where = f"port {port} on {host}"
    if isinstance(error, socket.gaierror):
        return CommandFailed(f"{host!r} is not an address of this machine: {error.strerror}")
    if error.errno == errno.EADDRINUSE:
        return CommandFailed(f"{where} is in use: choose another with --port (0 takes a free one)")
    if error.errno == errno.EADDRNOTAVAIL:
        return CommandFailed(f"{host!r} is not an address of this machine")
    if error.errno == errno.EACCES:
        return CommandFailed(f"{where} is not allowed for this user: choose a port above 1023 with --port")
    return CommandFailed(f"cannot listen on {where}: {error.strerror or error}")


def bad_store(place: str | os.PathLike[str], reason: str) -> CommandFailed:
    """The store cannot be used."""
    return CommandFailed(
        f"cannot keep documents in {os.fspath(place)!r}: {reason}; choose another store with --store"
    )
