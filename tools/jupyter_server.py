"""A Jupyter server that keeps everything in one folder: the user's own set-up neither changes nor matters."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.ports import free_port
from tools.private_home import private_environment, write_settings

ANSWER_SECONDS = 90  # a cold disk and two busy cores: the first start of JupyterLab can take half a minute
STOP_SECONDS = 20  # Jupyter gives a busy kernel five seconds before it kills it


class ServerStopped(Exception):
    """The server's process ended, or did not answer in time, while it was waited for."""


class JupyterServer:
    """One server process on the loopback address. `program` is a module: `jupyterlab` or `notebook`.

    Its token is a random one that Jupyter makes, read from the file that the server writes for its own kind.
    """

    def __init__(
        self,
        python: Path,
        home: Path,
        notebooks: Path,
        *,
        program: str = "jupyterlab",
        port: int | None = None,
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.port = port or free_port()
        self.log = home / "log" / f"{program}.log"
        self.token = ""
        self._command = [str(python), "-m", program, *self._options(notebooks), *options]
        path = f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        self._environment = private_environment(home) | {"PATH": path} | dict(environment or {})
        self._runtime = home / "runtime"
        self._home = home
        self._notebooks = notebooks
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the server answers; ends in a slash."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def pid(self) -> int:
        """The server's process. Raises ServerStopped when there is none."""
        if self._process is None:
            raise ServerStopped("the server was not started")
        return self._process.pid

    def start(self) -> None:
        """Start the server and return when it answers. Raises ServerStopped, and leaves no process then."""
        for folder in (self._runtime, self.log.parent):
            folder.mkdir(parents=True, exist_ok=True)
        write_settings(self._home)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._notebooks,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C in the terminal is for us: we stop the server in our order
            )
        try:
            self._wait_for_answer()
        except BaseException:  # Ctrl-C too must not leave a server behind
            self.stop()
            raise

    def wait(self) -> int:
        """Wait for the server to end by itself; its exit code."""
        return self._process.wait() if self._process is not None else 0

    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Let the server shut its kernels down and end; kill what is left after some seconds."""
        if self._process is None:
            return
        if self.is_running():
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            self.kill()

    def kill(self) -> None:
        """End the server at once, as a power cut would. Its kernels notice that it is gone and end too."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def get(self, path: str) -> Any:
        """The JSON answer to a GET with the server's token. Raises OSError when it gives none."""
        return self._ask(urllib.request.Request(self.url + path))

    def post(self, path: str, content: Any, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON answer to a POST of JSON, likewise."""
        body = json.dumps(content).encode()
        return self._ask(urllib.request.Request(self.url + path, body, dict(headers or {})))

    def _ask(self, request: urllib.request.Request) -> Any:
        request.add_header("Authorization", f"token {self.token}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def _options(self, notebooks: Path) -> list[str]:
        options = [
            "--no-browser",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={self.port}",
            f"--ServerApp.root_dir={notebooks}",
        ]
        return [*options, "--allow-root"] if os.geteuid() == 0 else options

    def _wait_for_answer(self) -> None:
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            if not self.is_running():
                raise ServerStopped("the server ended while it started")
            if self._answers():
                return
            time.sleep(0.1)
        raise ServerStopped(f"the server did not answer in {ANSWER_SECONDS} s")

    def _answers(self) -> bool:
        """Whether it answers where it says that it listens: another port, if ours was taken meanwhile."""
        info = self._runtime / f"jpserver-{self.pid}.json"
        try:
            written = json.loads(info.read_text(encoding="utf-8"))
            self.port, self.token = written["port"], written["token"]
            self.get("api/automerge")  # our extension starts last
        except (OSError, ValueError):
            return False
        return True
