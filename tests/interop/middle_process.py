"""Starts `middle.py`, gives it orders, and kills it."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Self

PROGRAM = Path(__file__).with_name("middle.py")
ROOT = PROGRAM.parents[2]
READY_SECONDS = 30.0


class Middle:
    """The running server."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.url = url
        self._process = process

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    @classmethod
    async def start(cls, store: Path, upstream: str = "", port: int = 0) -> Self:
        pipe = asyncio.subprocess.PIPE
        paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(PROGRAM), str(store), str(port), upstream,
            stdin=pipe, stdout=pipe, env={**os.environ, "PYTHONPATH": paths},
        )  # fmt: skip
        return cls(process, await _line(process))

    async def obey(self, *order: str) -> None:
        """Give an order, and wait until it is carried out."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{' '.join(order)}\n".encode())
        assert await _line(self._process) == "done"

    async def kill(self) -> None:
        """SIGKILL, if it still runs."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


async def _line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(READY_SECONDS):
        line = await process.stdout.readline()
    assert line, "the server in the middle ended"
    return line.decode().strip()
