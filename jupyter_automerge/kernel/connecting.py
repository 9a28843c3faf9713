"""`%automerge connect URL`: the one way to join a server that is not this kernel's own."""

import getpass
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from IPython.core.error import StdinNotImplementedError, UsageError
from jupyter_core.paths import jupyter_runtime_dir

from jupyter_automerge.errors import DialError
from jupyter_automerge.kernel.server_address import ServerAddress, fetch_info
from jupyter_automerge.kernel.server_files import read_connection_file
from jupyter_automerge.kernel.session import KernelSession


def connect_to(session: KernelSession, url: str) -> Iterator[str]:
    """Connect to a Jupyter server (http, https) or any automerge-repo server (ws, wss).

    Yields what to tell the person. Raises UsageError or DialError.
    """
    scheme = urlsplit(url).scheme
    if scheme in {"ws", "wss"}:
        session.dial(url)
        session.rule = "%automerge connect"
        yield f"Connecting to {url}; `%automerge status` tells how it goes."
        return
    if scheme not in {"http", "https"}:
        raise UsageError(f"{url!r} is not a URL of a server: it begins with http, https, ws or wss")
    if "token=" in urlsplit(url).query:
        raise UsageError(
            "No token in the URL, please: it would be saved with the notebook. You will be asked for it."
        )
    address = _known_address(_base_url(url))
    try:
        info = fetch_info(address)
    except DialError as refused:
        if "refuses our token" not in refused.reason:
            raise
        address = ServerAddress(address.url, _ask_for_token(address.url, refused))
        info = fetch_info(address)
    session.connect(address, info)
    session.rule = "%automerge connect"
    yield f"Connecting to {address.url} as {info['user']['name']}."
    for name in session.bring_names():
        yield f"{name} is another document there; the one of this notebook stays open without a name."


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") + "/", "", ""))


def _known_address(url: str) -> ServerAddress:
    """With the kernel token, if it is a server of this user on this machine."""
    for path in sorted(Path(jupyter_runtime_dir()).glob("automerge-*.json")):
        try:
            address, _ = read_connection_file(path)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # not ours to complain about: it may be of a server that just stopped
        if address.url == url:
            return address
    return ServerAddress(url)


def _ask_for_token(url: str, refused: DialError) -> str:
    try:
        return getpass.getpass(f"Token of {url}: ")
    except StdinNotImplementedError:
        raise refused from None
