"""Which process this is, and whether that of another Repo's lease is there: told only of processes that we can see.

Names of machines prove nothing: containers of one machine may share its name and number their processes each for
itself, and two laptops may have the same name. So a lease says where its number holds: this boot of this kernel,
and this namespace of processes.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from jupyter_automerge.engine.leases import Lease

_PROCESSES = Path("/proc")


@dataclass(frozen=True, slots=True)
class ThisProcess:
    """`machine`: where its number holds; `began`: when, in ticks since boot. Empty and 0 where it is not known."""

    pid: int
    machine: str
    began: int


def this_process() -> ThisProcess:
    """As of now: a forked child is another."""
    return ThisProcess(os.getpid(), _machine(), ticks_of(os.getpid()) or 0)


def is_gone(lease: Lease) -> bool:
    """Whether the process of the lease certainly is no more; False where that cannot be told."""
    if not lease.pid or not lease.machine or lease.machine != _machine() or not lease.began:
        return False
    return not is_there(lease.pid) or ticks_of(lease.pid) not in (lease.began, None)


def is_there(pid: int) -> bool:
    """Whether there is a process of that number; True where it cannot be asked for."""
    # On Windows a signal of 0 is not a question but Ctrl-C.
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's, but there
    return True


def ticks_of(pid: int) -> int | None:
    """When the process began, in ticks since boot (proc(5)); None where the system does not say."""
    try:
        # The name of the program, in parentheses, may hold anything.
        return int((_PROCESSES / str(pid) / "stat").read_text().rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return None


def _machine() -> str:
    try:
        boot = (_PROCESSES / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {(_PROCESSES / 'self/ns/pid').readlink()}"
    except OSError:
        return ""
