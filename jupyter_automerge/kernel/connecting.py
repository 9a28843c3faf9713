"""`%automerge connect URL`: the one way to join a server that is not this kernel's own."""

import getpass
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from IPython.core.error import StdinNotImplementedError, UsageError

from jupyter_automerge.errors import DialError, brief
from jupyter_automerge.kernel.local_server import local_server
from jupyter_automerge.kernel.session import KernelSession
from jupyter_automerge.kernel.status import connection_words
from jupyter_automerge.kernel.wording import shown
from jupyter_automerge.repo import ServerAddress, TokenRefused, fetch_info


def connect_to(session: KernelSession, url: str) -> Iterator[str]:
    """Connect to a Jupyter server (http, https) or any automerge-repo server (ws, wss).

    Yields what to tell the person. Raises UsageError or DialError.
    """
    parts, before = _checked(url), session.server_url
    if parts.scheme in {"ws", "wss"}:
        session.dial(url)
    else:
        yield from _join(
            session, urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") + "/", "", ""))
        )
    session.rule, session.failed = "%automerge connect", ()
    session.wait_for_first_answer()
    yield f"{shown(url, 300)}: {connection_words(session.dialer)}."
    if before not in (None, session.server_url):
        yield (
            f"{shown(before, 300)} was left: it hears of no more changes made here, and names are looked up at "
            f"it no longer. `%automerge connect {shown(before, 300)}` goes back."
        )


def _join(session: KernelSession, url: str) -> Iterator[str]:
    address = local_server(url) or ServerAddress(url)
    try:
        info = _info(address)
    except TokenRefused:
        address = ServerAddress(url, _ask_for_token(url))
        info = _info(address)
    session.connect(address, info)
    for name in session.bring_names():
        yield f"{name} is another document there; the one of this notebook stays open without a name."


def _checked(url: str) -> SplitResult:
    """The parts of an address that may stand in a notebook. Raises UsageError."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise UsageError(f"{brief(url)} is no URL ({error})") from None
    if parts.scheme not in {"http", "https", "ws", "wss"}:
        raise UsageError(f"{brief(url)} is no URL of a server: it begins with http, https, ws or wss")
    if not host or port == 0:
        raise UsageError(f"{brief(url)} names no server")
    if parts.username is not None or "token=" in parts.query + parts.fragment:
        raise UsageError(
            "no password and no token in the URL, please: it would be saved with the notebook; "
            "leave it out and you will be asked"
        )
    return parts


def _info(address: ServerAddress) -> Mapping[str, Any]:
    try:
        return fetch_info(address)
    except TokenRefused:
        raise
    except DialError as error:
        raise DialError(f"{address.url}: {error.reason}") from error


def _ask_for_token(url: str) -> str:
    try:
        return getpass.getpass(f"Token of {url}: ")
    except StdinNotImplementedError:
        raise DialError(
            f"{url} wants a token, which cannot be asked for here: run the cell by hand"
        ) from None
