"""The two files by which a Jupyter server can be found: its connection file for kernels, and Jupyter's."""

from pathlib import Path
from typing import Any

from jupyter_automerge.errors import DialError
from jupyter_automerge.network.private_file import read_private
from jupyter_automerge.network.server_address import ServerAddress


def read_connection_file(path: Path) -> tuple[ServerAddress, int]:
    """The address and the process id in a server's `automerge-<pid>.json`. Raises DialError."""
    content = read_private(path)
    url, token, ssl = _text(content, "url", path), _text(content, "token", path), content.get("ssl")
    certificate = ssl.get("certfile") if isinstance(ssl, dict) else None
    return ServerAddress(url, token, certificate), _pid(content, path)


def read_server_info(path: Path) -> tuple[ServerAddress, int]:
    """The same of Jupyter's `jpserver-<pid>.json`, whose token opens all of that server. Raises DialError."""
    content = read_private(path)
    if content.get("sock"):
        raise DialError("its server listens on a UNIX socket only")
    address = ServerAddress(_text(content, "url", path), _text(content, "token", path) or None)
    return address, _pid(content, path)


def _text(content: dict[str, Any], name: str, path: Path) -> str:
    value = content.get(name)
    if not isinstance(value, str):
        raise DialError(f"{path} cannot be read (there is no {name} in it)")
    return value


def _pid(content: dict[str, Any], path: Path) -> int:
    pid = content.get("pid")
    if not isinstance(pid, int):
        raise DialError(f"{path} cannot be read (there is no pid in it)")
    return pid
