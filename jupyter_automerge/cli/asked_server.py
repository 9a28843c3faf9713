"""Which server a command asks: the one that is named, or the Jupyter server whose terminal it is typed in.

A Jupyter server names its connection file in its environment, which its terminals inherit. Whoever types a
command there means that server. Never any other one that happens to run: its documents are somebody else's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from ssl import SSLContext
from urllib.parse import urlsplit

from jupyter_automerge.cli.failure import USAGE, CommandFailed
from jupyter_automerge.errors import DialError, brief
from jupyter_automerge.repo import ServerAddress, read_connection_file

CONNECTION_FILE_VARIABLE = "JUPYTER_AUTOMERGE_CONNECTION_FILE"


@dataclass(frozen=True, slots=True)
class AskedServer:
    """A sync server of any kind, by what it takes to connect to it."""

    sync_url: str
    headers: Mapping[str, str]
    ssl: SSLContext | None = None


class NoServer(Exception):
    """No server is named, and none can be found; the message says why and what to do."""


def asked_server(
    named: str | None, token: str | None, environ: Mapping[str, str], runtime_dir: Path
) -> AskedServer:
    """The server to ask. Raises CommandFailed for what names none, NoServer if there is none to be named."""
    if named is None:
        return _jupyter(_of_this_terminal(environ))
    scheme = _checked_scheme(named)
    if scheme in ("ws", "wss"):
        return AskedServer(named, ServerAddress(named, token).headers())
    url = named.rstrip("/") + "/"
    if token is not None:
        return _jupyter(ServerAddress(url, token))
    return _jupyter(next(_own(url, runtime_dir), ServerAddress(url)))


def _jupyter(address: ServerAddress) -> AskedServer:
    try:
        return AskedServer(address.sync_url, address.headers(), address.ssl_context())
    except OSError as error:
        raise NoServer(
            f"the certificate {address.certificate} of {address.url} cannot be read: {error}"
        ) from error


def _of_this_terminal(environ: Mapping[str, str]) -> ServerAddress:
    path = environ.get(CONNECTION_FILE_VARIABLE)
    if not path:
        raise NoServer("this is no terminal of a Jupyter server with documents: name a server with --server")
    try:
        return read_connection_file(Path(path))[0]
    except DialError as error:
        raise NoServer(f"the Jupyter server of this terminal cannot be found: {error.reason}") from error


def _own(url: str, runtime_dir: Path) -> Iterator[ServerAddress]:
    """Servers of this user at this URL, the newest first: one that was killed leaves its file behind."""
    for path in sorted(runtime_dir.glob("automerge-*.json"), key=_written, reverse=True):
        try:
            address, _ = read_connection_file(path)
        except DialError:
            continue  # of a server that has just stopped, or not ours to believe; the URL is asked anyway
        if address.url == url:
            yield address


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _checked_scheme(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise CommandFailed(f"--server {brief(url)} is no URL ({error})", USAGE) from None
    if parts.scheme not in ("http", "https", "ws", "wss") or not host or port == 0:
        raise CommandFailed(
            f"--server {brief(url)} names no server: give http(s)://… of a Jupyter server, or ws(s)://… of any "
            "sync server",
            USAGE,
        )
    if parts.username is not None or "token=" in parts.query + parts.fragment:
        raise CommandFailed(
            "no password and no token in the URL, please: other users see it in the list of processes. Give "
            "the token in a --token-file",
            USAGE,
        )
    return parts.scheme
