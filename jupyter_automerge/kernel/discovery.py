"""How a kernel finds its own Jupyter server: never the first one running, only one that is its parent.

A server writes a connection file and names it in its environment, which its kernels inherit. So does all
else that is started from there: terminals, nbclient in a terminal, test runs. That is why a file counts only
if its process id is that of this kernel's parent.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_automerge.errors import DialError
from jupyter_automerge.kernel.server_address import ServerAddress, fetch_info, read_connection_file

CONNECTION_FILE_VARIABLE = "JUPYTER_AUTOMERGE_CONNECTION_FILE"
Probe = Callable[[ServerAddress], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One rule that was tried, and why it found nothing."""

    rule: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found, by which rule, and what was tried before in vain. No address: there is no server."""

    rule: str
    address: ServerAddress | None
    info: Mapping[str, Any]
    failed: tuple[Attempt, ...] = ()


def parent_pids(environ: Mapping[str, str], in_kernel: bool) -> frozenset[int]:
    """Who started this process. A kernel also believes its launcher (whose word on Windows is a handle)."""
    told = environ.get("JPY_PARENT_PID", "")
    if in_kernel and sys.platform != "win32" and told.isdecimal():
        return frozenset({os.getppid(), int(told)})
    return frozenset({os.getppid()})


def discover(
    environ: Mapping[str, str], runtime_dir: Path, parents: frozenset[int], probe: Probe = fetch_info
) -> Discovery:
    """Try the rules in order; the first server that answers as ours is taken."""
    failed: list[Attempt] = []
    for rule, path in _candidates(environ, runtime_dir, parents):
        if path is None:
            failed.append(Attempt(rule, "not set"))
            continue
        try:
            address = _believed(path, parents)
            return Discovery(rule, address, probe(address), tuple(failed))
        except DialError as error:
            failed.append(Attempt(rule, error.reason))
    return Discovery("no server: documents live in this process only", None, {}, tuple(failed))


def _candidates(
    environ: Mapping[str, str], runtime_dir: Path, parents: frozenset[int]
) -> list[tuple[str, Path | None]]:
    named = environ.get(CONNECTION_FILE_VARIABLE)
    rules: list[tuple[str, Path | None]] = [(f"${CONNECTION_FILE_VARIABLE}", Path(named) if named else None)]
    for pid in sorted(parents):
        path = runtime_dir / f"automerge-{pid}.json"
        if str(path) != named:
            rules.append((f"connection file of the parent process {pid}", path))
    return rules


def _believed(path: Path, parents: frozenset[int]) -> ServerAddress:
    try:
        address, pid = read_connection_file(path)
    except FileNotFoundError:
        raise DialError(f"{path} does not exist") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DialError(f"{path} cannot be read ({error})") from error
    if pid not in parents:
        started = " or ".join(str(parent) for parent in sorted(parents))
        raise DialError(f"{path} is of process {pid}, but this one was started by {started}")
    return address
