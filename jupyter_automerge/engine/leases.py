"""Leases, as bytes: what each Repo that runs on a store leaves there, so that others know their siblings (E32)."""

from dataclasses import dataclass

from jupyter_automerge.engine import kept_map
from jupyter_automerge.values.identity import clean_name
from jupyter_automerge.wire import cbor, fields


@dataclass(frozen=True, slots=True)
class Lease:
    """A Repo that runs on this store, or did: since when, its name, and its process (0: unknown) on which host.

    `machine`: where its process has that number, as told by whoever sees the same processes, and by nobody else;
    empty: it cannot be told. `began`: when the process did, as that machine counts. `renewed`: when the lease was
    last written.
    """

    since: float = 0.0
    name: str = ""
    host: str = ""
    pid: int = 0
    machine: str = ""
    began: int = 0
    renewed: float = 0.0

    @property
    def last_sign(self) -> float:
        """When its Repo was last known to run, in seconds since 1970, by its own clock."""
        return max(self.since, self.renewed)


def write_lease(lease: Lease) -> bytes:
    said: dict[str, object] = {
        "since": lease.since,
        "name": lease.name,
        "host": lease.host,
        "pid": lease.pid,
        "machine": lease.machine,
        "began": lease.began,
        "renewed": lease.renewed,
    }
    return cbor.encode({key: value for key, value in said.items() if value} | {"since": lease.since})


def read_lease(data: bytes) -> Lease:
    """One that nobody in particular began long ago, for bytes that are no lease."""
    item = kept_map.read_map(data)
    if item is None:
        return Lease()
    return Lease(
        since=kept_map.time_of_day(item, "since"),
        name=clean_name(fields.text(item, "name", "")),
        host=clean_name(fields.text(item, "host", "")),
        pid=_number(item.get("pid"), 2**31),
        machine=clean_name(fields.text(item, "machine", "")),
        began=_number(item.get("began"), 2**63),
        renewed=kept_map.time_of_day(item, "renewed"),
    )


def _number(value: object, bound: int) -> int:
    return value if isinstance(value, int) and 0 < value < bound else 0
