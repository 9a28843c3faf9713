"""Leases, as bytes: what each Repo that runs on a store leaves there, so that others know their siblings (E32)."""

from dataclasses import dataclass

from jupyter_automerge.engine import kept_map
from jupyter_automerge.values.identity import clean_name
from jupyter_automerge.wire import cbor, fields


@dataclass(frozen=True, slots=True)
class Lease:
    """A Repo that runs on this store, or did: since when, its name, and its process (0: unknown) on which host."""

    since: float = 0.0
    name: str = ""
    host: str = ""
    pid: int = 0


def write_lease(lease: Lease) -> bytes:
    return cbor.encode({"since": lease.since, "name": lease.name, "host": lease.host, "pid": lease.pid})


def read_lease(data: bytes) -> Lease:
    """One that nobody in particular began long ago, for bytes that are no lease."""
    item = kept_map.read_map(data)
    if item is None:
        return Lease()
    pid = item.get("pid")
    return Lease(
        since=kept_map.time_of_day(item, "since"),
        name=clean_name(fields.text(item, "name", "")),
        host=clean_name(fields.text(item, "host", "")),
        pid=pid if isinstance(pid, int) and 0 < pid < 2**31 else 0,
    )
