"""Debian's redis-server, started by a test on a free port of this machine, and stopped by its own id."""

import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import ConnectionError

from tests.contracts.waiting import wait_until
from tools.ports import free_port


class RedisProcess:
    """A Redis that writes each command to its disk before it answers, unless `settings` say otherwise."""

    def __init__(self, folder: Path, **settings: str) -> None:
        program = shutil.which("redis-server")
        assert program is not None, "redis-server is not on the PATH: `make prepare` says how to get it"
        self._program = program
        self.folder = folder
        self.port = free_port()
        self._settings = {"appendonly": "yes", "appendfsync": "always", "save": "''", **settings}
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: int = 0) -> str:
        """Where one of its sixteen databases is."""
        return f"redis://127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Returns once it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        options = [
            word for name, value in self._settings.items() for word in (f"--{name}", *shlex.split(value))
        ]
        with (self.folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    self._program,
                    "--bind",
                    "127.0.0.1",
                    "--port",
                    str(self.port),
                    "--dir",
                    str(self.folder),
                    *options,
                ],
                stdout=log,
                stderr=log,
            )
        wait_until(self._answers, f"redis-server at port {self.port}")

    def stop(self, *, kill: bool = False) -> None:
        """End it; with `kill` it has no chance to write anything more."""
        if self._process is not None:
            (self._process.kill if kill else self._process.terminate)()
            self._process.wait(timeout=20)
            self._process = None

    def configure(self, name: str, value: str) -> None:
        """CONFIG SET."""
        self.ask("CONFIG", "SET", name, value)

    def ask(self, *words: str | bytes, database: int = 0) -> Any:
        """The answer to one command."""
        with Redis(port=self.port, password=self._settings.get("requirepass"), db=database) as client:
            return client.execute_command(*words)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "redis.log").read_text(errors="replace")[-2000:]
        try:
            return bool(self.ask("PING"))
        except ConnectionError:  # also said while it loads what is on its disk
            return False
