"""Addresses that need no look-up are found without a thread, which an exiting Python no longer gives."""

import asyncio
import socket
from typing import Any
from unittest.mock import patch

import pytest

from jupyter_automerge.network.resolving import DirectResolver

IPV4, IPV6 = socket.AF_INET, socket.AF_INET6


async def resolve_without_threads(host: str) -> list[tuple[int, Any]]:
    """As while Python exits."""
    refusal = RuntimeError("cannot schedule new futures after shutdown")
    with patch.object(asyncio.get_running_loop(), "getaddrinfo", side_effect=refusal):
        found: list[tuple[int, Any]] = await DirectResolver().resolve(host, 80)
    return found


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("127.0.0.1", [(IPV4, ("127.0.0.1", 80))]),
        ("10.1.2.3", [(IPV4, ("10.1.2.3", 80))]),
        ("::1", [(IPV6, ("::1", 80))]),
        ("localhost", [(IPV4, ("127.0.0.1", 80)), (IPV6, ("::1", 80))]),
        ("LocalHost.", [(IPV4, ("127.0.0.1", 80)), (IPV6, ("::1", 80))]),
    ],
)
def test_what_needs_no_look_up_takes_no_thread(host: str, found: object) -> None:
    assert asyncio.run(resolve_without_threads(host)) == found


@pytest.mark.parametrize("host", ["example.org", "localhost.example.org", "1.2.3", "fe80::1%lo"])
def test_a_name_that_can_no_longer_be_looked_up_is_an_error_of_the_network(host: str) -> None:
    with pytest.raises(OSError, match="cannot be looked up any more"):
        asyncio.run(resolve_without_threads(host))


def test_other_names_are_the_systems_to_know() -> None:
    with pytest.raises(socket.gaierror):
        asyncio.run(DirectResolver().resolve("nobody.invalid", 80))


def test_a_family_that_was_asked_for_is_the_only_one() -> None:
    found = asyncio.run(DirectResolver().resolve("localhost", 80, IPV6))
    assert found == [(IPV6, ("::1", 80))]
