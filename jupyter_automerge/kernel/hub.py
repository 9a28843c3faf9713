"""What JupyterHub tells a user's server, and so its kernels, in the environment."""

import ipaddress
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

from jupyter_automerge.errors import DialError
from jupyter_automerge.repo import ServerAddress

URL = "JUPYTERHUB_SERVICE_URL"
PREFIX = "JUPYTERHUB_SERVICE_PREFIX"
TOKEN = "JUPYTERHUB_API_TOKEN"  # the name of a variable, not a token


def hub_address(environ: Mapping[str, str]) -> ServerAddress:
    """Where the user's server listens on this machine. Raises DialError with what is missing or wrong.

    The token is the user's own and goes to no other machine.
    """
    for name in (PREFIX, TOKEN, URL):
        if not environ.get(name):
            raise DialError(f"{name} is not set")
    host, origin = _origin(environ[URL])
    if not is_here(host):
        raise DialError(f"{URL} is {origin}, which is not on this machine")
    path = "/".join(("", *filter(None, environ[PREFIX].split("/")), ""))
    return ServerAddress(origin + path, environ[TOKEN])


def is_here(host: str) -> bool:
    """Whether this IP address is one of this machine's."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as own:
            own.bind((host, 0))
    except OSError:
        return False
    return True


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise DialError(f"{URL} is no URL ({error})") from error
    if parts.scheme not in {"http", "https"} or port is None:
        raise DialError(f"{URL} is no URL of a server with a port")
    # What it listens on may be every address; one of them is certain.
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1", "localhost": "127.0.0.1"}.get(host, host)
    shown = f"[{host}]" if ":" in host else host
    return host, f"{parts.scheme}://{shown}:{port}"
