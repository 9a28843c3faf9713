"""Addresses of the hosts that are dialed.

Looking a name up takes a thread, and Python starts none any more once it is exiting. What needs no look-up is
resolved right here, so that a program can say its last word to a server on its own machine while it ends.
"""

import ipaddress
import socket
from typing import Any

from tornado.netutil import DefaultLoopResolver, Resolver

_LOOPBACK = ("127.0.0.1", "::1")


class DirectResolver(DefaultLoopResolver):
    """Answers for IP literals and for `localhost` (always this machine: RFC 6761, 6.3) by itself."""

    @classmethod
    def configurable_base(cls) -> type[Resolver]:
        return cls

    @classmethod
    def configurable_default(cls) -> type[Resolver]:
        return cls

    async def resolve(
        self, host: str, port: int, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[tuple[int, Any]]:
        """Family and socket address of each candidate. Raises OSError for a host that has none."""
        hosts = _LOOPBACK if host.lower().rstrip(".") == "localhost" else (host,)
        literal = [entry for entry in map(_literal, hosts) if entry is not None]
        if not literal:
            return await self._looked_up(host, port, family)
        return [(own, (ip, port)) for own, ip in literal if family in (socket.AF_UNSPEC, own)]

    async def _looked_up(self, host: str, port: int, family: socket.AddressFamily) -> list[tuple[int, Any]]:
        try:
            return await super().resolve(host, port, family)
        except RuntimeError as error:  # of the thread pool: shut down for good
            raise OSError(f"names cannot be looked up any more ({error})") from error


def _literal(host: str) -> tuple[socket.AddressFamily, str] | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if getattr(address, "scope_id", None):
        return None  # The number of the interface is the system's to know.
    return (socket.AF_INET if address.version == 4 else socket.AF_INET6), str(address)
