"""A Jupyter server that keeps its port, its store and its token over its death."""

from collections.abc import Mapping
from pathlib import Path

from tests.browser.servers import TestServer

TOKEN = "the-same-after-a-restart"
OPTIONS = (
    f"--IdentityProvider.token={TOKEN}",
    "--ServerApp.port_retries=0",
    "--ServerApp.jpserver_extensions={'jupyter_automerge': True}",
)


def server_in(folder: Path, *options: str, environment: Mapping[str, str] | None = None) -> TestServer:
    """Not started yet; `start` and `kill` may follow one another as often as one likes."""
    return TestServer(folder, program="jupyter_server", options=(*OPTIONS, *options), environment=environment)
