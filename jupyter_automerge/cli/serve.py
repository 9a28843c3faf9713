"""`serve`: a stand-alone sync server, a drop-in for @automerge/automerge-repo-sync-server.

Like that one it pushes nothing unasked and gives every document to whoever names its id. So it listens on
loopback unless told otherwise, and elsewhere only with a token or with --allow-anonymous.
"""

import argparse
import asyncio
import ipaddress
import logging
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from jupyter_automerge.cli.failure import USAGE, CommandFailed, bad_store, cannot_listen
from jupyter_automerge.cli.shared_token import add_token_option, token_from
from jupyter_automerge.errors import InvalidId, ListenError, StorageError
from jupyter_automerge.repo import (
    FileStorage,
    FixedShare,
    Listener,
    Repo,
    Storage,
    line_about_neighbours,
    open_storage,
)
from jupyter_automerge.values.limits import CLOSE_TIMEOUT_SECONDS

DEFAULT_PORT = 3030
DEFAULT_STORE = "automerge-repo-data"
# Nobody is told of a document unasked, everybody may ask for any.
ON_REQUEST = FixedShare(announces=False, gives=True)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the options and the environment come to."""

    host: str
    port: int
    store: Storage
    token: str | None
    name: str
    origins: tuple[str, ...] = ()
    ack_after_save: bool = False


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `serve`."""
    parser.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help="default: %(default)s; 0 takes a free one"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--store", default=DEFAULT_STORE, metavar="DIR|URL",
        help="folder of the documents, in automerge-repo's own layout (default: %(default)s), or a store that"
        " servers share: s3://bucket/prefix, gs://..., az://..., redis://host:6379/0, memory:",
    )  # fmt: skip
    parser.add_argument("--name", default="sync server", help="what peers call this server")
    add_token_option(parser, "peers must send")
    parser.add_argument(
        "--allow-anonymous",
        action="store_true",
        help="serve other machines without a token: anybody may read and write",
    )
    parser.add_argument(
        "--origin", action="append", default=[], dest="origins", metavar="ORIGIN",
        help='browser pages from there may connect, e.g. https://example.org, or "*" for all; may be repeated'
        " (always allowed: pages of this machine)",
    )  # fmt: skip
    parser.add_argument(
        "--ack-after-save",
        action="store_true",
        help="name only what is on the disk in sync messages, so that JavaScript clients may rely on it; "
        "each exchange then takes as long as a write",
    )
    parser.add_argument("--verbose", action="store_true", help="log what happens to standard error")


def run(options: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT. Raises CommandFailed with one line when it cannot."""
    settings = settings_from(options, os.environ)
    logging.basicConfig(level=logging.INFO if options.verbose else logging.WARNING, stream=sys.stderr)
    return asyncio.run(serve(settings))


def settings_from(options: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    """Check the options together. Raises CommandFailed."""
    token = token_from(options.token_file, environment)
    if token is None and not options.allow_anonymous and not _is_loopback(options.host):
        raise CommandFailed(
            f"{options.host} can be reached by other machines: give a --token-file, or --allow-anonymous "
            "if everybody there may read and write all documents",
            USAGE,
        )
    origins = tuple(_origin(text) for text in options.origins)
    return Settings(
        options.host,
        options.port,
        _usable_store(options.store),
        token,
        options.name,
        origins,
        options.ack_after_save,
    )


async def serve(settings: Settings) -> int:
    """Listen, say where, wait for a signal, flush. Raises CommandFailed if documents could not be saved."""
    stopping = _stop_on_signals()
    repo = Repo(
        settings.store,
        name=settings.name,
        kind="server",
        share=ON_REQUEST,
        ack_after_save=settings.ack_after_save,
    )
    try:
        await repo.open()
    except (OSError, StorageError) as error:
        raise bad_store(settings.store.place, str(error)) from error
    try:
        await _tell_of_neighbours(repo, settings)
        listener = await _listen(repo, settings)
        print(f"Serving {settings.store.place} at {listener.url}", flush=True)
        await stopping.wait()
    finally:
        report = await repo.close(timeout=CLOSE_TIMEOUT_SECONDS)
    if report.unsaved:
        raise CommandFailed(f"stopped with unsaved changes in {', '.join(report.unsaved)}")
    return 0


async def _tell_of_neighbours(repo: Repo, settings: Settings) -> None:
    try:
        line = await line_about_neighbours(repo)
    except StorageError as error:
        raise bad_store(settings.store.place, str(error)) from error
    if line:
        print(line, flush=True)


async def _listen(repo: Repo, settings: Settings) -> Listener:
    try:
        return await repo.listen(settings.port, settings.host, token=settings.token, origins=settings.origins)
    except ListenError as error:
        raise cannot_listen(error, settings.host, settings.port) from error


def _stop_on_signals() -> asyncio.Event:
    """An event that the first SIGTERM or SIGINT sets; a second one ends the process at once."""
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()

    def stop(number: int, frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        loop.call_soon_threadsafe(stopping.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return stopping


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port: 0 to 65535")
    return port


def _origin(text: str) -> str:
    """As browsers send it: scheme, host and port, nothing after. Raises CommandFailed."""
    if text == "*":
        return text
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise CommandFailed(f"{text!r} is not an origin: give it as https://example.org, or *", USAGE)
    if parts.path not in ("", "/"):
        raise CommandFailed(f"{text!r} is no origin but a page: leave out {parts.path!r}", USAGE)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        # A name may lead anywhere.
        return False


def _usable_store(text: str) -> Storage:
    try:
        store = open_storage(text)
    except InvalidId as error:
        raise CommandFailed(str(error), USAGE) from error
    except StorageError as error:
        raise CommandFailed(error.reason) from error
    if isinstance(store, FileStorage):
        _make_folder(store.path)
    return store


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise bad_store(path, "it is a file") from error
    except NotADirectoryError as error:
        raise bad_store(path, "a file is in the way") from error
    except OSError as error:
        raise bad_store(path, error.strerror or str(error)) from error
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise bad_store(path, "this user may not write there")
