"""How a kernel finds its own Jupyter server: never the first one running, only one that is its parent.

A server writes a connection file and names it in its environment, which its kernels inherit. So does all
else that is started from there: terminals, nbclient in a terminal, test runs. That is why a file counts only
if its process id is that of this kernel's parent, and why the one that answers is asked for its own.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from jupyter_automerge.errors import DialError
from jupyter_automerge.kernel.hub import hub_address
from jupyter_automerge.repo import ServerAddress, fetch_info, read_connection_file, read_server_info

CONNECTION_FILE_VARIABLE = "JUPYTER_AUTOMERGE_CONNECTION_FILE"
NO_SERVER = "no rule: documents live in this process only"
Probe = Callable[[ServerAddress], dict[str, Any]]
Reader = Callable[[Path], tuple[ServerAddress, int]]
Rule = tuple[str, Callable[[], ServerAddress]]


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
    """Try the rules in order; the first server that answers as this kernel's own is taken."""
    failed: list[Attempt] = []
    for name, locate in _rules(environ, runtime_dir, parents):
        try:
            address = locate()
            return Discovery(name, address, _asked(address, parents, probe), tuple(failed))
        except DialError as error:
            failed.append(Attempt(name, error.reason))
    return Discovery(NO_SERVER, None, {}, tuple(failed))


def _rules(environ: Mapping[str, str], runtime_dir: Path, parents: frozenset[int]) -> Iterator[Rule]:
    named = environ.get(CONNECTION_FILE_VARIABLE)
    locate = partial(_located, read_connection_file, Path(named), parents) if named else _not_set
    yield f"${CONNECTION_FILE_VARIABLE}", locate
    for pid in sorted(parents):
        path = runtime_dir / f"automerge-{pid}.json"
        if str(path) != named:
            yield f"connection file of process {pid}", partial(_located, read_connection_file, path, parents)
    for pid in sorted(parents):
        path = runtime_dir / f"jpserver-{pid}.json"
        yield f"server file of process {pid}", partial(_located, read_server_info, path, parents)
    yield "JupyterHub's environment", partial(hub_address, environ)


def _not_set() -> ServerAddress:
    raise DialError("not set")


def _located(read: Reader, path: Path, parents: frozenset[int]) -> ServerAddress:
    address, pid = read(path)
    if pid not in parents:
        raise DialError(f"{path} is of process {pid}, but {_started_by(parents)}")
    return address


def _asked(address: ServerAddress, parents: frozenset[int], probe: Probe) -> dict[str, Any]:
    """What the server says of itself; a file may be older than the server that answers at its URL."""
    info = probe(address)
    if info.get("pid") not in parents:
        raise DialError(f"{address.url} is process {info.get('pid')}, but {_started_by(parents)}")
    if not info.get("kernels", True):
        raise DialError(f"{address.url} lets no kernels in (JupyterAutomerge.kernel_access)")
    return info


def _started_by(parents: frozenset[int]) -> str:
    return f"this one was started by {' or '.join(map(str, sorted(parents)))}"
