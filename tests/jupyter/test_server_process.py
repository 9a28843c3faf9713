"""A whole Jupyter server, as a process of its own: found by its kernels, stopped without loss."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jupyter_automerge import Repo
from jupyter_automerge.network.server_address import ServerAddress
from jupyter_automerge.network.server_files import read_connection_file
from tests.jupyter.servers import until

START_SECONDS = 60.0
"""For a whole Jupyter server, also where many others share the machine."""


class ServerProcess:
    """`jupyter server` in folders of its own, with a random token, on loopback."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runtime = folder / "runtime"
        self.store = folder / "data" / "automerge"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    async def start(self) -> None:
        folders = {"CONFIG": "config", "DATA": "data", "RUNTIME": "runtime"}
        environ = {f"JUPYTER_{name}_DIR": str(self.folder / path) for name, path in folders.items()}
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "jupyter_server", "--no-browser", "--allow-root", f"--port={self.port}"),
            "--ServerApp.jpserver_extensions={'jupyter_automerge': True}",
            cwd=self.folder,
            env={**os.environ, **environ, "HOME": str(self.folder)},
            stderr=asyncio.subprocess.DEVNULL,
        )
        await until(self._is_up, "the connection file", START_SECONDS)
        assert self.process.returncode is None, f"the server ended with code {self.process.returncode}"

    def _is_up(self) -> bool:
        return self.connection_file.exists() or self.process.returncode is not None

    @property
    def connection_file(self) -> Path:
        return self.runtime / f"automerge-{self.process.pid}.json"

    @property
    def address(self) -> ServerAddress:
        return read_connection_file(self.connection_file)[0]

    async def stop(self, how: signal.Signals) -> None:
        if self.process.returncode is None:
            self.process.send_signal(how)
        await asyncio.wait_for(self.process.wait(), START_SECONDS)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[ServerProcess]:
    server = ServerProcess(folder)
    try:
        await server.start()
        yield server
    finally:
        await server.stop(signal.SIGKILL)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_what_was_acknowledged_is_there_after_a_restart(tmp_path: Path, how: signal.Signals) -> None:
    async with running(tmp_path) as server, Repo(name="Alice") as alice:
        alice.connect(server.address.sync_url, headers=server.address.headers)
        plan = alice.create({"title": "Plan"})
        await plan.synced(timeout=START_SECONDS)
        await server.stop(how)
    async with running(tmp_path) as server, Repo(name="Bob") as bob:
        bob.connect(server.address.sync_url, headers=server.address.headers)
        assert (await bob.find(plan.url, timeout=START_SECONDS)).value == {"title": "Plan"}


async def test_a_stopped_server_takes_its_file_along_and_says_goodbye(tmp_path: Path) -> None:
    async with running(tmp_path) as server, Repo(name="Alice") as alice:
        dialer = alice.connect(server.address.sync_url, headers=server.address.headers)
        await until(lambda: dialer.state == "connected", "the connection")
        file = server.connection_file
        assert json.loads(file.read_text())["pid"] == server.process.pid
        await server.stop(signal.SIGTERM)
        assert not file.exists(), "a stopped server is still offered to kernels"
        await until(lambda: dialer.last_close is not None, "the goodbye")
        assert dialer.last_close is not None and dialer.last_close[0] == 1001


async def test_the_token_is_in_no_environment_and_no_command_line(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        token = server.address.token
        assert token is not None
        assert token not in process_words(server.process.pid)


def process_words(pid: int) -> str:
    """What other processes of this user can see of one; nothing where there is no /proc."""
    files = [Path(f"/proc/{pid}/{name}") for name in ("environ", "cmdline")]
    return "".join(file.read_text(errors="replace") for file in files if file.exists())
