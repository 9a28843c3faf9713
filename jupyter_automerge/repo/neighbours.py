"""Other Repos on the same store, by the leases that they keep there (E32): who, since when, and whether they run.

A Repo that was killed leaves its lease behind. So a lease alone proves nothing: that one runs is said only of a
process that we can see, and that is the one which wrote the lease. One that is gone, or did not renew its lease for
a day, is not mentioned.
"""

import platform
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jupyter_automerge.engine.leases import Lease, read_lease
from jupyter_automerge.repo.processes import is_gone, is_there, this_process
from jupyter_automerge.values.identity import clean_name
from jupyter_automerge.values.keys import SESSIONS_PREFIX, session_key
from jupyter_automerge.values.limits import LEASE_SILENT_SECONDS

if TYPE_CHECKING:
    from jupyter_automerge.repo.repo import Repo


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another Repo on this store. `runs` False: it may run, or have died without giving its lease back."""

    name: str
    since: datetime
    host: str
    pid: int
    runs: bool

    def __str__(self) -> str:
        who = f'another Repo, "{self.name}"' if self.name else "another Repo"
        if self.runs:
            return f"{who} (process {self.pid}), is using this store"
        where = f" on {self.host}" if self.host else ""
        return f"{who}, may be using this store (since {self.since:%Y-%m-%d %H:%M} UTC{where})"


async def neighbours(repo: "Repo") -> tuple[Neighbour, ...]:
    """Those that run, or may run, the newest first. Raises what the store raises."""
    storage = repo._storage
    if storage is None:
        return ()
    entries = await storage.load_range(SESSIONS_PREFIX)
    others = [read_lease(data) for key, data in entries if key != session_key(repo.session_id)]
    now = datetime.now(UTC).timestamp()
    lasting = [lease for lease in others if lease.last_sign > now - LEASE_SILENT_SECONDS]
    found = [(lease, _runs(lease)) for lease in sorted(lasting, key=lambda lease: lease.since, reverse=True)]
    return tuple(_neighbour(lease, runs=bool(runs)) for lease, runs in found if runs is not False)


async def line_about_neighbours(repo: "Repo") -> str:
    """For whoever starts a server on the store; empty if nobody else uses it. Raises what the store raises.

    Nothing is wrong with that, and nobody should be surprised by it.
    """
    others = await neighbours(repo)
    if not others:
        return ""
    more = f", and {len(others) - 1} more" if len(others) > 1 else ""
    line = f"{others[0]}{more}: what each of them writes there, all of them get"
    return line[0].upper() + line[1:]


def _neighbour(lease: Lease, *, runs: bool) -> Neighbour:
    return Neighbour(lease.name, datetime.fromtimestamp(lease.since, UTC), lease.host, lease.pid, runs)


def _runs(lease: Lease) -> bool | None:
    """Whether the Repo's process is there; None where nobody can tell."""
    here = this_process()
    if lease.machine and here.machine and lease.began:
        return not is_gone(lease) if lease.machine == here.machine else None
    # No more is known of some systems than the number, which a later process may have got.
    if sys.platform == "win32" or not lease.pid or lease.host != clean_name(platform.node()):
        return None
    return None if is_there(lease.pid) else False
