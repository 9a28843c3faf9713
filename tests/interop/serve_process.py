"""`jupyter automerge serve` in a process of its own."""

import asyncio
import re
import signal
import sys
from pathlib import Path
from typing import Self

READY_SECONDS = 30.0
STOP_SECONDS = 15.0


class Serve:
    """Our stand-alone server; `said` is what it printed so far."""

    def __init__(self, process: asyncio.subprocess.Process, said: str) -> None:
        found = re.search(r"ws://127\.0\.0\.1:\d+", said)
        assert found, f"jupyter automerge serve did not say where it listens: {said!r}"
        self.url = found[0]
        self.said = said
        self._process = process

    @staticmethod
    def command(store: Path, port: int, *options: str) -> list[str]:
        return [
            sys.executable,
            "-m",
            "jupyter_automerge.cli",
            "serve",
            f"--port={port}",
            f"--store={store}",
            *options,
        ]

    @classmethod
    async def start(cls, store: Path, *options: str, port: int = 0) -> Self:
        process = await asyncio.create_subprocess_exec(
            *cls.command(store, port, *options), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        said = ""
        async with asyncio.timeout(READY_SECONDS):
            while "ws://" not in said and (line := await process.stdout.readline()):
                said += line.decode()
        return cls(process, said)

    async def terminate(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal once; the exit code."""
        self._process.send_signal(number)
        assert self._process.stdout is not None
        async with asyncio.timeout(STOP_SECONDS):
            self.said += (await self._process.stdout.read()).decode()
            return await self._process.wait()

    async def kill(self) -> None:
        """SIGKILL, if it still runs."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
