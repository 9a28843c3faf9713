"""Run one step of a set-up: quiet, its output in a log, and one line that says what to do when it fails."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# What pip, uv and npm print when no registry answers them.
NO_NETWORK = (
    "Temporary failure in name resolution",
    "Name or service not known",
    "nodename nor servname",
    "Failed to establish a new connection",
    "Network is unreachable",
    "No route to host",
    "Connection refused",
    "ConnectTimeout",
    "Read timed out",
    "getaddrinfo",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ENETUNREACH",
    "ETIMEDOUT",
    "dns error",
    "error sending request",
)


class SetupError(Exception):
    """A step cannot go on. The text is the one line that a person reads: what is missing, what to install."""


class Steps:
    """The steps of one set-up, which share a log file. Only what takes long says so, on standard error."""

    def __init__(self, log: Path) -> None:
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"")

    def announce(self, text: str) -> None:
        """Tell a waiting person what goes on."""
        print(text, file=sys.stderr, flush=True)

    def run(
        self, command: Sequence[str | Path], trouble: str, environment: Mapping[str, str] | None = None
    ) -> None:
        """Run a command in the project's folder. Raises SetupError(`trouble`), or "no network" if so."""
        self.run_in(ROOT, command, trouble, environment)

    def run_in(
        self,
        folder: Path,
        command: Sequence[str | Path],
        trouble: str,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """As `run`, in another folder."""
        words = [str(word) for word in command]
        with self.log.open("ab") as log:
            log.write(f"$ {' '.join(words)}\n".encode())
            log.flush()
            start = log.tell()
            result = subprocess.run(
                words,
                cwd=folder,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if result.returncode != 0:
            raise self._failure(start, trouble)

    def _failure(self, start: int, trouble: str) -> SetupError:
        output = self.log.read_bytes()[start:].decode("utf-8", "replace")
        if os.environ.get("CI"):
            print(output[-8000:], file=sys.stderr)  # nobody can open the log of a machine that is gone
        if any(sign in output for sign in NO_NETWORK):
            trouble = (
                "no network: the first set-up fetches packages with pip and npm; connect and run it again"
            )
        where = self.log.relative_to(ROOT) if self.log.is_relative_to(ROOT) else self.log
        return SetupError(f"{trouble} (details: {where})")
