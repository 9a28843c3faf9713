"""A server of this user on this machine, known by its connection file and not by being this kernel's parent.

Such a kernel outlives its server. The next one at the same URL has another process and another token; and one
that was killed leaves its file behind.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from IPython.utils.process import check_pid
from jupyter_core.paths import jupyter_runtime_dir

from jupyter_automerge.errors import DialError
from jupyter_automerge.repo import ServerAddress, read_connection_file


@dataclass(frozen=True, slots=True)
class LocalServer(ServerAddress):
    """Its token is read anew at each dial."""

    def headers(self) -> Mapping[str, str]:
        """As ServerAddress. Raises DialError while no server of this user runs at the URL."""
        present = local_server(self.url)
        if present is None:
            raise DialError(f"no server of this user runs at {self.url}")
        return ServerAddress.headers(present)


def local_server(url: str) -> LocalServer | None:
    """The running server at this URL, by the newest file that names it."""
    return next(_running_at(url), None)


def _running_at(url: str) -> Iterator[LocalServer]:
    for path in sorted(Path(jupyter_runtime_dir()).glob("automerge-*.json"), key=_written, reverse=True):
        try:
            address, pid = read_connection_file(path)
        except DialError:
            continue  # not ours to complain about: it may be of a server that just stopped
        if address.url == url and check_pid(pid):
            yield LocalServer(address.url, address.token, address.certificate)


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
