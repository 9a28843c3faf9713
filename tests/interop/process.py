"""A Node program that says it is ready in one JSON line and is stopped by its own process id."""

import asyncio
import contextlib
import json
import os
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

READY_SECONDS = 30.0
STOP_SECONDS = 5.0
# One line carries a whole document.
LINE_BYTES = 64 * 1024 * 1024


class JavaScriptFailed(Exception):
    """The JavaScript side answered with an error, or its process ended; says what it printed."""


class NodeProcess:
    """`node program arguments` and its standard streams; standard error is kept to tell of a failure."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self._process = process
        self._errors: deque[str] = deque(maxlen=60)
        self._error_reader = asyncio.create_task(self._read_errors())

    @classmethod
    async def start(
        cls, name: str, program: Path, *arguments: str, env: Mapping[str, str] | None = None
    ) -> "NodeProcess":
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            "node", "--expose-gc", str(program), *arguments,
            stdin=pipe, stdout=pipe, stderr=pipe, limit=LINE_BYTES, env={**os.environ, **(env or {})},
        )  # fmt: skip
        return cls(name, process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    async def read_line(self) -> Any:
        """The next JSON line. Raises JavaScriptFailed when the process has ended."""
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            if line.startswith(b"{"):
                return json.loads(line)
        await self._process.wait()
        await self._error_reader
        code = self._process.returncode
        raise JavaScriptFailed(f"{self.name} ended with code {code}: {self.errors or 'no error printed'}")

    async def read_ready(self) -> Any:
        """The first line. Raises JavaScriptFailed after 30 s of silence."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                return await self.read_line()
        except TimeoutError:
            story = f"{self.name} did not start within {READY_SECONDS:.0f} s: {self.errors}"
            raise JavaScriptFailed(story) from None

    def write_line(self, value: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(value).encode() + b"\n")

    @property
    def errors(self) -> str:
        """The last lines of its standard error."""
        return "".join(self._errors)

    async def kill(self) -> None:
        """SIGKILL: it gets no chance to flush or to say goodbye."""
        if self.running:
            self._process.kill()
        await self._process.wait()
        await self._error_reader

    async def stop(self) -> None:
        """End it by closing its input; kill it if it does not go."""
        if self.running and self._process.stdin is not None:
            self._process.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        await self.kill()

    async def _read_errors(self) -> None:
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            self._errors.append(line.decode(errors="replace"))
