"""The sockets of a listener: one for each address that a host name stands for, or none at all."""

import errno
import socket
from contextlib import ExitStack

_BACKLOG = 128
"""Connections that may wait to be taken in; after a restart all peers come back at once."""
_NOT_HERE = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


def bound_sockets(host: str, port: int) -> list[socket.socket]:
    """Listening sockets that do not block; "" stands for every address of this machine.

    With port 0 all get the same free one. An address that this machine lacks, as IPv6 where that is switched
    off, is passed over if there is another. Raises OSError, or UnicodeError and OverflowError for what is no
    host and no port, and then leaves no socket open.
    """
    with ExitStack() as undo:
        sockets: list[socket.socket] = []
        lacking: OSError | None = None
        for family, address in _addresses(host, port):
            shared = sockets[0].getsockname()[1] if sockets else port
            try:
                one = socket.create_server((address, shared), family=family, backlog=_BACKLOG)
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
                lacking = error
                continue
            undo.enter_context(one)
            one.setblocking(False)
            sockets.append(one)
        if lacking is not None and not sockets:
            raise lacking
        undo.pop_all()
    return sockets


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    # IPv4 first: every machine has it.
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    return list(dict.fromkeys((family, str(address[0])) for family, *_, address in found))
