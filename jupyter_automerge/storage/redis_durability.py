"""What Redis's word "done" is worth: that depends on how it is configured, so it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redis.asyncio import Redis

SYNC_SECONDS = 4.0
"""How long Redis may take to bring a write to its disk, with WAITAOF."""


class Durability(StrEnum):
    """What survives when the machine of a Redis loses power."""

    EACH_WRITE = "each write"
    """All that was confirmed: as durable as a file here."""
    ABOUT_A_SECOND = "all but about a second"
    """What was confirmed, the last second or two excepted (appendfsync everysec)."""
    NOT_PROMISED = "not promised"
    """What was in the last snapshot that Redis happened to write, if it writes any."""
    UNKNOWN = "unknown"
    """Redis does not tell this user how it is configured."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What Redis promises, whether that has to be awaited after each write, and what to tell the owner.

    `weakness`: how that may lose what was confirmed, and a remedy; `evictions`: the same, of what it throws away
    itself. Empty where it does not.
    """

    durability: Durability
    awaited: bool = False
    weakness: str = ""
    evictions: str = ""


async def examine(client: "Redis") -> Promise:
    """Ask a Redis for its promise. Raises what the client raises when there is no connection."""
    config = await _config(client)
    # With appendfsync no, WAITAOF would wait for an fsync that Redis leaves to the system.
    awaited = config.get("appendfsync") != "no" and await _can_await(client)
    durability = _durability(config, awaited)
    return Promise(durability, awaited, _weakness(durability, config), _evictions(config))


async def _config(client: "Redis") -> Mapping[str, str]:
    from redis.exceptions import ResponseError

    try:
        found: Any = await client.config_get("append*") | await client.config_get("maxmemory-policy")
    except ResponseError:  # managed servers have no CONFIG, and an ACL may forbid it
        return {}
    return {str(name): str(value) for name, value in found.items()}


async def _can_await(client: "Redis") -> bool:
    from redis.exceptions import ResponseError

    try:
        reply: Any = await client.waitaof(1, 0, int(SYNC_SECONDS * 1000))
    except ResponseError:  # older than 7.2, or without an append-only file
        return False
    return int(reply[0]) >= 1


def _durability(config: Mapping[str, str], awaited: bool) -> Durability:
    if awaited:
        return Durability.EACH_WRITE
    if not config:
        return Durability.UNKNOWN
    # Before 7.2: with "always", Redis syncs its append-only file before it sends the replies.
    known = {"always": Durability.EACH_WRITE, "everysec": Durability.ABOUT_A_SECOND}
    fsync = config.get("appendfsync", "") if config.get("appendonly") == "yes" else ""
    return known.get(fsync, Durability.NOT_PROMISED)


def _weakness(durability: Durability, config: Mapping[str, str]) -> str:
    if durability is Durability.ABOUT_A_SECOND:
        return "may lose about the last second when its machine fails: set appendfsync to always"
    if durability is Durability.NOT_PROMISED:
        append = "" if config.get("appendonly") == "yes" else "appendonly to yes and "
        return f"may lose documents when it ends: set {append}appendfsync to always"
    if durability is Durability.UNKNOWN:
        return (
            "does not tell how durable it is: let this user ask CONFIG GET, "
            "and see that appendonly is yes and appendfsync is always, or vouch for it with ?durable=yes"
        )
    return ""


def _evictions(config: Mapping[str, str]) -> str:
    if config.get("maxmemory-policy", "").startswith("allkeys"):
        return "throws documents away when its memory is full: set maxmemory-policy to noeviction"
    return ""
